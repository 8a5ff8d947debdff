// UDP sockets for media: bound before use, without DNS. Addresses from sockets and SDP are literals, so the
// look-up that dgram does for each packet is skipped. Also the buffers for outgoing packets.

import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';

type Found = (error: Error | null, address: string, family: number) => void;

const bufferBytes = 1 << 20;
const slots = 256;
const slotBytes = 2304;

/** Longest packet that fits into a slot after encryption. */
export const maxPacket = 2048;

/** `ipv6Only`: leaves IPv4 to another socket when the address is a wildcard. */
export function bindUdp(address: string, port: number, ipv6Only = false): Promise<Socket> {
  const ipv6 = isIPv6(address);
  const socket = createSocket({
    ...(ipv6 ? { type: 'udp6', ipv6Only } : { type: 'udp4' }),
    lookup: (literal: string, _options: unknown, found: Found) => found(null, literal, ipv6 ? 6 : 4),
  });
  return new Promise((resolve, reject) => {
    const refused = (error: Error) => {
      socket.close();
      reject(error);
    };
    socket.once('error', refused);
    socket.bind(port, address, () => {
      socket.off('error', refused);
      // An ICMP error about one packet must not close the port.
      socket.on('error', () => {});
      grow(socket);
      resolve(socket);
    });
  });
}

/** Room for a burst while the thread is busy. The kernel may allow less, which is not an error. */
function grow(socket: Socket): void {
  try {
    socket.setRecvBufferSize(bufferBytes);
    socket.setSendBufferSize(bufferBytes);
  } catch {
    // Some systems refuse instead of allowing less.
  }
}

/**
 * A ring, because the socket may hold a buffer for a moment when the kernel's queue is full. The socket has
 * released the buffer before the ring returns to it.
 */
export class PacketRing {
  readonly #slots = Array.from({ length: slots }, () => Buffer.alloc(slotBytes));
  #next = 0;

  take(): Buffer {
    this.#next = (this.#next + 1) % slots;
    return this.#slots[this.#next]!;
  }
}
