// The configured rtpengines: which of them answer, and which one takes the next call. Pings each of them once
// a second. An rtpengine that returns gets a request to delete the calls that it may still hold.

import { NgClient, NgError, type NgReply } from './ng-client.ts';

export interface Engine {
  readonly ng: NgClient;
  /** Unknown until the first ping has an answer or times out. */
  state: 'unknown' | 'here' | 'away';
  /**
   * Calls that it must still delete: it did not answer the request to delete them, or it may have begun them
   * without an answer.
   */
  readonly owed: Set<string>;
  /** Pings in a row without an answer. */
  missed: number;
}

export interface FleetOptions {
  readonly servers: readonly { readonly host: string; readonly port: number }[];
  /** How long one rtpengine may take to answer. Default 400 ms. */
  readonly patienceMs?: number;
  /** How long all rtpengines together may take to accept a call. Default 900 ms. */
  readonly setupMs?: number;
}

/** Pings without an answer, in a row, after which an rtpengine is away; each ping is repeated twice. */
const missesToAway = 2;
/** A limit on pending deletions; rtpengine's own timeout removes calls beyond it. */
const maxOwed = 5000;

export class Fleet {
  readonly engines: readonly Engine[];
  readonly #setupMs: number;
  readonly #patienceMs: number;
  readonly #changed: (engine: Engine) => void;
  #next = 0;

  /** `changed` is called when an rtpengine comes or goes. */
  constructor(options: FleetOptions, changed: (engine: Engine) => void) {
    const { patienceMs = 400 } = options;
    this.#patienceMs = patienceMs;
    this.#setupMs = options.setupMs ?? 900;
    this.#changed = changed;
    this.engines = options.servers.map(server => ({
      ng: new NgClient({ ...server, patienceMs }),
      state: 'unknown',
      owed: new Set(),
      missed: 0,
    }));
  }

  /** Whether any rtpengine except `except` answers. */
  someoneIsHere(except?: Engine): boolean {
    return this.engines.some(engine => engine !== except && engine.state === 'here');
  }

  /**
   * Places a call on the next rtpengine in turn, or on the one after it; those that did not answer lately
   * come last. @throws {NgError} the last rtpengine's error, or the lack of an answer
   */
  async place<T>(take: (engine: Engine, patienceMs: number) => Promise<T>): Promise<T> {
    const deadline = performance.now() + this.#setupMs;
    let failure = new NgError('silent', 'no rtpengine answers');
    for (const engine of this.#inTurn()) {
      const left = deadline - performance.now();
      if (left < 50) break;
      try {
        return await take(engine, Math.min(this.#patienceMs, left));
      } catch (error) {
        if (!(error instanceof NgError)) throw error;
        if (error.kind === 'refused' || error.kind === 'silent') void this.ping(engine);
        // Out of ports or configured to take no more (`--max-sessions`): others may have room.
        failure = error;
      }
    }
    throw failure;
  }

  /** Checks whether one rtpengine answers. */
  async ping(engine: Engine): Promise<void> {
    try {
      await engine.ng.ask('ping');
      engine.missed = 0;
      this.#set(engine, 'here');
    } catch (error) {
      if (!(error instanceof NgError) || error.kind === 'full') return;
      engine.missed++;
      const gone = error.kind === 'refused' || engine.missed >= missesToAway || engine.state === 'unknown';
      if (gone) this.#set(engine, 'away');
    }
  }

  async pingAll(): Promise<void> {
    await Promise.all(this.engines.map(engine => this.ping(engine)));
  }

  /** Deletes a call, now or when the rtpengine is back; resolves with its reply about the call. */
  async forget(engine: Engine, call: string): Promise<NgReply | null> {
    try {
      return await engine.ng.ask('delete', { 'call-id': call, 'delete delay': 0 });
    } catch (error) {
      // Any error reply shows that the request arrived; without a reply, rtpengine may still hold the call.
      const heard = error instanceof NgError && error.kind === 'error';
      if (!heard && engine.owed.size < maxOwed) engine.owed.add(call);
      return null;
    }
  }

  close(): void {
    for (const { ng } of this.engines) ng.close();
  }

  #inTurn(): Engine[] {
    const start = this.#next++ % this.engines.length;
    const all = [...this.engines.slice(start), ...this.engines.slice(0, start)];
    return [...all.filter(engine => engine.state !== 'away'), ...all.filter(({ state }) => state === 'away')];
  }

  #set(engine: Engine, state: 'here' | 'away'): void {
    if (state === 'here') this.#settle(engine);
    if (engine.state === state) return;
    engine.state = state;
    this.#changed(engine);
  }

  #settle(engine: Engine): void {
    const calls = [...engine.owed].slice(0, 100);
    for (const call of calls) {
      engine.owed.delete(call);
      void this.forget(engine, call);
    }
  }
}
