// The suite's docker network as loopback addresses, all of which Linux accepts: 172.29.X.Y becomes 127.29.(X+L).Y. L is
// the lane; files of different lanes run in parallel.

export class Network {
  readonly lane: number;
  /** The engine under test, in place of drachtio-server in the suite's compose file. */
  readonly sut: string;
  /** SIPp as a caller. The suite starts several, each on a different port. */
  readonly caller: string;
  /** The one SIPp that the suite starts under a name during its run, and calls by that name. */
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
