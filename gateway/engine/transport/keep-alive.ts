// Keep-alives on a connection that we opened (RFC 5626 3.5.1, 4.4.1): a NAT between us and the peer forgets a quiet
// connection, and one whose peer has gone looks just like a quiet one until somebody asks.

const ping = Buffer.from('\r\n\r\n');

export interface KeepAliveTimes {
  readonly idleMs: number;
  readonly keepAliveMs: number;
  readonly pongMs: number;
}

/** What it does to its connection. */
export interface Kept {
  write(bytes: Buffer): void;
  /** No message in either direction for `idleMs`. */
  idle(): void;
  /** The peer answered keep-alives before, and now answers nothing. */
  lost(): void;
}

export class KeepAlive {
  readonly #kept: Kept;
  readonly #times: KeepAliveTimes;
  readonly #interval: NodeJS.Timeout;
  #messageAt = performance.now();
  #waiting: NodeJS.Timeout | undefined;
  /** RFC 5626 has peers agree on answers beforehand; who has answered once is taken to have agreed. */
  #answers = false;

  constructor(kept: Kept, times: KeepAliveTimes) {
    this.#kept = kept;
    this.#times = times;
    this.#interval = setInterval(() => this.#ask(), times.keepAliveMs).unref();
  }

  /** A message went either way. */
  used(): void {
    this.#messageAt = performance.now();
  }

  /** Bytes came; `blank` when there was nothing in them but line ends. */
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
