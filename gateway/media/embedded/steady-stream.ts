// The RTP stream that the relay sends in one direction of an m= line (RFC 3550 5.1): one SSRC, continuous
// sequence numbers and timestamps, whatever the sender does. A PBX changes its SSRC for music on hold,
// transfers and conferences, restarts sequence numbers, lets timestamps jump, and returns to an earlier SSRC.
// A browser that gets a second SSRC on a line plays only one of them.

import { randomInt } from 'node:crypto';

/** RFC 3550 A.1: a sequence number further ahead or further back is a restart, not loss or reordering. */
const maxDropout = 3000;
const maxLate = 512;
/** After a change of source, packets of the earlier source count as late for this long. */
const lateMs = 1000;
/** Timestamps further back, or further ahead of the elapsed time, have jumped; in seconds. */
const leap = { audio: { back: 0.2, ahead: 1 }, video: { back: 3, ahead: 3 } } as const;
/**
 * The sender of a talkspurt (RFC 3551 4.1: marker bit) whose timestamps are this far behind the elapsed time
 * has stopped its clock; in seconds.
 */
const pause = 0.5;
/** Longest packet duration that is assumed after a change, in seconds. */
const longestStep = 0.2;

export class SteadyStream {
  readonly ssrc = randomInt(1, 2 ** 32);
  packets = 0;
  /** Bytes of payload, modulo 2^32 as in a sender report. */
  octets = 0;
  /** The current SSRC of the sender; -1 before the first packet. */
  source = -1;
  /**
   * Highest number sent, extended. It begins low so that no receiver misses the first wrap (RFC 3711 3.3.1).
   */
  #highest = randomInt(1, 0x8000) - 1;
  /** Highest and first number of the current source, extended. */
  #came = 0;
  #base = 0;
  #shift = 0;
  #offset = 0;
  #earlierOffset = 0;
  /** Packets before this number get the earlier offset; packets before the rebase of that one are dropped. */
  #rebasedAt = 0;
  #earlierRebasedAt = 0;
  /** The packet whose marker bit was set here. Its repetitions get the bit too: one number, one content (RFC 3711 9.1). */
  #marked = -1;
  /** The newest timestamp sent, its time, and its distance to the timestamp before it. */
  #last = randomInt(2 ** 32);
  #lastAt = 0;
  #step = 0;
  #clock = 0;
  #earlier = { ssrc: -1, seq: 0, at: 0 };

  /**
   * Rewrites the RTP packet `packet[start, end)` as part of the stream. Returns false when the packet is too
   * late and must be dropped. `clock` in Hz, 0 for events, whose timestamps are constant; `now` in
   * milliseconds.
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
    } else if (index < this.#base || index < this.#earlierRebasedAt) {
      return false;
    } else if (index > this.#came) {
      this.#came = index;
      if (clock > 0) this.#advance(index, stamp, now, clock, audio, (packet[start + 1]! & 0x80) !== 0);
    }
    if (index === this.#marked) packet[start + 1] = packet[start + 1]! | 0x80;
    const sent = index + this.#shift;
    if (sent > this.#highest) this.#highest = sent;
    const offset = index < this.#rebasedAt ? this.#earlierOffset : this.#offset;
    packet.writeUInt16BE(sent % 0x10000, start + 2);
    packet.writeUInt32BE((stamp + offset) >>> 0, start + 4);
    packet.writeUInt32BE(this.ssrc, start + 8);
    this.#count(end - start - 12);
    return true;
  }

  /** Writes a packet without payload as the next one of the stream. Returns its length. */
  fill(out: Buffer, now: number, type: number): number {
    this.#highest++;
    this.#shift++;
    // Late packets would reuse this number.
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

  /** Maps a timestamp of the current source, such as in its sender report, to the stream's timestamp. */
  stampSent(stamp: number): number {
    return (stamp + this.#offset) >>> 0;
  }

  /**
   * The extended number in the current source of the packet that was last sent as `seq`; -1 when the packet
   * is of an earlier source.
   */
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

  /** A new source, or a restart of the same one: continues after the last packet sent. */
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
    this.#marked = -1;
    this.#earlierRebasedAt = seq;
    this.#shift = this.#highest + 1 - seq;
    if (isFirst) {
      this.#last = stamp;
      this.#lastAt = now;
      this.#clock = clock;
      return seq;
    }
    // RFC 3551 4.1: for audio the marker bit lets the receiver adjust its playout; for video it ends a frame.
    if (audio && clock > 0) this.#marked = seq;
    this.#rebase(seq, stamp, now, clock || this.#clock);
    this.#earlierOffset = this.#offset;
    this.#earlierRebasedAt = seq;
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

  /** Continues timestamps after the last one by the elapsed time, and by at least one packet. */
  #rebase(index: number, stamp: number, now: number, clock: number): void {
    const step = this.#clock === 0 ? 0 : Math.min(this.#step / this.#clock, longestStep) * clock;
    const ahead = Math.max(1, Math.round(Math.max(step, this.#passed(now, clock))));
    this.#last = (this.#last + ahead) >>> 0;
    this.#lastAt = now;
    this.#clock = clock;
    this.#step = Math.round(step);
    this.#earlierOffset = this.#offset;
    this.#earlierRebasedAt = this.#rebasedAt;
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
