// An even UDP port for RTP and the next odd one for RTCP (RFC 3550 11), for one peer only.

import { createSocket, type Socket } from 'node:dgram';

export interface Remote {
  /** IP literal. */
  readonly address: string;
  readonly port: number;
  readonly rtcpPort: number;
}

export class RtpPort {
  readonly port: number;
  onRtp: (bytes: Buffer) => void = () => {};
  onRtcp: (bytes: Buffer) => void = () => {};
  readonly #rtp: Socket;
  readonly #rtcp: Socket;
  #remote: Remote | undefined;
  #closed = false;

  static async open(address: string): Promise<RtpPort> {
    for (let tries = 0; ; tries++) {
      const first = await bound(address, 0);
      const { port } = first.address();
      // Whether the port is even or odd, the neighbouring port completes the pair.
      const second = await bound(address, port % 2 === 0 ? port + 1 : port - 1).catch((error: unknown) => {
        first.close();
        if (tries === 9) throw error;
      });
      if (second) return port % 2 === 0 ? new RtpPort(first, second) : new RtpPort(second, first);
    }
  }

  private constructor(rtp: Socket, rtcp: Socket) {
    this.#rtp = rtp;
    this.#rtcp = rtcp;
    this.port = rtp.address().port;
    rtp.on('message', (bytes, from) => {
      if (from.address === this.#remote?.address) this.onRtp(bytes);
    });
    rtcp.on('message', (bytes, from) => {
      if (from.address === this.#remote?.address) this.onRtcp(bytes);
    });
    // ICMP errors of a peer that is gone. The BYE ends the call, not these.
    for (const socket of [rtp, rtcp]) socket.on('error', () => {});
  }

  /** The address to send to, and the only address to receive from. Until it is set, no packets pass. */
  set remote(remote: Remote) {
    this.#remote = remote;
  }

  sendRtp(bytes: Buffer): void {
    this.#send(this.#rtp, bytes, this.#remote?.port);
  }

  sendRtcp(bytes: Buffer): void {
    this.#send(this.#rtcp, bytes, this.#remote?.rtcpPort);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#rtp.close();
    this.#rtcp.close();
  }

  #send(socket: Socket, bytes: Buffer, port: number | undefined): void {
    if (!this.#closed && port && this.#remote) socket.send(bytes, port, this.#remote.address, () => {});
  }
}

function bound(address: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', error => {
      socket.close();
      reject(error);
    });
    socket.bind(port, address, () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}
