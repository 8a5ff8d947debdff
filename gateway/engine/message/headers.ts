// The header fields of one message in wire order (RFC 3261 7.3). On the hot path of every message: known names are
// shared strings, so a search compares pointers. Must not depend on the meaning of the values.

import { headerNamed } from './header-names.ts';
import type { HeaderField, Headers } from './message.ts';

export class HeaderList implements Headers {
  #fields: HeaderField[] = [];

  constructor(entries?: Iterable<readonly [name: string, value: string]>) {
    if (entries !== undefined) for (const [name, value] of entries) this.append(name, value);
  }

  /** Takes over fields whose names are canonical already. Used by the parser. */
  static adopt(fields: HeaderField[]): HeaderList {
    const headers = new HeaderList();
    headers.#fields = fields;
    return headers;
  }

  get(name: string): string | undefined {
    const index = this.#find(name);
    return index === -1 ? undefined : this.#fields[index]!.value;
  }

  all(name: string): string[] {
    const values: string[] = [];
    for (let i = this.#find(name); i !== -1; i = this.#find(name, i + 1)) values.push(this.#fields[i]!.value);
    return values;
  }

  has(name: string): boolean {
    return this.#find(name) !== -1;
  }

  set(name: string, value: string): void {
    const first = this.#find(name);
    if (first === -1) {
      this.append(name, value);
      return;
    }
    this.#fields[first]!.value = value;
    this.#removeFrom(name, first + 1);
  }

  append(name: string, value: string): void {
    this.#fields.push({ name: canonical(name), value });
  }

  prepend(name: string, value: string): void {
    // Without another field of that name it goes to the top, as RFC 3261 7.3.1 recommends for Via and Route.
    const index = Math.max(this.#find(name), 0);
    this.#fields.splice(index, 0, { name: canonical(name), value });
  }

  remove(name: string): void {
    this.#removeFrom(name, 0);
  }

  shift(name: string): string | undefined {
    const index = this.#find(name);
    return index === -1 ? undefined : this.#fields.splice(index, 1)[0]!.value;
  }

  clone(): HeaderList {
    return HeaderList.adopt(this.#fields.map(({ name, value }) => ({ name, value })));
  }

  [Symbol.iterator](): Iterator<HeaderField> {
    return this.#fields[Symbol.iterator]();
  }

  #find(name: string, from = 0): number {
    const fields = this.#fields;
    const known = headerNamed(name)?.name;
    if (known !== undefined) {
      for (let i = from; i < fields.length; i++) if (fields[i]!.name === known) return i;
      return -1;
    }
    const wanted = name.toLowerCase();
    for (let i = from; i < fields.length; i++) {
      const candidate = fields[i]!.name;
      if (candidate.length === wanted.length && candidate.toLowerCase() === wanted) return i;
    }
    return -1;
  }

  #removeFrom(name: string, from: number): void {
    for (let i = this.#find(name, from); i !== -1; i = this.#find(name, i)) this.#fields.splice(i, 1);
  }
}

/** Canonical long form of a known name. An unknown name keeps its spelling. */
function canonical(name: string): string {
  return headerNamed(name)?.name ?? name;
}
