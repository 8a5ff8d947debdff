// The calls that are up, and those that have ended but whose two sides have not both answered the BYE yet.

import type { Call } from './call.ts';
import type { Caller } from './call-record.ts';
import type { EchoTest } from './echo-test.ts';

export type AnyCall = Call | EchoTest;

export class CallRegistry {
  readonly #calls = new Map<string, AnyCall>();
  readonly #closing = new Set<AnyCall>();

  /** Calls that are up, or being set up. */
  get size(): number {
    return this.#calls.size;
  }

  /** Callers of calls that are up or closing. */
  get callers(): ReadonlySet<Caller> {
    return new Set([...this.#calls.values(), ...this.#closing].map(({ caller }) => caller));
  }

  get(id: string): AnyCall | undefined {
    return this.#calls.get(id);
  }

  /** The calls that are up. A copy: calls may end while a caller iterates. */
  up(): readonly AnyCall[] {
    return [...this.#calls.values()];
  }

  upAndClosing(): readonly AnyCall[] {
    return [...this.#calls.values(), ...this.#closing];
  }

  isCalling(caller: Caller): boolean {
    return this.up().some(call => call.caller === caller);
  }

  /** Whether a page of this origin is in a call, and may have to come back to it. */
  isCallingFrom(origin: string): boolean {
    return this.up().some(({ caller }) => caller.origin === origin);
  }

  add(call: AnyCall): void {
    this.#calls.set(call.id, call);
  }

  /** The call has ended: it is closing until both sides have answered. */
  ended(call: AnyCall): void {
    this.#calls.delete(call.id);
    this.#closing.add(call);
    void call.farewell().then(() => this.#closing.delete(call));
  }
}
