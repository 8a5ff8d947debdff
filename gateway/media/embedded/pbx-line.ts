// One m= line toward the PBX: a pair of ports, the mapping of payload types, and the two streams that the
// relay sends, to the PBX and to the browser. latch.ts decides which packets are accepted and where packets
// are sent.

import type { RemoteInfo } from 'node:dgram';
import type { BlockList } from 'node:net';
import { Latch } from '../latch.ts';
import { type LinePlan, notNegotiated, type RtpAddress } from '../sdp/plan.ts';
import type { PortPair } from './port-pool.ts';
import { type LegStatistics, StreamStatistics } from './receive-statistics.ts';
import { ReceiverReports } from './receiver-reports.ts';
import type { RtcpTranslator } from './rtcp.ts';
import { isCompound, rtpHeaderLength, stripExtension } from './rtp.ts';
import { SteadyStream } from './steady-stream.ts';
import { maxPacket, type PacketRing } from './udp.ts';

/**
 * The relay's streams of a line. They outlive its ports: a line that is switched off and on keeps its SSRCs.
 */
export class LineStreams {
  readonly toBrowser = new SteadyStream();
  readonly toPbx = new SteadyStream();
}

export interface PbxLineEvents {
  /**
   * A packet of the relay's stream, with mapped payload type and without header extension. The receiver may
   * overwrite the buffer.
   */
  rtp(line: PbxLine, packet: Buffer, start: number): void;
  /** Reports about the relay's streams. */
  rtcp(line: PbxLine, packet: Buffer): void;
  reportError(error: unknown): void;
}

export interface PbxLineParts {
  readonly pair: PortPair;
  readonly streams: LineStreams;
  readonly ring: PacketRing;
  readonly translator: RtcpTranslator;
  /** Of the whole PBX leg. */
  readonly meter: LegStatistics;
  /** Configured networks: packets from these networks may latch. */
  readonly networks: BlockList | null;
  /** After this time without a packet, a NAT in front of the PBX may drop its binding (RFC 6263 7). */
  readonly keepAliveMs: number;
  /** When the PBX has reported for this long that it receives nothing, its other port is tried. */
  readonly oneWayMs: number;
  readonly now: () => number;
}

export class PbxLine {
  readonly id: number;
  readonly pair: PortPair;
  readonly fromPbx = new StreamStatistics();
  readonly fromBrowser = new StreamStatistics();
  /** Whether packets arrive at each side. */
  readonly atPbx = new ReceiverReports();
  readonly atBrowser = new ReceiverReports();
  readonly #parts: PbxLineParts;
  readonly #events: PbxLineEvents;
  readonly #rtpLatch: Latch;
  readonly #rtcpLatch: Latch;
  #plan: LinePlan | null = null;
  #isAudio = false;
  #rtpSentAt: number;
  #rtcpSentAt: number;
  #triedOther = false;

  constructor(id: number, parts: PbxLineParts, events: PbxLineEvents) {
    this.id = id;
    this.pair = parts.pair;
    this.#parts = parts;
    this.#events = events;
    this.#rtpLatch = new Latch(parts.networks);
    this.#rtcpLatch = new Latch(parts.networks);
    this.#rtpSentAt = parts.now();
    this.#rtcpSentAt = this.#rtpSentAt;
    this.pair.rtp.on('message', (packet, from) => this.#guard(this.#rtp, packet, from));
    this.pair.rtcp.on('message', (packet, from) => this.#guard(this.#rtcp, packet, from));
  }

  get plan(): LinePlan | null {
    return this.#plan;
  }

  get isAudio(): boolean {
    return this.#isAudio;
  }

  /** Null: the line is refused at present and drops all packets. */
  apply(plan: LinePlan | null): void {
    const before = this.#plan?.remote ?? null;
    this.#plan = plan;
    if (plan !== null) this.#isAudio = plan.kind === 'audio';
    const { toPbx, toBrowser } = this.#parts.streams;
    if (!plan?.expectBrowser) this.atPbx.reset(toPbx.packets);
    if (!plan?.expectPbx) this.atBrowser.reset(toBrowser.packets);
    const remote = plan?.remote ?? null;
    if (sameAddress(before, remote) && this.#rtpLatch.expects) return;
    // On hold the PBX may still play music from its earlier address.
    if (remote === null && plan !== null) return;
    const now = this.#parts.now();
    const reachable = remote?.fenced !== true;
    this.#rtpLatch.expect(remote, reachable, now);
    this.#rtcpLatch.expect(remote && { address: remote.rtcpAddress, port: remote.rtcpPort }, reachable, now);
    this.#triedOther = false;
    this.atPbx.moved(toPbx.packets);
  }

  /** Maps and sends a browser's packet `packet[0, length)`, which is overwritten. */
  sendRtp(packet: Buffer, length: number, now: number): void {
    const plan = this.#plan;
    if (plan === null) return;
    const headerLength = rtpHeaderLength(packet, length);
    const type = packet[1]! & 0x7f;
    const renamed = plan.toPbx[type]!;
    if (headerLength < 0 || renamed === notNegotiated) return;
    const start = stripExtension(packet, headerLength);
    const clock = plan.clocks[type]!;
    this.fromBrowser.count(packet, start, length - start, now, clock);
    const { toPbx } = this.#parts.streams;
    if (!toPbx.follow(packet, start, length, now, clock, this.#isAudio)) return;
    packet[start + 1] = (packet[start + 1]! & 0x80) | renamed;
    this.#send(packet, start, length - start, now);
  }

  /** Sends what a browser's compound reports about this line. Returns false when it reports nothing. */
  sendRtcp(packet: Buffer, length: number, now: number): boolean {
    const { translator, streams, ring } = this.#parts;
    const out = ring.take();
    const written = translator.translate(
      packet,
      length,
      { own: streams.toPbx, received: streams.toBrowser },
      out,
    );
    // A browser writes sender reports without blocks, and separate receiver reports.
    const { reception } = translator;
    if (reception.highest >= 0) this.atBrowser.received(reception, streams.toBrowser.packets, now);
    if (written > 0) this.#sendReport(out, written, now);
    return written > 0;
  }

  /** A request for a full video frame from the browser; null when the browser has sent none on this line. */
  pictureRequest(): Buffer | null {
    const { translator, streams, ring } = this.#parts;
    if (this.#plan?.kind !== 'video' || streams.toPbx.source < 0) return null;
    const out = ring.take();
    return out.subarray(0, translator.pictureRequest(streams.toBrowser, streams.toPbx.source, out));
  }

  /** For a browser whose reports have no content yet. */
  sendEmptyReport(now: number): void {
    const { translator, streams, ring } = this.#parts;
    const out = ring.take();
    this.#sendReport(out, translator.empty(streams.toPbx, out), now);
  }

  /** Called about once a second: keeps the NAT binding open and checks that the PBX receives. */
  tick(now: number): void {
    const { streams, ring, keepAliveMs, oneWayMs } = this.#parts;
    if (this.#plan === null) return;
    if (now - this.#rtpSentAt >= keepAliveMs) {
      const out = ring.take();
      this.#send(out, 0, streams.toPbx.fill(out, now, this.#unknownType()), now);
    }
    if (now - this.#rtcpSentAt >= keepAliveMs) this.sendEmptyReport(now);
    if (this.#triedOther || !(now - this.atPbx.deafSince(now) >= oneWayMs)) return;
    this.#triedOther = this.#rtpLatch.tryOther();
    if (this.#triedOther) this.atPbx.reset(streams.toPbx.packets);
  }

  #send(packet: Buffer, start: number, length: number, now: number): void {
    this.#rtpSentAt = now;
    const target = this.#plan?.remote ? this.#rtpLatch.target : null;
    if (target !== null) this.pair.rtp.send(packet, start, length, target.port, target.address);
  }

  #sendReport(packet: Buffer, length: number, now: number): void {
    this.#rtcpSentAt = now;
    const target = this.#plan?.remote ? this.#rtcpLatch.target : null;
    if (target !== null) this.pair.rtcp.send(packet, 0, length, target.port, target.address);
  }

  /** RFC 3550 5.1: receivers ignore a payload type that was not negotiated. */
  #unknownType(): number {
    const { toPbx, toBrowser } = this.#plan!;
    let type = 127;
    while (type > 96 && (toPbx.includes(type) || toBrowser[type] !== notNegotiated)) type--;
    return type;
  }

  #guard(take: (packet: Buffer, from: RemoteInfo) => boolean, packet: Buffer, from: RemoteInfo): void {
    try {
      if (take.call(this, packet, from)) return;
    } catch (error) {
      this.#events.reportError(error);
    }
    this.#parts.meter.dropped++;
  }

  #rtp(packet: Buffer, from: RemoteInfo): boolean {
    const plan = this.#plan;
    if (plan === null || packet.length > maxPacket) return false;
    const headerLength = rtpHeaderLength(packet, packet.length);
    if (headerLength < 0) return false;
    const renamed = plan.toBrowser[packet[1]! & 0x7f]!;
    const now = this.#parts.now();
    if (renamed === notNegotiated || !this.#rtpLatch.accepts(from.address, from.port, now)) return false;
    const start = stripExtension(packet, headerLength);
    const clock = plan.clocks[renamed]!;
    this.fromPbx.count(packet, start, packet.length - start, now, clock);
    this.#parts.meter.lastAt = now;
    const { toBrowser } = this.#parts.streams;
    if (!toBrowser.follow(packet, start, packet.length, now, clock, this.#isAudio)) return true;
    packet[start + 1] = (packet[start + 1]! & 0x80) | renamed;
    this.#events.rtp(this, packet, start);
    return true;
  }

  #rtcp(packet: Buffer, from: RemoteInfo): boolean {
    const { length } = packet;
    if (this.#plan === null || length > maxPacket || !isCompound(packet, length)) return false;
    const now = this.#parts.now();
    if (!this.#rtcpLatch.accepts(from.address, from.port, now)) return false;
    const { translator, streams, ring } = this.#parts;
    const out = ring.take();
    const { toBrowser, toPbx } = streams;
    const written = translator.translate(packet, length, { own: toBrowser, received: toPbx }, out);
    // RFC 3550 6.1: a compound begins with a report. All reports on this port concern this line.
    if (packet[1] === 200 || packet[1] === 201) this.atPbx.received(translator.reception, toPbx.packets, now);
    if (written > 0) this.#events.rtcp(this, out.subarray(0, written));
    return true;
  }
}

function sameAddress(a: RtpAddress | null, b: RtpAddress | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.address === b.address &&
    a.port === b.port &&
    a.rtcpAddress === b.rtcpAddress &&
    a.rtcpPort === b.rtcpPort
  );
}
