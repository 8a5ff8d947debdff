// How long a WebSocket may be held without a call. Places are few: one that makes no call is closed, and so is one
// whose call is over. A message is a sign of use; pings and pongs are not. Messages cost a peer nothing, so they keep a
// WebSocket only for a few minutes in all.

import type { WebSocket } from 'ws';
import type { Visitor } from './visitor.ts';

/** Without a message. A page sends one every 20 s while its visitor answers the browser's question (RFC 5626 3.5.1). */
const UNUSED_MS = 30_000;
/** Without a call, whatever it sends. */
const WITHOUT_CALL_MS = 180_000;
/** After the one call of a token, for what is still on its way. */
const AFTER_CALL_MS = 5_000;
const SWEEP_MS = 1_000;

interface Use {
  readonly visitor: Visitor;
  usedAt: number;
  /** When it opened, or when its last call ended. */
  freeSince: number;
  /** It was seen in a call, or its call was over. */
  called: boolean;
}

/** Those who are in a call, or are being told that it is over. */
export type Callers = () => ReadonlySet<unknown>;

export class IdleTimeout {
  readonly #uses = new Map<WebSocket, Use>();
  readonly #callers: Callers;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;

  /** `now` in milliseconds on a clock that never jumps. */
  constructor(callers: Callers, now: () => number) {
    this.#callers = callers;
    this.#now = now;
    this.#timer = setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  /** Watches a WebSocket that has opened. One that comes back to a call replaces those that came back before it. */
  opened(socket: WebSocket, visitor: Visitor): void {
    if (visitor.grant?.calling) this.#closeOthers(visitor);
    const now = this.#now();
    const use = { visitor, usedAt: now, freeSince: now, called: false };
    this.#uses.set(socket, use);
    socket.on('message', () => {
      use.usedAt = this.#now();
    });
    socket.on('close', () => this.#uses.delete(socket));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** One call holds two places at most: the one that it uses, and the newest. */
  #closeOthers({ grant }: Visitor): void {
    const callers = this.#callers();
    for (const [socket, { visitor }] of this.#uses) {
      if (visitor.grant === grant && !callers.has(visitor)) socket.close(1000, 'another took its place');
    }
  }

  #sweep(): void {
    if (this.#uses.size === 0) return;
    const callers = this.#callers();
    for (const [socket, use] of this.#uses) {
      const why = this.#whyToClose(use, callers);
      if (why) socket.close(1000, why);
    }
  }

  #whyToClose(use: Use, callers: ReadonlySet<unknown>): string | undefined {
    const now = this.#now();
    const { visitor } = use;
    const inCall = callers.has(visitor);
    const over = visitor.grant?.over === true;
    if (inCall || (over && !use.called)) {
      use.called = true;
      use.usedAt = use.freeSince = now;
      return undefined;
    }
    // A grant is for one call; one whose call went on by another WebSocket is of no use here either.
    const wasOnlyCall = use.called && visitor.grant !== undefined;
    if (wasOnlyCall) return now - use.freeSince >= AFTER_CALL_MS ? 'the call is over' : undefined;
    const unused = now - use.usedAt >= UNUSED_MS || now - use.freeSince >= WITHOUT_CALL_MS;
    return unused ? 'no call was made' : undefined;
  }
}
