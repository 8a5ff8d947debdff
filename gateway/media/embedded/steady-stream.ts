// What one m= line sends in one direction, as one RTP stream of ours (RFC 3550 5.1): one SSRC, and sequence numbers and
// timestamps that go on, whatever the far side sends. A PBX changes its source for music on hold, transfers and
// conferences; it begins numbers again, lets timestamps leap, and comes back to a source that it had before. A browser
// that meets a second SSRC on a line plays one of the two.

import { randomInt } from 'node:crypto';

/** RFC 3550 A.1: further ahead, or further back, is no lost or late packet but a sequence that begins again. */
const maxDropout = 3000;
const maxLate = 512;
/** A packet of the source before, that arrives so long after the change, is late; afterwards that source is back. */
const lateMs = 1000;
/** So far back, or so far ahead of the clock on the wall, are the timestamps of another source; in seconds. */
const leap = { audio: { back: 0.2, ahead: 1 }, video: { back: 3, ahead: 3 } } as const;
/** A source that speaks again (RFC 3551 4.1: marker bit), and whose clock stood still meanwhile for longer, in seconds. */
const pause = 0.5;
/** The longest packet of sound, in seconds: what the packet after a change may be ahead by. */
const longestStep = 0.2;

export class SteadyStream {
  readonly ssrc = randomInt(1, 2 ** 32);
  packets = 0;
  /** Bytes of payload, modulo 2^32 as in a sender report. */
  octets = 0;
  /** The SSRC that it is made of at present; -1 before the first packet. */
  source = -1;
  /** The highest number sent, extended; RFC 3711 3.3.1 has it begin low, so that no receiver misses its first wrap. */
  #highest = randomInt(1, 0x8000) - 1;
  /** The highest number that came from the present source, extended, and its first one. */
  #came = 0;
  #base = 0;
  #shift = 0;
  #offset = 0;
  #earlierOffset = 0;
  /** Packets before this one have the offset before. */
  #rebasedAt = 0;
  /** The newest timestamp sent, when that was, and what it was ahead of the one before. */
  #last = randomInt(2 ** 32);
  #lastAt = 0;
  #step = 0;
  #clock = 0;
  #earlier = { ssrc: -1, seq: 0, at: 0 };

  /**
   * Makes the RTP packet `packet[start, end)` part of the stream; false for one that comes too late to be. `clock` in Hz,
   * 0 for events, whose timestamps stand still; `now` in milliseconds.
   */
  follow(packet: Buffer, start: number, end: number, now: number, clock: number, audio: boolean): boolean {
    const ssrc = packet.readUInt32BE(start + 8);
    const seq = packet.readUInt16BE(start + 2);
    const stamp = packet.readUInt32BE(start + 4);
    let index = this.#came + signed(seq - this.#came);
    if (ssrc !== this.source) {
      if (this.#isLate(ssrc, seq, now)) return false;
      index = this.#begin(packet, start, now, clock, audio);
    } else if (index > this.#came + maxDropout || index < this.#came - maxLate) {
      index = this.#begin(packet, start, now, clock, audio);
    } else if (index < this.#base) {
      return false;
    } else if (index > this.#came) {
      this.#came = index;
      if (clock > 0) this.#advance(index, stamp, now, clock, audio, (packet[start + 1]! & 0x80) !== 0);
    }
    const sent = index + this.#shift;
    if (sent > this.#highest) this.#highest = sent;
    const offset = index < this.#rebasedAt ? this.#earlierOffset : this.#offset;
    packet.writeUInt16BE(sent % 0x10000, start + 2);
    packet.writeUInt32BE((stamp + offset) >>> 0, start + 4);
    packet.writeUInt32BE(this.ssrc, start + 8);
    this.#count(end - start - 12);
    return true;
  }

  /** Writes a packet without payload, which goes between those that came; returns its length. */
  fill(out: Buffer, now: number, type: number): number {
    this.#highest++;
    this.#shift++;
    // A number behind the newest is taken now.
    this.#base = this.#came + 1;
    const passed = this.#clock === 0 ? 0 : this.#passed(now, this.#clock);
    out[0] = 0x80;
    out[1] = type;
    out.writeUInt16BE(this.#highest % 0x10000, 2);
    out.writeUInt32BE((this.#last + passed) >>> 0, 4);
    out.writeUInt32BE(this.ssrc, 8);
    this.#count(0);
    return 12;
  }

  /** A timestamp of the present source, as in its sender report. */
  stampSent(stamp: number): number {
    return (stamp + this.#offset) >>> 0;
  }

  /** The present source's own number, extended, of the packet that was sent as `seq` last; -1: it was another source's. */
  sourceIndex(seq: number): number {
    const sent = this.#highest - ((this.#highest - seq) & 0xffff);
    const index = sent - this.#shift;
    return this.source < 0 || index < this.#base || index > this.#came ? -1 : index;
  }

  #count(payload: number): void {
    this.packets++;
    this.octets = (this.octets + payload) >>> 0;
  }

  #isLate(ssrc: number, seq: number, now: number): boolean {
    const { ssrc: earlier, seq: last, at } = this.#earlier;
    if (ssrc !== earlier || now - at > lateMs) return false;
    const behind = signed(last - seq);
    return behind >= 0 && behind <= maxLate;
  }

  /** Another source, or another sequence of the same: it goes on behind what was sent. */
  #begin(packet: Buffer, start: number, now: number, clock: number, audio: boolean): number {
    const stamp = packet.readUInt32BE(start + 4);
    const seq = packet.readUInt16BE(start + 2);
    const isFirst = this.packets === 0;
    const earlier = this.#earlier;
    earlier.ssrc = this.source;
    earlier.seq = this.#came & 0xffff;
    earlier.at = now;
    this.source = packet.readUInt32BE(start + 8);
    this.#came = seq;
    this.#base = seq;
    this.#shift = this.#highest + 1 - seq;
    if (isFirst) {
      this.#last = stamp;
      this.#lastAt = now;
      this.#clock = clock;
      return seq;
    }
    // RFC 3551 4.1: the marker bit lets a receiver of sound adjust itself; of a picture it ends a frame.
    if (audio && clock > 0) packet[start + 1] = packet[start + 1]! | 0x80;
    this.#rebase(seq, stamp, now, clock || this.#clock);
    this.#earlierOffset = this.#offset;
    return seq;
  }

  #advance(index: number, stamp: number, now: number, clock: number, audio: boolean, marked: boolean): void {
    const ahead = (stamp + this.#offset - this.#last) | 0;
    const passed = this.#passed(now, clock);
    const limit = audio ? leap.audio : leap.video;
    const leaps = ahead < -limit.back * clock || ahead > passed + limit.ahead * clock;
    const stood = audio && marked && ahead < passed - pause * clock;
    if (leaps || stood || (this.#clock !== 0 && this.#clock !== clock)) {
      this.#rebase(index, stamp, now, clock);
      return;
    }
    this.#clock = clock;
    if (ahead <= 0) return;
    this.#step = ahead;
    this.#last = (this.#last + ahead) >>> 0;
    this.#lastAt = now;
  }

  /** Has the timestamps go on from the last one by the time that has passed, and by a packet at least. */
  #rebase(index: number, stamp: number, now: number, clock: number): void {
    const step = this.#clock === 0 ? 0 : Math.min(this.#step / this.#clock, longestStep) * clock;
    const ahead = Math.max(1, Math.round(Math.max(step, this.#passed(now, clock))));
    this.#last = (this.#last + ahead) >>> 0;
    this.#lastAt = now;
    this.#clock = clock;
    this.#step = Math.round(step);
    this.#earlierOffset = this.#offset;
    this.#offset = (this.#last - stamp) | 0;
    this.#rebasedAt = index;
  }

  #passed(now: number, clock: number): number {
    return Math.round(((now - this.#lastAt) / 1000) * clock);
  }
}

/** A difference of 16-bit numbers, as a signed one. */
function signed(difference: number): number {
  return (difference << 16) >> 16;
}
