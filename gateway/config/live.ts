// A configuration that a reload replaces while calls go on. Readers use `current` each time and keep no part of it.
// `derived` computes a value from it again only after a replacement.

export interface Live<T> {
  readonly current: T;
}

export class Replaceable<T> implements Live<T> {
  current: T;

  constructor(first: T) {
    this.current = first;
  }
}

/** The result of `make` for the current value of `source`. */
export function derived<T, U>(source: Live<T>, make: (value: T) => U): Live<U> {
  let from = source.current;
  let made = make(from);
  return {
    get current() {
      if (from !== source.current) {
        from = source.current;
        made = make(from);
      }
      return made;
    },
  };
}
