// A PBX under the test's thumb, as far as SIP goes; its media is a mirror: what comes to it goes back. For what no PBX
// can be made to do at a given moment.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { SipRequest } from '../../gateway/engine/message/message.ts';
import { RawPeer } from './raw-peer.ts';

export class MirrorPbx {
  readonly sip: RawPeer;
  readonly #address: string;
  readonly #audio: Socket;
  readonly #video: Socket;
  readonly #other: Socket;
  #version = 0;
  /** Changes what goes back, in place: another source, other numbers. */
  alter: (packet: Buffer) => void = () => {};
  /** Goes back from another port of the same host than came to. */
  fromOtherPort = false;

  static async start(address: string): Promise<MirrorPbx> {
    const sockets = await Promise.all([bound(address), bound(address), bound(address)]);
    return new MirrorPbx(await RawPeer.pbx(address, 5060), address, ...sockets);
  }

  private constructor(sip: RawPeer, address: string, audio: Socket, video: Socket, other: Socket) {
    this.sip = sip;
    this.#address = address;
    this.#audio = audio;
    this.#video = video;
    this.#other = other;
    for (const socket of [audio, video, other]) {
      socket.on('message', (packet, { port, address }) => {
        this.alter(packet);
        (this.fromOtherPort && socket === audio ? other : socket).send(packet, port, address);
      });
    }
  }

  /** Answers the next call; returns its INVITE, with which it can be changed from this side. */
  async answers(): Promise<SipRequest> {
    // A request of an earlier call that was repeated, its answer being late, is not of this one.
    this.sip.inbox.length = 0;
    const invite = await this.sip.request('INVITE');
    this.agrees(invite);
    await this.sip.request('ACK');
    return invite;
  }

  /** Takes what is offered: PCMU and VP8. */
  agrees(invite: SipRequest): void {
    const vp8 = /^a=rtpmap:(\d+) VP8\/90000/m.exec(invite.body.toString())?.[1];
    this.sip.respond(invite, '200 OK', { body: this.describe(vp8 && vp8Line(Number(vp8))) });
  }

  /** An SDP of this side; `video` describes its second line. */
  describe(video?: string): string {
    return [
      ...['v=0', `o=- 7 ${++this.#version} IN IP4 ${this.#address}`, 's=-', `c=IN IP4 ${this.#address}`],
      ...['t=0 0', `m=audio ${this.#audio.address().port} RTP/AVP 0`, 'a=rtpmap:0 PCMU/8000'],
      ...(video ? [`m=video ${this.#video.address().port} ${video}`] : []),
      '',
    ].join('\r\n');
  }

  async stop(): Promise<void> {
    this.sip.close();
    this.#audio.close();
    this.#video.close();
    this.#other.close();
  }
}

/** What follows the port. */
export const vp8Line = (type: number) => `RTP/AVP ${type}\r\na=rtpmap:${type} VP8/90000`;

async function bound(address: string): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, address);
  await once(socket, 'listening');
  return socket;
}
