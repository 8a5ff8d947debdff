// Connections that begin with a header of the PROXY protocol, in front of HTTP or TLS: from the owner's proxies each one
// does, and from others none. Any other peer that writes one is refused by the parser of HTTP or TLS.

import type { Server, Socket } from 'node:net';
import { peerAddress, setClientAddress } from '../net/client-address.ts';
import { spelledAddress } from '../net/network-address.ts';
import { readProxyHeader } from '../net/proxy-header.ts';
import type { Log } from '../observe/log.ts';

/** A proxy sends it first. */
const PATIENCE_MS = 5_000;
/** Between two lines of the log. */
const TELL_EVERY_MS = 60_000;

type Taker = (socket: Socket) => void;

/** Has `server` take connections once their header is read. Those who listen for connections already get them then. */
export function readProxyHeaders(server: Server, isProxy: (address: string) => boolean, log?: Log): void {
  const takers = server.listeners('connection') as Taker[];
  server.removeAllListeners('connection');
  const take = (socket: Socket) => {
    for (const taker of takers) taker.call(server, socket);
  };
  let toldAt = Number.NEGATIVE_INFINITY;
  const refused = (socket: Socket, why: string) => {
    const proxy = peerAddress(socket);
    socket.destroy();
    if (performance.now() - toldAt < TELL_EVERY_MS) return;
    toldAt = performance.now();
    log?.warn(
      { proxy, why },
      'a proxy sends no header of the PROXY protocol: have it send one, or take proxyProtocol out of the configuration',
    );
  };
  server.on('connection', (socket: Socket) => {
    if (isProxy(peerAddress(socket))) awaitHeader(socket, take, refused);
    else take(socket);
  });
}

function awaitHeader(socket: Socket, take: Taker, refused: (socket: Socket, why: string) => void): void {
  let bytes = Buffer.alloc(0);
  const ignore = () => {};
  const read = () => {
    for (let chunk = socket.read(); chunk !== null; chunk = socket.read())
      bytes = Buffer.concat([bytes, chunk]);
    const header = readProxyHeader(bytes);
    if (header.kind === 'more') return;
    settle();
    if (header.kind === 'malformed') return refused(socket, 'it begins otherwise');
    setClientAddress(socket, header.address && spelledAddress(header.address), header.secure);
    // What came after it is the visitor's.
    if (bytes.length > header.length) socket.unshift(bytes.subarray(header.length));
    take(socket);
    socket.off('error', ignore);
  };
  const settle = () => {
    clearTimeout(timer);
    socket.off('readable', read);
    socket.off('end', ended);
    socket.off('close', settle);
  };
  // Some load balancers only look whether the port is open.
  const ended = () => {
    settle();
    socket.destroy();
  };
  const timer = setTimeout(() => {
    settle();
    refused(socket, `it says nothing for ${PATIENCE_MS / 1000} s`);
  }, PATIENCE_MS);
  socket.on('error', ignore);
  socket.on('close', settle);
  socket.on('end', ended);
  socket.on('readable', read);
}
