// One m= line towards the PBX: a pair of ports, whom we believe, and how payload types
// are renamed. Takes packets from the SDP's address alone; where NAT between us and
// the PBX is configured, from the first port that speaks at that address, for good.

import type { RemoteInfo } from 'node:dgram';
import { type LinePlan, notNegotiated, type RtpAddress } from '../sdp/plan.ts';
import { type LegMeter, StreamMeter } from './meter.ts';
import { maxPacket } from './packet-ring.ts';
import type { PortPair } from './port-pool.ts';
import { isCompound, rtpHeaderLength, stripExtension } from './rtp.ts';
import { Timeline } from './timeline.ts';

export interface PbxLineEvents {
  /** Renamed, without header extension; the buffer is the taker's. */
  rtp(line: PbxLine, packet: Buffer, start: number): void;
  rtcp(line: PbxLine, packet: Buffer): void;
  bug(error: unknown): void;
}

export interface PbxLineParts {
  readonly pair: PortPair;
  /** Of the whole PBX leg. */
  readonly meter: LegMeter;
  readonly symmetric: boolean;
  readonly now: () => number;
}

export class PbxLine {
  readonly id: number;
  readonly pair: PortPair;
  readonly fromPbx = new StreamMeter();
  readonly fromBrowser = new StreamMeter();
  readonly #parts: PbxLineParts;
  readonly #events: PbxLineEvents;
  #plan: LinePlan | null = null;
  readonly #timeline = new Timeline();
  #isAudio = false;
  #rtpFrom: { address: string; port: number; locked: boolean } | null = null;
  #rtcpFrom: { address: string; port: number; locked: boolean } | null = null;

  constructor(id: number, parts: PbxLineParts, events: PbxLineEvents) {
    this.id = id;
    this.pair = parts.pair;
    this.#parts = parts;
    this.#events = events;
    this.pair.rtp.on('message', (packet, from) => this.#guard(this.#rtp, packet, from));
    this.pair.rtcp.on('message', (packet, from) => this.#guard(this.#rtcp, packet, from));
  }

  get plan(): LinePlan | null {
    return this.#plan;
  }

  get isAudio(): boolean {
    return this.#isAudio;
  }

  /** Null: the line is refused for now, and deaf. */
  apply(plan: LinePlan | null): void {
    const before = this.#plan?.remote ?? null;
    this.#plan = plan;
    if (plan !== null) this.#isAudio = plan.kind === 'audio';
    const remote = plan?.remote ?? null;
    if (sameAddress(before, remote) && this.#rtpFrom !== null) return;
    // On hold the PBX may still play music from where it was.
    if (remote === null && plan !== null) return;
    this.#rtpFrom = remote && { address: remote.address, port: remote.port, locked: false };
    this.#rtcpFrom = remote && { address: remote.rtcpAddress, port: remote.rtcpPort, locked: false };
  }

  /** Renames and sends a browser's packet `packet[0, length)`, which is overwritten. */
  sendRtp(packet: Buffer, length: number, now: number): void {
    const plan = this.#plan;
    if (plan === null) return;
    const headerLength = rtpHeaderLength(packet, length);
    const type = packet[1]! & 0x7f;
    const renamed = plan.toPbx[type]!;
    if (headerLength < 0 || renamed === notNegotiated) return;
    const start = stripExtension(packet, headerLength);
    this.fromBrowser.count(packet, start, length - start, now, plan.clocks[type]!);
    packet[start + 1] = (packet[start + 1]! & 0x80) | renamed;
    if (plan.remote === null) return;
    const { address, port } = this.#rtpFrom ?? plan.remote;
    this.pair.rtp.send(packet, start, length - start, port, address);
  }

  sendRtcp(packet: Buffer, length: number): void {
    const remote = this.#plan?.remote;
    if (remote === null || remote === undefined) return;
    const { address, port } = this.#rtcpFrom ?? { address: remote.rtcpAddress, port: remote.rtcpPort };
    this.pair.rtcp.send(packet, 0, length, port, address);
  }

  #guard(take: (packet: Buffer, from: RemoteInfo) => boolean, packet: Buffer, from: RemoteInfo): void {
    try {
      if (take.call(this, packet, from)) return;
    } catch (error) {
      this.#events.bug(error);
    }
    this.#parts.meter.dropped++;
  }

  #rtp(packet: Buffer, from: RemoteInfo): boolean {
    const plan = this.#plan;
    if (plan === null || packet.length > maxPacket) return false;
    const headerLength = rtpHeaderLength(packet, packet.length);
    if (headerLength < 0) return false;
    const renamed = plan.toBrowser[packet[1]! & 0x7f]!;
    if (renamed === notNegotiated || !this.#believes(this.#rtpFrom, from)) return false;
    const now = this.#parts.now();
    const start = stripExtension(packet, headerLength);
    packet[start + 1] = (packet[start + 1]! & 0x80) | renamed;
    this.fromPbx.count(packet, start, packet.length - start, now, plan.clocks[renamed]!);
    this.#parts.meter.lastAt = now;
    if (!this.#isAudio) this.#timeline.follow(packet, start, now, plan.clocks[renamed]!);
    this.#events.rtp(this, packet, start);
    return true;
  }

  #rtcp(packet: Buffer, from: RemoteInfo): boolean {
    if (this.#plan === null || packet.length > maxPacket) return false;
    if (!isCompound(packet, packet.length) || !this.#believes(this.#rtcpFrom, from)) return false;
    this.#timeline.report(packet);
    this.#events.rtcp(this, packet);
    return true;
  }

  #believes(source: { address: string; port: number; locked: boolean } | null, from: RemoteInfo): boolean {
    if (source === null || from.address !== source.address) return false;
    if (from.port === source.port) {
      source.locked = true;
      return true;
    }
    if (!this.#parts.symmetric || source.locked) return false;
    source.port = from.port;
    source.locked = true;
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
