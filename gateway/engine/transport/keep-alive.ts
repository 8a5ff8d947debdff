// Keep-alives on a connection that we opened (RFC 5626 3.5.1, 4.4.1). A NAT between us and the peer drops a quiet
// connection, and without keep-alives a lost peer looks like a quiet one.

const ping = Buffer.from('\r\n\r\n');

export interface KeepAliveIntervals {
  readonly idleMs: number;
  readonly keepAliveMs: number;
  readonly pongMs: number;
}

/** The actions on the connection. */
export interface KeptConnection {
  write(bytes: Buffer): void;
  /** No message in either direction for `idleMs`. */
  idle(): void;
  /** The peer answered keep-alives before, but did not answer this one. */
  lost(): void;
}

export class KeepAlive {
  readonly #connection: KeptConnection;
  readonly #intervals: KeepAliveIntervals;
  readonly #interval: NodeJS.Timeout;
  #messageAt = performance.now();
  #waiting: NodeJS.Timeout | undefined;
  /** RFC 5626 requires an agreement on answers. A peer that has answered once counts as having agreed. */
  #answers = false;

  constructor(connection: KeptConnection, intervals: KeepAliveIntervals) {
    this.#connection = connection;
    this.#intervals = intervals;
    this.#interval = setInterval(() => this.#ask(), intervals.keepAliveMs).unref();
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
    if (performance.now() - this.#messageAt > this.#intervals.idleMs) {
      this.#connection.idle();
      return;
    }
    this.#connection.write(ping);
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => {
      this.#waiting = undefined;
      if (this.#answers) this.#connection.lost();
    }, this.#intervals.pongMs).unref();
  }
}
