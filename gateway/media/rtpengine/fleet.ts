// The configured rtpengines: which of them answer, and which one takes the next call. Pings each of them once
// a second. An rtpengine that returns gets a request to delete the calls that it may still hold.

import { NgClient, NgError, type NgReply } from './ng-client.ts';

export interface RtpengineServer {
  readonly ng: NgClient;
  /** Unknown until the first ping has an answer or times out. */
  state: 'unknown' | 'available' | 'unavailable';
  /**
   * Calls that it must still delete: it did not answer the request to delete them, or it may have begun them
   * without an answer.
   */
  readonly pendingDeletions: Set<string>;
  /** Pings in a row without an answer. */
  missedPings: number;
}

export interface FleetOptions {
  readonly servers: readonly { readonly host: string; readonly port: number }[];
  /** How long one rtpengine may take to answer. Default 400 ms. */
  readonly timeoutMs?: number;
  /** How long all rtpengines together may take to accept a call. Default 900 ms. */
  readonly setupMs?: number;
}

/** Pings without an answer, in a row, after which an rtpengine is away; each ping is repeated twice. */
const missesToUnavailable = 2;
/** A limit on pending deletions; rtpengine's own timeout removes calls beyond it. */
const maxPendingDeletions = 5000;

export class Fleet {
  readonly servers: readonly RtpengineServer[];
  readonly #setupMs: number;
  readonly #timeoutMs: number;
  readonly #changed: (server: RtpengineServer) => void;
  #next = 0;

  /** `changed` is called when an rtpengine comes or goes. */
  constructor(options: FleetOptions, changed: (server: RtpengineServer) => void) {
    const { timeoutMs = 400 } = options;
    this.#timeoutMs = timeoutMs;
    this.#setupMs = options.setupMs ?? 900;
    this.#changed = changed;
    this.servers = options.servers.map(address => ({
      ng: new NgClient({ ...address, timeoutMs }),
      state: 'unknown',
      pendingDeletions: new Set(),
      missedPings: 0,
    }));
  }

  /** Whether any rtpengine except `except` answers. */
  anyAnswers(except?: RtpengineServer): boolean {
    return this.servers.some(server => server !== except && server.state === 'available');
  }

  /**
   * Places a call on the next rtpengine in turn, or on the one after it; those that did not answer lately
   * come last. @throws {NgError} the last rtpengine's error, or the lack of an answer
   */
  async place<T>(take: (server: RtpengineServer, timeoutMs: number) => Promise<T>): Promise<T> {
    const deadline = performance.now() + this.#setupMs;
    let failure = new NgError('silent', 'no rtpengine answers');
    for (const server of this.#inTurn()) {
      const leftMs = deadline - performance.now();
      if (leftMs < 50) break;
      try {
        return await take(server, Math.min(this.#timeoutMs, leftMs));
      } catch (error) {
        if (!(error instanceof NgError)) throw error;
        if (error.kind === 'refused' || error.kind === 'silent') void this.ping(server);
        // Out of ports or configured to take no more (`--max-sessions`): others may have room.
        failure = error;
      }
    }
    throw failure;
  }

  /** Checks whether one rtpengine answers. */
  async ping(server: RtpengineServer): Promise<void> {
    try {
      await server.ng.request('ping');
      server.missedPings = 0;
      this.#set(server, 'available');
    } catch (error) {
      if (!(error instanceof NgError) || error.kind === 'full') return;
      server.missedPings++;
      const unavailable =
        error.kind === 'refused' || server.missedPings >= missesToUnavailable || server.state === 'unknown';
      if (unavailable) this.#set(server, 'unavailable');
    }
  }

  async pingAll(): Promise<void> {
    await Promise.all(this.servers.map(server => this.ping(server)));
  }

  /** Deletes a call, now or when the rtpengine is back; resolves with its reply about the call. */
  async forget(server: RtpengineServer, call: string): Promise<NgReply | null> {
    try {
      return await server.ng.request('delete', { 'call-id': call, 'delete delay': 0 });
    } catch (error) {
      // Any error reply shows that the request arrived; without a reply, rtpengine may still hold the call.
      const arrived = error instanceof NgError && error.kind === 'error';
      if (!arrived && server.pendingDeletions.size < maxPendingDeletions) server.pendingDeletions.add(call);
      return null;
    }
  }

  close(): void {
    for (const { ng } of this.servers) ng.close();
  }

  #inTurn(): RtpengineServer[] {
    const start = this.#next++ % this.servers.length;
    const all = [...this.servers.slice(start), ...this.servers.slice(0, start)];
    return [
      ...all.filter(server => server.state !== 'unavailable'),
      ...all.filter(({ state }) => state === 'unavailable'),
    ];
  }

  #set(server: RtpengineServer, state: 'available' | 'unavailable'): void {
    if (state === 'available') this.#settle(server);
    if (server.state === state) return;
    server.state = state;
    this.#changed(server);
  }

  #settle(server: RtpengineServer): void {
    const calls = [...server.pendingDeletions].slice(0, 100);
    for (const call of calls) {
      server.pendingDeletions.delete(call);
      void this.forget(server, call);
    }
  }
}
