// The WebRTC leg of one call: ICE finds the browser's address, DTLS proves its identity, SRTP protects the
// packets. Passes plain RTP and RTCP inward and encrypts outgoing packets. Must not depend on m= lines or on
// the PBX.

import type { Fingerprint } from '../sdp/plan.ts';
import type { BrowserPackets, BrowserPort } from './browser-port.ts';
import { DtlsHandshake, type ServerIdentity } from './dtls/handshake.ts';
import { IceAgent } from './ice-agent.ts';
import type { LegStatistics } from './receive-statistics.ts';
import { createSrtpSession, type SrtpSession } from './srtp/session.ts';
import { maxPacket, type PacketRing } from './udp.ts';
import type { BrowserPlan } from './worker-protocol.ts';

export interface BrowserLegEvents {
  connected(): void;
  failed(reason: string): void;
  /** Nothing is sent to the browser until its ICE checks resume; 'connected' reports that. */
  lost(): void;
  /** `packet[0, length)` is decrypted. The leg does not use the buffer afterwards. */
  rtp(packet: Buffer, length: number, now: number): void;
  rtcp(packet: Buffer, length: number): void;
}

export interface BrowserLegParts {
  readonly port: BrowserPort;
  readonly ring: PacketRing;
  readonly identity: ServerIdentity;
  readonly meter: LegStatistics;
  readonly consentMs: number;
  readonly connectMs: number;
}

export class BrowserLeg implements BrowserPackets {
  readonly #parts: BrowserLegParts;
  readonly #events: BrowserLegEvents;
  readonly #ice: IceAgent;
  #dtls: DtlsHandshake | null = null;
  #srtp: SrtpSession | null = null;
  #plannedAt = 0;
  /** NaN until media can flow, and again after the browser is lost. */
  connectedAt = Number.NaN;
  #reported = false;

  constructor(parts: BrowserLegParts, events: BrowserLegEvents) {
    this.#parts = parts;
    this.#events = events;
    this.#ice = new IceAgent(parts.port, { checked: now => this.#checked(now) });
    parts.port.adopt(this.#ice, this);
  }

  apply(plan: BrowserPlan, now: number): void {
    if (this.#dtls === null) {
      this.#dtls = this.#associate(plan.fingerprint);
      this.#plannedAt = now;
    }
    this.#ice.renew(plan.local, plan.remoteUfrag);
    if (this.#reported) {
      this.#reported = false;
      this.#plannedAt = now;
    }
  }

  dtls(datagram: Buffer): void {
    if (this.#dtls === null || !this.#dtls.receive(datagram)) this.refused();
  }

  rtp(packet: Buffer, now: number): void {
    const length = this.#srtp === null ? -1 : this.#srtp.receiver.rtp(packet);
    if (length < 0) this.refused();
    else this.#events.rtp(packet, length, now);
  }

  rtcp(packet: Buffer): void {
    const length = this.#srtp === null ? -1 : this.#srtp.receiver.rtcp(packet);
    if (length < 0) this.refused();
    else this.#events.rtcp(packet, length);
  }

  refused(): void {
    this.#parts.meter.dropped++;
  }

  /** Encrypts `packet[start, end)` and sends it. Does nothing while the browser is not connected. */
  sendRtp(packet: Buffer, start: number, end: number): void {
    const target = this.#ice.target;
    if (this.#srtp === null || target === null || end - start > maxPacket) return;
    const out = this.#parts.ring.take();
    const length = this.#srtp.sender.rtp(packet, start, end, out);
    if (length > 0) target.path.send(out, length, target.port, target.address);
  }

  /** Returns false while the browser is not connected. */
  sendRtcp(packet: Buffer): boolean {
    const target = this.#ice.target;
    if (this.#srtp === null || target === null || packet.length > maxPacket) return false;
    const out = this.#parts.ring.take();
    target.path.send(out, this.#srtp.sender.rtcp(packet, out), target.port, target.address);
    return true;
  }

  /** The time of the last valid ICE check; NaN before the first. */
  get lastCheckAt(): number {
    return this.#ice.lastCheckAt;
  }

  /** Called about once a second: reports a browser that did not connect or is lost. */
  tick(now: number): void {
    if (this.#dtls === null || this.#reported) return;
    const { lastCheckAt } = this.#ice;
    if (this.#srtp === null) {
      if (now - this.#plannedAt < this.#parts.connectMs) return;
      const dtls = this.#dtls.denial ?? 'the DTLS handshake did not finish';
      this.#report(Number.isNaN(lastCheckAt) ? 'no ICE check came from the browser' : dtls);
    } else if (now - lastCheckAt > this.#parts.consentMs) {
      this.#ice.revoke();
      this.connectedAt = Number.NaN;
      this.#reported = true;
      this.#events.lost();
    } else {
      this.#ice.expire(now - this.#parts.consentMs);
    }
  }

  close(): void {
    this.#parts.port.abandon(this.#ice);
    this.#ice.close();
    this.#dtls?.close();
    this.#srtp = null;
  }

  #report(reason: string): void {
    this.#reported = true;
    this.#events.failed(reason);
  }

  #associate(fingerprint: Fingerprint): DtlsHandshake {
    return new DtlsHandshake(this.#parts.identity, fingerprint, {
      send: datagram => {
        const target = this.#ice.target;
        target?.path.send(datagram, datagram.length, target.port, target.address);
      },
      connected: keys => {
        this.#srtp = createSrtpSession(keys.profile, keys.local, keys.remote);
        this.#arrive(this.#ice.lastCheckAt);
      },
      failed: reason => this.#report(reason),
    });
  }

  #checked(now: number): void {
    if (this.#srtp !== null && Number.isNaN(this.connectedAt)) this.#arrive(now);
  }

  #arrive(now: number): void {
    this.connectedAt = now;
    this.#reported = false;
    this.#events.connected();
  }
}
