// Keep-alives on a connection that we opened (RFC 5626 3.5.1, 4.4.1). A NAT between us and the peer drops a quiet
// connection, and without keep-alives a lost peer looks like a quiet one.

const ping = Buffer.from('\r\n\r\n');

export interface KeepAliveTimes {
  readonly idleMs: number;
  readonly keepAliveMs: number;
  readonly pongMs: number;
}

/** The actions on the connection. */
export interface Kept {
  write(bytes: Buffer): void;
  /** No message in either direction for `idleMs`. */
  idle(): void;
  /** The peer answered keep-alives before, but did not answer this one. */
  lost(): void;
}

export class KeepAlive {
  readonly #kept: Kept;
  readonly #times: KeepAliveTimes;
  readonly #interval: NodeJS.Timeout;
  #messageAt = performance.now();
  #waiting: NodeJS.Timeout | undefined;
  /** RFC 5626 requires an agreement on answers. A peer that has answered once counts as having agreed. */
  #answers = false;

  constructor(kept: Kept, times: KeepAliveTimes) {
    this.#kept = kept;
    this.#times = times;
    this.#interval = setInterval(() => this.#ask(), times.keepAliveMs).unref();
  }

  /** A message was sent or received. */
  used(): void {
    this.#messageAt = performance.now();
  }

  /** Bytes arrived. `blank` if they were only line ends. */
  heard(blank: boolean): void {
    if (this.#waiting === undefined) return;
    if (blank) this.#answers = true;
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
  }

  stop(): void {
    clearInterval(this.#interval);
    clearTimeout(this.#waiting);
  }

  #ask(): void {
    if (performance.now() - this.#messageAt > this.#times.idleMs) {
      this.#kept.idle();
      return;
    }
    this.#kept.write(ping);
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => {
      this.#waiting = undefined;
      if (this.#answers) this.#kept.lost();
    }, this.#times.pongMs).unref();
  }
}
