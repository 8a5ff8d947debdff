// A plain PBX: RTP sockets that echo packets, and an SDP answer that accepts the given codecs. Replaces no
// message of the gateway; it speaks real RTP.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

export class RtpEcho {
  readonly audio: Socket;
  readonly video: Socket;
  /** Set it to observe incoming packets, or to drop them (return false). */
  onPacket: (packet: Buffer, from: Socket) => boolean = () => true;

  static async open(address = '127.0.0.1'): Promise<RtpEcho> {
    const kind = address.includes(':') ? 'udp6' : 'udp4';
    const sockets = [createSocket(kind), createSocket(kind)] as const;
    for (const socket of sockets) {
      socket.bind(0, address);
      await once(socket, 'listening');
    }
    return new RtpEcho(...sockets);
  }

  private constructor(audio: Socket, video: Socket) {
    this.audio = audio;
    this.video = video;
    for (const socket of [audio, video]) {
      socket.on('message', (packet, from) => {
        if (this.onPacket(packet, socket)) socket.send(packet, from.port, from.address);
      });
    }
  }

  close(): void {
    this.audio.close();
    this.video.close();
  }
}

/** Accepts the codecs whose name matches, and each line's direction. */
export function echoAnswer(offer: string, echo: RtpEcho, codecs: RegExp): string {
  const [, ...media] = offer.split(/(?=^m=)/m);
  const lines = media.map(text => {
    const [, kind = '', types = ''] = /^m=(\w+) \d+ RTP\/AVP (.*)/.exec(text) ?? [];
    const chosen = types
      .trim()
      .split(' ')
      .filter(type => {
        const name = new RegExp(`^a=rtpmap:${type} (\\S+)`, 'm').exec(text)?.[1];
        return name !== undefined && codecs.test(name);
      });
    const own = text
      .split('\r\n')
      .filter(line => chosen.some(type => new RegExp(`^a=(rtpmap|fmtp|rtcp-fb):${type} `).test(line)));
    const port = chosen.length === 0 ? 0 : (kind === 'video' ? echo.video : echo.audio).address().port;
    return [`m=${kind} ${port} RTP/AVP ${chosen.join(' ') || '0'}`, ...own, 'a=sendrecv', ''].join('\r\n');
  });
  return `v=0\r\no=pbx 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n${lines.join('')}`;
}
