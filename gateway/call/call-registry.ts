// The calls that are up, and those that have ended but whose two sides have not both answered the BYE yet.

import type { BaseCall } from './base-call.ts';
import type { Caller } from './caller.ts';

export class CallRegistry {
  readonly #calls = new Map<string, BaseCall>();
  readonly #closing = new Set<BaseCall>();

  /** Calls that are up, or being set up. */
  get size(): number {
    return this.#calls.size;
  }

  /** Callers of calls that are up or closing. */
  get callers(): ReadonlySet<Caller> {
    return new Set([...this.#calls.values(), ...this.#closing].map(({ caller }) => caller));
  }

  get(id: string): BaseCall | undefined {
    return this.#calls.get(id);
  }

  /** The calls that are up. A copy: calls may end while a caller iterates. */
  up(): readonly BaseCall[] {
    return [...this.#calls.values()];
  }

  upAndClosing(): readonly BaseCall[] {
    return [...this.#calls.values(), ...this.#closing];
  }

  isCalling(caller: Caller): boolean {
    return this.up().some(call => call.caller === caller);
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
    this.#closing.add(call);
    void call.closed().then(() => this.#closing.delete(call));
  }
}
