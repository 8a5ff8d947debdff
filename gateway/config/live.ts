// A configuration that may be replaced while calls go on: who holds it looks at `current` each time, and keeps none
// of it. What is made of it, such as a directory, is made anew when it was replaced and not before.

export interface Live<T> {
  readonly current: T;
}

export class Replaceable<T> implements Live<T> {
  current: T;

  constructor(first: T) {
    this.current = first;
  }
}

/** What `make` makes of the source's present value. */
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
