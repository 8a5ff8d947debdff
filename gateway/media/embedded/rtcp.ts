// RTCP across the relay (RFC 3550 6, RFC 4585 6, RFC 5104 4.3.1). Rewrites a sender report as one of the
// relay's stream; maps report blocks and feedback about the relay's stream to the SSRC and numbers of its
// source. Drops BYE, APP, XR and feedback that was not negotiated: sources change while the line stays. Takes
// well-formed compounds (rtp.ts).

import type { SteadyStream } from './steady-stream.ts';

/** The streams of one line, from the point of view of the sender of a compound. */
export interface ReportedStreams {
  /** The relay's stream made from this sender's packets. */
  readonly own: SteadyStream;
  /** The relay's stream that this sender receives. */
  readonly received: SteadyStream;
}

/** What a compound reports about the stream that its sender receives. */
export interface Reception {
  /** The number of report blocks, about any stream. */
  blocks: number;
  /** About the relay's stream: extended highest number, -1 without a block, and fraction lost of 256. */
  highest: number;
  fraction: number;
  /** The sender is an Asterisk, which writes a block in each report when it receives packets. */
  writesBlocks: boolean;
}

const senderReport = 200;
const receiverReport = 201;
const sdes = 202;
const transportFeedback = 205;
const payloadFeedback = 206;
const genericNack = 1;
const pictureLoss = 1;
const fullIntraRequest = 4;
/** Maximum of NACK entries of one packet that are forwarded. */
const maxNacks = 64;

export class RtcpTranslator {
  /** RFC 7022: random, one for each call; a peer's CNAME may contain its name and address. */
  readonly #cname: string;
  /** The buffer of the current compound. */
  #out: Buffer = Buffer.alloc(0);
  #length = 0;
  readonly reception: Reception = { blocks: 0, highest: -1, fraction: 0, writesBlocks: false };

  constructor(cname: string) {
    this.#cname = cname;
  }

  /**
   * Writes what `packet[0, length)` reports about these streams into `out`. Returns the length, 0 for
   * nothing.
   */
  translate(packet: Buffer, length: number, { own, received }: ReportedStreams, out: Buffer): number {
    this.#out = out;
    const { reception } = this;
    reception.blocks = 0;
    reception.highest = -1;
    reception.writesBlocks = false;
    let report = -1;
    let block = -1;
    for (let at = 0; at < length; at += sizeAt(packet, at)) {
      const type = packet[at + 1];
      const end = at + sizeAt(packet, at);
      if (type === sdes) reception.writesBlocks = isAsterisk(packet, at, end);
      if (type !== senderReport && type !== receiverReport) continue;
      const isOwn = packet.readUInt32BE(at + 4) === own.source;
      if (isOwn && type === senderReport && end >= at + 28) report = at;
      const found = this.#blockOf(packet, at, end, received);
      if (found >= 0) block = found;
    }
    const mapped = block < 0 ? -1 : received.sourceIndex(packet.readUInt16BE(block + 10));
    this.#open(own, packet, report);
    if (mapped >= 0) this.#writeBlock(packet, block, received.source, mapped);
    this.#describe(own.ssrc);
    const bare = this.#length;
    for (let at = 0; at < length; at += sizeAt(packet, at)) this.#feedback(packet, at, own, received);
    return report < 0 && mapped < 0 && this.#length === bare ? 0 : this.#length;
  }

  /** Writes an empty report, which keeps a NAT binding open. Returns its length. */
  empty(own: SteadyStream, out: Buffer): number {
    this.#out = out;
    this.#open(own, out, -1);
    this.#describe(own.ssrc);
    return this.#length;
  }

  /** Writes a picture loss indication (RFC 4585 6.3.1) about `source`. Returns the length of the compound. */
  pictureRequest(own: SteadyStream, source: number, out: Buffer): number {
    this.empty(own, out);
    const start = this.#length;
    out[start] = 0x80 | pictureLoss;
    out[start + 1] = payloadFeedback;
    out.writeUInt16BE(2, start + 2);
    out.writeUInt32BE(own.ssrc, start + 4);
    out.writeUInt32BE(source, start + 8);
    this.#length += 12;
    return this.#length;
  }

  #blockOf(packet: Buffer, at: number, end: number, received: SteadyStream): number {
    let found = -1;
    const { reception } = this;
    const first = at + (packet[at + 1] === senderReport ? 28 : 8);
    const last = Math.min(end, first + (packet[at]! & 0x1f) * 24);
    for (let block = first; block + 24 <= last; block += 24) {
      reception.blocks++;
      if (packet.readUInt32BE(block) !== received.ssrc) continue;
      found = block;
      reception.fraction = packet[block + 4]!;
      reception.highest = packet.readUInt32BE(block + 8);
    }
    return found;
  }

  /**
   * Begins with a sender report of the relay's stream when there is one at `report`, else with a receiver
   * report; without blocks.
   */
  #open(own: SteadyStream, packet: Buffer, report: number): void {
    const out = this.#out;
    out[0] = 0x80;
    out.writeUInt32BE(own.ssrc, 4);
    if (report < 0) {
      out[1] = receiverReport;
      this.#length = 8;
    } else {
      out[1] = senderReport;
      // The sender's NTP time is kept: round-trip times and lip sync depend on it.
      packet.copy(out, 8, report + 8, report + 16);
      out.writeUInt32BE(own.stampSent(packet.readUInt32BE(report + 16)), 16);
      out.writeUInt32BE(own.packets >>> 0, 20);
      out.writeUInt32BE(own.octets, 24);
      this.#length = 28;
    }
    out.writeUInt16BE(this.#length / 4 - 1, 2);
  }

  #writeBlock(packet: Buffer, block: number, source: number, highest: number): void {
    const out = this.#out;
    packet.copy(out, this.#length, block, block + 24);
    out.writeUInt32BE(source, this.#length);
    out.writeUInt32BE(highest >>> 0, this.#length + 8);
    this.#length += 24;
    out[0] = 0x81;
    out.writeUInt16BE(this.#length / 4 - 1, 2);
  }

  /** RFC 3550 6.1: each compound has a CNAME. */
  #describe(ssrc: number): void {
    const out = this.#out;
    const at = this.#length;
    const text = this.#cname.length;
    // The items end with at least one zero byte, at a multiple of four.
    const size = 8 + (Math.floor((2 + text) / 4) + 1) * 4;
    out.fill(0, at, at + size);
    out[at] = 0x81;
    out[at + 1] = sdes;
    out.writeUInt16BE(size / 4 - 1, at + 2);
    out.writeUInt32BE(ssrc, at + 4);
    out[at + 8] = 1;
    out[at + 9] = text;
    out.write(this.#cname, at + 10, 'latin1');
    this.#length += size;
  }

  #feedback(packet: Buffer, at: number, own: SteadyStream, received: SteadyStream): void {
    const type = packet[at + 1];
    const format = packet[at]! & 0x1f;
    const end = at + sizeAt(packet, at);
    if ((type !== transportFeedback && type !== payloadFeedback) || end < at + 12 || received.source < 0)
      return;
    const isNack = type === transportFeedback && format === genericNack;
    const isPli = type === payloadFeedback && format === pictureLoss;
    const isFir = type === payloadFeedback && format === fullIntraRequest;
    if (!isNack && !isPli && !isFir) return;
    if (!isFir && packet.readUInt32BE(at + 8) !== received.ssrc) return;
    const out = this.#out;
    const start = this.#length;
    out[start] = 0x80 | format;
    out[start + 1] = type!;
    out.writeUInt32BE(own.ssrc, start + 4);
    // RFC 5104 4.3.1.2: the media source SSRC of FIR is 0.
    out.writeUInt32BE(isFir ? 0 : received.source, start + 8);
    this.#length += 12;
    if (isNack) this.#nacks(packet, at + 12, end, received);
    if (isFir) this.#intraRequests(packet, at + 12, end, received);
    if (!isPli && this.#length === start + 12) this.#length = start;
    else out.writeUInt16BE((this.#length - start) / 4 - 1, start + 2);
  }

  /**
   * RFC 4585 6.2.1: a number and a mask of the sixteen numbers after it. Packets of an earlier source cannot
   * be sent again.
   */
  #nacks(packet: Buffer, first: number, end: number, received: SteadyStream): void {
    const out = this.#out;
    for (let at = first; at + 4 <= end && at < first + maxNacks * 4; at += 4) {
      const index = received.sourceIndex(packet.readUInt16BE(at));
      if (index < 0) continue;
      out.writeUInt16BE(index & 0xffff, this.#length);
      packet.copy(out, this.#length + 2, at + 2, at + 4);
      this.#length += 4;
    }
  }

  #intraRequests(packet: Buffer, first: number, end: number, received: SteadyStream): void {
    for (let at = first; at + 8 <= end; at += 8) {
      if (packet.readUInt32BE(at) !== received.ssrc) continue;
      packet.copy(this.#out, this.#length, at, at + 8);
      this.#out.writeUInt32BE(received.source, this.#length);
      this.#length += 8;
      return;
    }
  }
}

const cname = 1;
const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Whether the CNAME is a UUID and the only item, as Asterisk writes it (RFC 3550 6.5). */
function isAsterisk(packet: Buffer, at: number, end: number): boolean {
  if (end < at + 46 || packet[at + 8] !== cname || packet[at + 9] !== 36) return false;
  return uuid.test(packet.toString('latin1', at + 10, at + 46));
}

function sizeAt(packet: Buffer, at: number): number {
  return (packet.readUInt16BE(at + 2) + 1) * 4;
}
