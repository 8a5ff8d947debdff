// The call app's connection to its SIP engine: opens it, checks it, opens it again when it is lost. drachtio-srf
// reconnects by itself, but does not detect a silent server and does not check the version of a server.

import type { Socket } from 'node:net';
import Srf from 'drachtio-srf';
import type { Log } from '../observe/log.ts';
import { EngineFrames } from './engine-frames.ts';
import type { CallErrorBoundary } from './error-boundary.ts';

export interface EngineAddress {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  /** The engine passes messages on in a guarded form. The embedded engine does this. */
  readonly guarded?: boolean;
}

/** `away`: lost, or back with another secret or version; nothing can be sent or received. */
export type EngineState = 'here' | 'away';

/** What drachtio-srf itself asks for. */
const OLDEST = [0, 8, 2] as const;
const LONGEST_WAIT_MS = 5_000;

export interface ConnectionTimes {
  /** For the first answer; a server that runs sends it immediately. */
  readonly firstAnswerMs: number;
  /** Between pings; a server that did not answer the last one is gone. */
  readonly pingMs: number;
}

const usualTimes: ConnectionTimes = { firstAnswerMs: 10_000, pingMs: 15_000 };

export class EngineConnection {
  readonly srf = new Srf();
  readonly #address: EngineAddress;
  readonly #log: Log;
  readonly #boundary: CallErrorBoundary;
  readonly #listeners: ((state: EngineState) => void)[] = [];
  readonly #firstAnswerMs: number;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #readAtLastPing = new WeakMap<Socket, number>();
  #state: EngineState = 'away';
  #everHere = false;
  #closed = false;
  /** The last error, so that the same error is logged once. */
  #lastNews = '';

  /** Nothing is sent before {@link open}, so that the app's routes are known by then. */
  constructor(
    address: EngineAddress,
    log: Log,
    boundary: CallErrorBoundary,
    times: ConnectionTimes = usualTimes,
  ) {
    this.#address = address;
    this.#log = log;
    this.#boundary = boundary;
    this.#firstAnswerMs = times.firstAnswerMs;
    this.#heartbeat = setInterval(() => this.#ping(), times.pingMs).unref();
    this.srf.on('connect', (error, _reached, version) => this.#answered(error, version));
    this.srf.on('error', error =>
      this.#news(`no drachtio-server answers at ${this.#name}: ${error.message}`),
    );
    this.srf.on('close', () => this.#lost());
  }

  get state(): EngineState {
    return this.#state;
  }

  onChange(listener: (state: EngineState) => void): void {
    this.#listeners.push(listener);
  }

  /** Connects. Rejects with a message for the administrator when no server answers, or one that cannot be used. */
  async open(): Promise<void> {
    const { host, port, secret } = this.#address;
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.srf.once('connect', (error, _reached, version) => {
          const why = this.#denial(error, version);
          if (why) reject(new Error(why));
          else resolve();
        });
        this.srf.once('error', error =>
          reject(new Error(`no drachtio-server answers at ${this.#name}: ${error.message}`)),
        );
        timer = setTimeout(
          () => reject(new Error(`whatever listens at ${this.#name} does not answer as a drachtio-server`)),
          this.#firstAnswerMs,
        );
        this.srf.connect({ host, port, secret, reconnect: { retryMaxDelay: LONGEST_WAIT_MS } });
        const { client } = this.srf.app;
        if (!client) throw new Error('drachtio-srf has no client');
        new EngineFrames(client, { boundary: this.#boundary, guarded: this.#address.guarded ?? false });
      });
    } catch (error) {
      this.close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#heartbeat);
    const wire = this.srf.app.client?.wp;
    if (!wire) return;
    // srf.disconnect() fails an assertion when there is no connection, and leaves a timer to make one.
    wire.closing = true;
    clearTimeout(wire.reconnectVars?.retryTimer ?? undefined);
    for (const socket of this.#sockets()) socket.end();
  }

  get #name(): string {
    const { host, port } = this.#address;
    return `${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  #answered(error: Error | null, version: string | null | undefined): void {
    if (this.#closed) return;
    const why = this.#denial(error, version);
    if (why) {
      this.#news(why);
      return;
    }
    if (this.#everHere) this.#log.info({ server: this.#name, version }, 'the SIP engine is back');
    this.#everHere = true;
    this.#lastNews = '';
    this.#become('here');
  }

  #denial(error: Error | null, version: string | null | undefined): string | undefined {
    if (error) return `the drachtio-server at ${this.#name} refuses the secret`;
    if (recentEnough(version)) return undefined;
    return `the drachtio-server at ${this.#name} is ${version || 'of no known version'}, v${OLDEST.join('.')} or later is needed`;
  }

  #lost(): void {
    if (this.#closed || this.#state === 'away') return;
    this.#log.error({ server: this.#name }, 'the SIP engine is gone; trying to reach it again');
    this.#become('away');
  }

  #become(state: EngineState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }

  #news(text: string): void {
    // Until the first connection, open() rejects with the error.
    if (!this.#everHere || this.#closed || text === this.#lastNews) return;
    this.#lastNews = text;
    this.#log.error({}, text);
  }

  /** A cable that was pulled sends no FIN: a server that did not even answer the last ping is gone. */
  #ping(): void {
    for (const socket of this.#sockets()) {
      if (this.#readAtLastPing.get(socket) === socket.bytesRead) {
        socket.destroy();
        continue;
      }
      this.#readAtLastPing.set(socket, socket.bytesRead);
      this.srf.app.client?.wp.send(socket, 'ping');
    }
  }

  #sockets(): readonly Socket[] {
    return [...(this.srf.app.client?.mapServer.keys() ?? [])];
  }
}

function recentEnough(version: string | null | undefined): boolean {
  const match = /^v(\d+)\.(\d+)\.(\d+)/.exec(version ?? '');
  if (!match) return false;
  for (const [index, least] of OLDEST.entries()) {
    const part = Number(match[index + 1]);
    if (part !== least) return part > least;
  }
  return true;
}
