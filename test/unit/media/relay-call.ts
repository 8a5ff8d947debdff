// A call through a real relay between a simulated browser and a plain RTP peer, for the tests in this folder.

import assert from 'node:assert/strict';
import { openAddress } from '../../../gateway/media/address.ts';
import type { EmbeddedRelayOptions } from '../../../gateway/media/embedded/relay-options.ts';
import type { MediaEvent, MediaRelay, MediaReport } from '../../../gateway/media/relay.ts';
import { type LegOptions, WebRtcLeg } from '../../bench/webrtc-leg.ts';
import { eventually } from '../../support/eventually.ts';
import { echoAnswer, RtpEcho } from './rtp-echo.ts';

/**
 * Each test file uses a separate port range, because files run in parallel. The ranges are below the system's
 * ephemeral ports, which the tests' own sockets use.
 */
export function relayOptions(firstPort: number): EmbeddedRelayOptions {
  return {
    workers: 1,
    addresses: [openAddress('127.0.0.1')],
    browser: { port: 0 },
    pbx: { ports: [firstPort, firstPort + 39] },
    drainMs: 50,
  };
}

export class RelayCall {
  readonly relay: MediaRelay;
  readonly id: string;
  readonly leg: WebRtcLeg;
  readonly echo: RtpEcho;
  /** Unchanged from the relay. */
  offer = '';
  answer = '';
  #seq = 1000;

  static async prepare(relay: MediaRelay, id: string, leg: LegOptions = {}): Promise<RelayCall> {
    return new RelayCall(relay, id, await WebRtcLeg.open(leg), await RtpEcho.open());
  }

  /** Offer, answer, ICE and DTLS. */
  static async open(relay: MediaRelay, id: string, leg: LegOptions = {}): Promise<RelayCall> {
    const call = await RelayCall.prepare(relay, id, leg);
    await call.negotiate();
    await call.leg.connect(call.answer);
    return call;
  }

  private constructor(relay: MediaRelay, id: string, leg: WebRtcLeg, echo: RtpEcho) {
    this.relay = relay;
    this.id = id;
    this.leg = leg;
    this.echo = echo;
  }

  async negotiate(video = false): Promise<void> {
    this.offer = await this.relay.offer(this.id, 'browser', this.leg.offer(video));
    this.answer = await this.relay.answer(this.id, 'pbx', echoAnswer(this.offer, this.echo, /pcmu|vp8/i));
  }

  /** The relay's RTP port toward the PBX. */
  get port(): number {
    return Number(/^m=audio (\d+)/m.exec(this.offer)?.[1]);
  }

  packet(type = 0): Buffer {
    const packet = Buffer.alloc(172, 0x55);
    packet[0] = 0x80;
    packet[1] = type;
    packet.writeUInt16BE(this.#seq++ & 0xffff, 2);
    packet.writeUInt32BE(this.#seq * 160, 4);
    packet.writeUInt32BE(this.leg.ssrc, 8);
    return packet;
  }

  /** Resolves with the packet that returns after the PBX echoes `packet`. */
  async roundTrip(packet = this.packet()): Promise<Buffer> {
    const came = new Promise<Buffer>(resolve => {
      this.leg.onRtp = (bytes, length) => resolve(Buffer.from(bytes.subarray(0, length)));
    });
    this.leg.sendRtp(packet);
    return came;
  }

  async close(): Promise<MediaReport> {
    const report = await this.relay.close(this.id);
    this.leg.close();
    this.echo.close();
    return report;
  }
}

/**
 * A receiver report. Without a block and with a UUID as CNAME, it is the report of an Asterisk that receives
 * nothing.
 */
export function receiverReport(cname: string, ...blocks: Buffer[]): Buffer {
  const items = Buffer.alloc(Math.ceil((cname.length + 3) / 4) * 4);
  items.set([1, cname.length]);
  items.write(cname, 2, 'latin1');
  const [report, sdes] = [Buffer.from('80c9000100000001', 'hex'), Buffer.from('81ca000000000001', 'hex')];
  report[0] = 0x80 | blocks.length;
  report[3] = 1 + blocks.length * 6;
  sdes[3] = 1 + items.length / 4;
  return Buffer.concat([report, ...blocks, sdes, items]);
}

/**
 * The received packet is the sent one as part of a stream of the relay: number and source are the relay's.
 */
export function assertCarried(came: Buffer, sent: Buffer): void {
  const rest = (packet: Buffer) => [packet.subarray(0, 2), packet.subarray(4, 8), packet.subarray(12)];
  assert.deepEqual(rest(came), rest(sent));
  assert.notEqual(came.readUInt32BE(8), sent.readUInt32BE(8));
}

export function nextEvent<T extends MediaEvent['type']>(
  relay: MediaRelay,
  type: T,
  call: string,
): Promise<MediaEvent & { readonly type: T }> {
  return new Promise(resolve => {
    relay.onEvent(event => {
      if (event.type === type && event.call === call) resolve(event as MediaEvent & { readonly type: T });
    });
  });
}

/** Resolves when the relay holds no ports any more, draining ones included. */
export async function emptied(relay: MediaRelay): Promise<void> {
  await eventually(
    'the relay holds nothing',
    async () => {
      const { calls, ports, draining } = await relay.counts();
      if (calls + ports + draining === 0) return true;
      throw new Error(JSON.stringify({ calls, ports, draining }));
    },
    { every: 5 },
  );
}
