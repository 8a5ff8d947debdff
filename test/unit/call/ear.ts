// Where a PBX listens: a UDP port, and whether a packet of the visitor's has come there.

import type { Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { bindUdp } from '../../../gateway/media/embedded/udp.ts';
import type { WebRtcLeg } from '../../bench/webrtc-leg.ts';
import { eventually } from '../../support/eventually.ts';

const NAMES: Readonly<Record<number, string>> = { 0: 'PCMU', 8: 'PCMA', 18: 'G729' };
/** A version for each description, as RFC 3264 8 has it. */
let version = 1;
let sequence = 1;

export class Ear {
  readonly #socket: Socket;
  readonly #heard: Buffer[] = [];

  static async open(address = '127.0.0.1'): Promise<Ear> {
    return new Ear(await bindUdp(address, 0));
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', packet => this.#heard.push(packet));
  }

  /** The SDP of a PBX that listens here. */
  describe(type: number, direction = 'sendrecv'): string {
    const { address, port } = this.#socket.address();
    const at = `IN IP${isIPv6(address) ? 6 : 4} ${address}`;
    return [
      'v=0',
      `o=- 7 ${version++} ${at}`,
      's=-',
      `c=${at}`,
      't=0 0',
      `m=audio ${port} RTP/AVP ${type}`,
      `a=rtpmap:${type} ${NAMES[type]}/8000`,
      `a=${direction}`,
      '',
    ].join('\r\n');
  }

  /** Resolves once what the visitor says has come here. */
  async hears(leg: WebRtcLeg, type: number): Promise<void> {
    this.#heard.length = 0;
    await eventually(
      `type ${type} is heard`,
      () => {
        leg.sendRtp(packetOf(leg, type));
        return this.#heard.some(packet => (packet[1]! & 0x7f) === type);
      },
      { every: 20 },
    );
  }

  /** Resolves once a packet from here has come to the visitor; `sdp`: the description that this PBX has of the gateway. */
  async isHeard(leg: WebRtcLeg, sdp: string, type = 0): Promise<void> {
    const port = Number(/^m=audio (\d+)/m.exec(sdp)?.[1]);
    const address = /^c=IN IP[46] (\S+)/m.exec(sdp)?.[1];
    let heard = false;
    leg.onRtp = packet => {
      heard ||= (packet[1]! & 0x7f) === type;
    };
    await eventually(
      `type ${type} comes to the visitor`,
      () => {
        this.#socket.send(packetOf(leg, type), port, address);
        return heard;
      },
      { every: 20 },
    );
  }

  /** Resolves once the relay has had many packets, none of which came here. */
  async hearsNothing(leg: WebRtcLeg, type: number): Promise<void> {
    let sent = 0;
    // What was on its way when the session changed has arrived by the second of these.
    for (const _ of ['under way', 'counted']) {
      this.#heard.length = 0;
      sent = 0;
      await eventually(
        'the relay has had them',
        () => {
          leg.sendRtp(packetOf(leg, type));
          return ++sent >= 25;
        },
        { every: 10 },
      );
    }
    const rtp = this.#heard.filter(packet => (packet[1]! & 0x7f) === type);
    if (rtp.length > 0) throw new Error(`${rtp.length} of ${sent} packets came`);
  }

  close(): void {
    this.#socket.close();
  }
}

function packetOf(leg: WebRtcLeg, type: number): Buffer {
  const packet = Buffer.alloc(172, 0x55);
  packet[0] = 0x80;
  packet[1] = type;
  packet.writeUInt16BE(++sequence & 0xffff, 2);
  packet.writeUInt32BE(sequence * 160, 4);
  packet.writeUInt32BE(leg.ssrc, 8);
  return packet;
}
