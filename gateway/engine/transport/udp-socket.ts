// Datagram sockets for SIP: a listener, and sockets connected to one peer on the listener's own port.
//
// Why connected ones: on Linux a socket without a peer never hears the ICMP "port unreachable" that
// answers a datagram, so a dead PBX would be noticed by Timer B, 32 seconds later. A connected socket
// gets ECONNREFUSED within a round trip. Binding it to the listener's port (as DTLS servers do) keeps
// what PBXs and firewalls like: requests leave from 5060 and nothing new must be let in. The kernel
// hands a peer's datagrams to the socket connected to it, and everybody else's to the listener.

import { createSocket, type Socket, type SocketOptions } from 'node:dgram';
import { once } from 'node:events';
import { familyOf } from './endpoint.ts';
import type { Endpoint } from './transport.ts';

export type Datagrams = (message: Buffer, source: { address: string; port: number }, socket: Socket) => void;

/** Windows gives a shared port's datagrams to whichever socket it likes. */
export const sharesPorts = process.platform !== 'win32';

/** A burst of calls must not overflow the queue while the process is busy; the kernel may grant less. */
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
      // Somebody took the free port between its reservation and its use.
      if (at.port !== 0 || attempt === 3) throw error;
    }
  }
}

/** A socket on `from`'s port that only `peer` reaches. */
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
 * Sharing a port has a price: two gateways started on one port would not notice each other. So the
 * port is first taken without sharing, which fails if anybody holds it in any way.
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
    // Only IP literals come here: without this every send would take a turn through the DNS code.
    lookup: (literal, _options, callback) => callback(null, literal, family),
    ...options,
  });
  // Attached before binding: what arrives before a connect() is other peers' and must not be lost.
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
