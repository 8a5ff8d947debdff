// The suite's docker network as loopback addresses, of which Linux answers for all: 172.29.X.Y becomes 127.29.(X+L).Y,
// L telling apart the lanes in which files of the suite run side by side.

export class Network {
  readonly lane: number;
  /** The engine under test, where the suite's compose file has drachtio-server. */
  readonly sut: string;
  /** SIPp as a caller; the suite starts several at once, and each takes a port of its own. */
  readonly caller: string;
  /** The one SIPp that the suite starts under a name while it runs, and calls by that name. */
  readonly guest: string;

  constructor(lane: number) {
    this.lane = lane;
    this.sut = this.mapped('172.29.0.10');
    this.caller = this.mapped('172.29.1.1');
    this.guest = this.mapped('172.29.2.1');
  }

  mapped(text: string): string {
    return text.replace(
      /\b172\.29\.(\d+)\./g,
      (_address, third) => `127.29.${Number(third) + this.lane * 8}.`,
    );
  }
}
