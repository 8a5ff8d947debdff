// One TCP connection of a browser whose network blocks UDP: each datagram is preceded by its length (RFC 4571
// 2). Buffers are bounded in both directions. The connection is closed when none of its checks passes within
// a time limit. Must not depend on ICE or calls.

import type { Socket } from 'node:net';
import type { ReplyPath } from './browser-port.ts';
import { maxPacket } from './udp.ts';

/** Bytes in the send queue; packets beyond this limit are dropped, as over UDP. */
const maxQueued = 128 * 1024;

export interface IceTcpEvents {
  /** The receiver may overwrite the bytes. */
  datagram(path: IceTcpConnection, datagram: Buffer): void;
  closed(path: IceTcpConnection): void;
}

export class IceTcpConnection implements ReplyPath {
  readonly address: string;
  readonly port: number;
  readonly #socket: Socket;
  readonly #events: IceTcpEvents;
  readonly #unproved: NodeJS.Timeout;
  #held: Buffer = Buffer.alloc(0);

  /** Closes the connection unless a check passes within `proofMs`. */
  constructor(socket: Socket, proofMs: number, events: IceTcpEvents) {
    this.#socket = socket;
    this.#events = events;
    this.address = socket.remoteAddress ?? '';
    this.port = socket.remotePort ?? 0;
    this.#unproved = setTimeout(() => socket.destroy(), proofMs);
    socket.setNoDelay(true);
    socket.on('data', bytes => this.#take(bytes));
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(this.#unproved);
      events.closed(this);
    });
  }

  send(packet: Buffer, length: number): void {
    if (this.#socket.writableLength > maxQueued || !this.#socket.writable) return;
    const frame = Buffer.allocUnsafe(2 + length);
    frame.writeUInt16BE(length);
    packet.copy(frame, 2, 0, length);
    this.#socket.write(frame);
  }

  kept(on: boolean): void {
    if (on) clearTimeout(this.#unproved);
    else this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    const all = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    let at = 0;
    while (at + 2 <= all.length) {
      const length = all.readUInt16BE(at);
      if (length > maxPacket) {
        this.#socket.destroy();
        return;
      }
      if (at + 2 + length > all.length) break;
      if (length > 0) this.#events.datagram(this, all.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
    // Less than one frame, so never more than maxPacket.
    this.#held = Buffer.from(all.subarray(at));
  }
}
