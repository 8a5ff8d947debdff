// A TCP connection to the gateway that speaks WebSocket by the byte (RFC 6455 5.2), as no browser would.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { eventually } from '../support/eventually.ts';
import { PAGE } from '../support/signalling-gateway.ts';

export const opcode = { continuation: 0, text: 1, ping: 9, pong: 10 } as const;

export class BareSocket {
  readonly socket: Socket;
  heard = Buffer.alloc(0);

  static async connect(url: string): Promise<BareSocket> {
    const { hostname, port } = new URL(url);
    const bare = new BareSocket(connect(Number(port), hostname));
    await once(bare.socket, 'connect');
    return bare;
  }

  /** A WebSocket that is open. */
  static async open(url: string): Promise<BareSocket> {
    const bare = await BareSocket.connect(url);
    bare.socket.write(`${BareSocket.upgrade()}\r\n`);
    await eventually('the upgrade', () => bare.heard.includes('\r\n\r\n'), { every: 5 });
    if (!bare.heard.toString('latin1').startsWith('HTTP/1.1 101')) throw new Error(bare.heard.toString());
    bare.heard = Buffer.alloc(0);
    return bare;
  }

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('data', bytes => {
      this.heard = Buffer.concat([this.heard, bytes]);
    });
  }

  /** The header section of an upgrade request, without the blank line that ends it. */
  static upgrade(): string {
    return [
      'GET /sip HTTP/1.1',
      'Host: gateway.invalid',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      'Sec-WebSocket-Protocol: sip',
      `Origin: ${PAGE}`,
      '',
    ].join('\r\n');
  }

  get closed(): Promise<unknown> {
    return this.socket.closed ? Promise.resolve() : once(this.socket, 'close');
  }

  frame(kind: number, payload: string | Buffer = '', fin = true): void {
    this.socket.write(frame(kind, payload, fin));
  }

  /** The code of the close frame that the gateway sent last. */
  get closeCode(): number | undefined {
    const at = this.heard.lastIndexOf(0x88);
    return at < 0 || this.heard.length < at + 4 ? undefined : this.heard.readUInt16BE(at + 2);
  }
}

/** A frame of a client, masked with zeros. */
export function frame(kind: number, payload: string | Buffer = '', fin = true): Buffer {
  const body = Buffer.from(payload);
  const length = body.length < 126 ? Buffer.from([body.length]) : Buffer.alloc(body.length < 65_536 ? 3 : 9);
  if (length.length === 3) {
    length[0] = 126;
    length.writeUInt16BE(body.length, 1);
  } else if (length.length === 9) {
    length[0] = 127;
    length.writeUIntBE(body.length, 3, 6);
  }
  length[0] = length[0]! | 0x80;
  return Buffer.concat([Buffer.from([(fin ? 0x80 : 0) | kind]), length, Buffer.alloc(4), body]);
}
