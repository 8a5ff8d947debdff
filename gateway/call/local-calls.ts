// The calls of this process: those that are up, and those that have ended but whose two sides have not both answered the
// BYE yet. `limits.calls` is the capacity of this process, so it is compared with this table.

import type { BaseCall } from './base-call.ts';

export class LocalCalls {
  readonly #calls = new Map<string, BaseCall>();
  readonly #closing = new Map<string, BaseCall>();

  /** Calls that are up, or being set up. */
  get size(): number {
    return this.#calls.size;
  }

  /** Ids of the visitors with a call that is up or closing. */
  get callers(): ReadonlySet<string> {
    return new Set(this.upAndClosing().map(({ caller }) => caller.id));
  }

  get(id: string): BaseCall | undefined {
    return this.#calls.get(id);
  }

  /** The calls that are up. A copy: calls may end while a caller iterates. */
  up(): readonly BaseCall[] {
    return [...this.#calls.values()];
  }

  upAndClosing(): readonly BaseCall[] {
    return [...this.#calls.values(), ...this.#closing.values()];
  }

  /** The calls of this visitor: one, where its site requires a token. */
  of(visitor: string): readonly BaseCall[] {
    return this.up().filter(({ caller }) => caller.id === visitor);
  }

  /** Whether a page of this origin is in a call, and may have to come back to it. */
  isCallingFrom(origin: string): boolean {
    return this.up().some(({ caller }) => caller.origin === origin);
  }

  add(call: BaseCall): void {
    this.#calls.set(call.id, call);
  }

  /** The call has ended: it is closing until both sides have answered. */
  ended(call: BaseCall): void {
    this.#calls.delete(call.id);
    this.#closing.set(call.id, call);
    void call.closed().then(() => this.#closing.delete(call.id));
  }
}
