// UDP sockets for media: bound before use, without DNS. Addresses from sockets and SDP are literals, so the
// look-up that dgram does for each packet is skipped.

import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';

type Found = (error: Error | null, address: string, family: number) => void;

const bufferBytes = 1 << 20;

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
