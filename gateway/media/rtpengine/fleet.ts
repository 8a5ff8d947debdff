// The rtpengines that there are: which of them answer, and which one takes the next call. Each is asked once a second
// whether it is there; one that was out of reach is told, once it is back, to forget the calls that it may still hold.

import { NgClient, NgError, type NgReply } from './ng-client.ts';

export interface Engine {
  readonly ng: NgClient;
  /** Unknown until it has answered, or not. */
  state: 'unknown' | 'here' | 'away';
  /** Calls that it is to forget: it did not answer when it was told, or was never heard to have begun them. */
  readonly owed: Set<string>;
  /** Pings in a row without answer. */
  missed: number;
}

export interface FleetOptions {
  readonly servers: readonly { readonly host: string; readonly port: number }[];
  /** How long one may take to answer. Default 400 ms. */
  readonly patienceMs?: number;
  /** How long all together may take to take a call. Default 900 ms. */
  readonly setupMs?: number;
}

/** Pings without answer, in a row, after which one that was here is away; each is repeated twice by itself. */
const missesToAway = 2;
/** More calls than these no machine of ours forgets at once; rtpengine's own timeout sees to the rest. */
const maxOwed = 5000;

export class Fleet {
  readonly engines: readonly Engine[];
  readonly #setupMs: number;
  readonly #patienceMs: number;
  readonly #changed: (engine: Engine) => void;
  #next = 0;

  /** `changed` is told when one comes or goes. */
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

  /** Any that answers, save `except`. */
  someoneIsHere(except?: Engine): boolean {
    return this.engines.some(engine => engine !== except && engine.state === 'here');
  }

  /**
   * Has the next one in turn take a call, or the one after it; those that did not answer lately come last.
   * @throws {NgError} what the last one said, or that it said nothing
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
        // Out of ports or told to take no more (`--max-sessions`): others may have room.
        failure = error;
      }
    }
    throw failure;
  }

  /** Asks one whether it is there. */
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

  /** Has a call forgotten, now or when the engine is back; resolves with what it says of it. */
  async forget(engine: Engine, call: string): Promise<NgReply | null> {
    try {
      return await engine.ng.ask('delete', { 'call-id': call, 'delete delay': 0 });
    } catch (error) {
      // Whatever it says, it has heard; in silence it may hold the call still.
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
