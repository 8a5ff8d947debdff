// Closes WebSockets without a call, because their number is limited: one that makes no call, and one whose call is over. A
// message is a sign of use; pings and pongs are not. Messages cost a peer nothing, so they keep a WebSocket open for three
// minutes in total.

import type { WebSocket } from 'ws';
import type { Visitor } from '../auth/visitor.ts';

/** Without a message. While the browser asks for the microphone, a page sends one every 20 s (RFC 5626 3.5.1). */
const UNUSED_MS = 30_000;
/** Without a call, messages or not. */
const WITHOUT_CALL_MS = 180_000;
/** After the one call of a token, for messages in transit. */
const AFTER_CALL_MS = 5_000;
const SWEEP_MS = 1_000;

interface SocketUse {
  readonly visitor: Visitor;
  usedAt: number;
  /** When it opened, or when its last call ended. */
  freeSince: number;
  /** It was in a call at a sweep, or its call was over. */
  called: boolean;
}

/** The ids of visitors with a running call, or with a call that is being ended. */
export type Callers = () => ReadonlySet<string>;

export class IdleTimeout {
  readonly #uses = new Map<WebSocket, SocketUse>();
  readonly #callers: Callers;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;

  /** `now` in milliseconds on a monotonic clock. */
  constructor(callers: Callers, now: () => number) {
    this.#callers = callers;
    this.#now = now;
    this.#timer = setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  /** Watches a WebSocket that has opened. One that resumes a call replaces those that resumed the call before. */
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

  /** One call has at most two WebSockets: the one that it uses, and the newest. */
  #closeOthers({ grant }: Visitor): void {
    const callers = this.#callers();
    for (const [socket, { visitor }] of this.#uses) {
      if (visitor.grant?.id === grant?.id && !callers.has(visitor.id))
        socket.close(1000, 'replaced by a newer connection');
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

  #whyToClose(use: SocketUse, callers: ReadonlySet<string>): string | undefined {
    const now = this.#now();
    const { visitor } = use;
    const inCall = callers.has(visitor.id);
    const over = visitor.grant?.over === true;
    if (inCall || (over && !use.called)) {
      use.called = true;
      use.usedAt = use.freeSince = now;
      return undefined;
    }
    // A grant is for one call, also when the call moved to another WebSocket.
    const wasOnlyCall = use.called && visitor.grant !== undefined;
    if (wasOnlyCall) return now - use.freeSince >= AFTER_CALL_MS ? 'the call is over' : undefined;
    const unused = now - use.usedAt >= UNUSED_MS || now - use.freeSince >= WITHOUT_CALL_MS;
    return unused ? 'no call was made' : undefined;
  }
}
