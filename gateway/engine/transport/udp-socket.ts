// Datagram sockets for SIP: a listener, and sockets connected to one peer on the listener's port.
// On Linux an unconnected socket never receives the ICMP "port unreachable" that answers a datagram, so a closed port
// at a PBX would be detected by Timer B after 32 seconds. A connected socket gets ECONNREFUSED within a round trip. It
// is bound to the listener's port (as in DTLS servers), because PBXs and firewalls expect requests from 5060 and need
// no further open port. The kernel delivers a peer's datagrams to the socket connected to it, and all others to the
// listener.

import { createSocket, type Socket, type SocketOptions } from 'node:dgram';
import { once } from 'node:events';
import { familyOf } from './endpoint.ts';
import type { Endpoint } from './transport.ts';

export type Datagrams = (message: Buffer, source: { address: string; port: number }, socket: Socket) => void;

/** Windows delivers a shared port's datagrams to an arbitrary socket. */
export const sharesPorts = process.platform !== 'win32';

/** A burst of calls must not overflow the queue while the process is busy. The kernel may grant less. */
const RECEIVE_BUFFER = 1024 * 1024;

/** @throws the operating system's error: EADDRINUSE, EACCES, EADDRNOTAVAIL. */
export async function bindListener(at: Endpoint, datagrams: Datagrams): Promise<Socket> {
  for (let attempt = 1; ; attempt++) {
    try {
      const port = await reserve(at);
      return await bind(
        at.address,
        port,
        { reuseAddr: sharesPorts, recvBufferSize: RECEIVE_BUFFER },
        datagrams,
      );
    } catch (error) {
      // Another process took the free port between its reservation and its use.
      if (at.port !== 0 || attempt === 3) throw error;
    }
  }
}

/** A socket on `from`'s port that receives only from `peer`. */
export async function bindConnected(from: Endpoint, peer: Endpoint, datagrams: Datagrams): Promise<Socket> {
  const socket = await bind(from.address, from.port, { reuseAddr: true }, datagrams);
  try {
    socket.connect(peer.port, peer.address);
    await once(socket, 'connect');
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

/**
 * With a shared port, two gateways that are started on one port would not detect each other. So the port is first bound
 * without sharing, which fails if any process uses it.
 */
async function reserve(at: Endpoint): Promise<number> {
  if (!sharesPorts) return at.port;
  const socket = await bind(at.address, at.port, {}, () => {});
  const { port } = socket.address();
  const closed = once(socket, 'close');
  socket.close();
  await closed;
  return port;
}

async function bind(
  address: string,
  port: number,
  options: Partial<SocketOptions>,
  datagrams: Datagrams,
): Promise<Socket> {
  const family = familyOf(address);
  const socket = createSocket({
    ...(family === 6 ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' }),
    // All addresses are IP literals: without this every send would pass through the DNS code.
    lookup: (literal, _options, callback) => callback(null, literal, family),
    ...options,
  });
  // Attached before binding: datagrams that arrive before connect() are from other peers and must not be lost.
  socket.on('message', (message, source) => datagrams(message, source, socket));
  const listening = once(socket, 'listening');
  try {
    socket.bind({ address, port, exclusive: true });
    await listening;
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}
