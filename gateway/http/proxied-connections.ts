// Reads the header of the PROXY protocol before HTTP or TLS. Each connection of a configured proxy must begin with one. A
// header from another peer is refused by the parser of HTTP or TLS.

import type { Server, Socket } from 'node:net';
import { peerAddress, setClientAddress } from '../net/client-address.ts';
import { spelledAddress } from '../net/network-address.ts';
import { readProxyHeader } from '../net/proxy-header.ts';
import type { Log } from '../observe/log.ts';

/** A proxy sends the header first. */
const HEADER_TIMEOUT_MS = 5_000;
/** Between two warnings. */
const WARN_EVERY_MS = 60_000;

type ConnectionListener = (socket: Socket) => void;

/** Delays `connection` events of `server` until the header is read. The listeners that exist now get them then. */
export function readProxyHeaders(server: Server, isProxy: (address: string) => boolean, log?: Log): void {
  const listeners = server.listeners('connection') as ConnectionListener[];
  server.removeAllListeners('connection');
  const accept = (socket: Socket) => {
    for (const listener of listeners) listener.call(server, socket);
  };
  let warnedAt = Number.NEGATIVE_INFINITY;
  const refused = (socket: Socket, why: string) => {
    const proxy = peerAddress(socket);
    socket.destroy();
    if (performance.now() - warnedAt < WARN_EVERY_MS) return;
    warnedAt = performance.now();
    log?.warn(
      { proxy, why },
      'a proxy sends no PROXY protocol header: enable it in the proxy, or remove proxyProtocol from the configuration',
    );
  };
  server.on('connection', (socket: Socket) => {
    if (isProxy(peerAddress(socket))) awaitHeader(socket, accept, refused);
    else accept(socket);
  });
}

function awaitHeader(
  socket: Socket,
  accept: ConnectionListener,
  refused: (socket: Socket, why: string) => void,
): void {
  let bytes = Buffer.alloc(0);
  const ignore = () => {};
  const read = () => {
    for (let chunk = socket.read(); chunk !== null; chunk = socket.read())
      bytes = Buffer.concat([bytes, chunk]);
    const header = readProxyHeader(bytes);
    if (header.kind === 'more') return;
    settle();
    if (header.kind === 'malformed') return refused(socket, 'the connection begins with something else');
    setClientAddress(socket, header.address && spelledAddress(header.address), header.secure);
    // Bytes after the header are from the visitor.
    if (bytes.length > header.length) socket.unshift(bytes.subarray(header.length));
    accept(socket);
    socket.off('error', ignore);
  };
  const settle = () => {
    clearTimeout(timer);
    socket.off('readable', read);
    socket.off('end', ended);
    socket.off('close', settle);
  };
  // Health checks of some load balancers only open the port.
  const ended = () => {
    settle();
    socket.destroy();
  };
  const timer = setTimeout(() => {
    settle();
    refused(socket, `no header within ${HEADER_TIMEOUT_MS / 1000} s`);
  }, HEADER_TIMEOUT_MS);
  socket.on('error', ignore);
  socket.on('close', settle);
  socket.on('end', ended);
  socket.on('readable', read);
}
