// One line's timestamps as a browser can bear them. A PBX that switches a room from one camera to the next keeps SSRC
// and sequence number and passes on each camera's own timestamps (Asterisk's ConfBridge does), which begin anywhere
// (RFC 3550 5.1); a browser throws away every picture older than the last one, and would show none for hours.

/** More than this many seconds back, or ahead of the clock on the wall, is another source. */
const JUMP = 3;

export class Timeline {
  #ssrc = -1;
  #highest = 0;
  #offset = 0;
  #last = 0;
  #lastAt = 0;

  /** Makes the timestamp of the RTP packet at `start` go on from those before it; `clock` in Hz, `now` in ms. */
  follow(packet: Buffer, start: number, now: number, clock: number): void {
    const ssrc = packet.readUInt32BE(start + 8);
    const stamp = packet.readUInt32BE(start + 4);
    const seq = packet.readUInt16BE(start + 2);
    if (ssrc !== this.#ssrc) {
      this.#ssrc = ssrc;
      this.#offset = 0;
      this.#last = stamp;
      this.#lastAt = now;
      this.#highest = seq;
    }
    // One that comes late may be of the camera before, and says nothing of where the present one stands.
    if (((seq - this.#highest) & 0xffff) >= 0x8000) {
      packet.writeUInt32BE((stamp + this.#offset) >>> 0, start + 4);
      return;
    }
    this.#highest = seq;
    const passed = Math.round(((now - this.#lastAt) / 1000) * clock);
    let ahead = (stamp + this.#offset - this.#last) | 0;
    if (ahead < -JUMP * clock || ahead > passed + JUMP * clock) {
      ahead = Math.max(1, passed);
      this.#offset = (this.#last + ahead - stamp) | 0;
    }
    packet.writeUInt32BE((stamp + this.#offset) >>> 0, start + 4);
    if (ahead <= 0) return;
    this.#last = (this.#last + ahead) >>> 0;
    this.#lastAt = now;
  }

  /** Says in a sender's report (RFC 3550 6.4.1), the first of its compound, what the timestamps have become. */
  report(packet: Buffer): void {
    if (this.#offset === 0 || packet[1] !== 200 || packet.length < 28) return;
    if (packet.readUInt32BE(4) !== this.#ssrc) return;
    packet.writeUInt32BE((packet.readUInt32BE(16) + this.#offset) >>> 0, 16);
  }
}
