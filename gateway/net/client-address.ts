// The visitor's address of a request behind proxies. Only the owner's proxies may report it. It is determined once,
// when the request arrives; afterwards the request looks as if the visitor had connected directly.

import type { IncomingMessage } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { TrustedProxies } from '../config/proxy.ts';
import { proxyHopsOf } from './forwarded.ts';
import { networksOf } from './network.ts';
import { plainAddress } from './network-address.ts';

interface Client {
  readonly address: string;
  readonly secure: boolean;
  /** Whether the address is a visitor's, and not that of a proxy that reports none. */
  readonly known: boolean;
}

/** For requests that came through a proxy. */
const clients = new WeakMap<IncomingMessage, Client>();

interface ForwardedConnection {
  readonly address: string;
  readonly secure: boolean | undefined;
  /** The proxy has named its client. */
  readonly known: boolean;
}

/** The client of a connection that a proxy has forwarded with a PROXY header, by our peer's address and port. */
const forwardedConnections = new Map<string, ForwardedConnection>();

type Connected = Pick<Socket, 'remoteAddress' | 'remotePort'>;

/** The visitor's IP address. */
export function clientAddressOf(request: IncomingMessage): string {
  return clients.get(request)?.address ?? socketAddress(request);
}

/** Whether the visitor's connection uses TLS. */
export function isSecure(request: IncomingMessage): boolean {
  const { socket } = request;
  const reported = clients.get(request)?.secure ?? forwardedConnections.get(keyOf(socket))?.secure;
  return reported ?? socket instanceof TLSSocket;
}

/**
 * False if a proxy sent the request without the client's address. Such a request must not count as an offence of the
 * proxy.
 */
export function hasKnownAddress(request: IncomingMessage): boolean {
  return clients.get(request)?.known ?? true;
}

/** The visitor's address according to the connection, or to its PROXY header. */
export function socketAddress({ socket }: { readonly socket: Connected }): string {
  return forwardedConnections.get(keyOf(socket))?.address ?? peerAddress(socket);
}

/** The address of our peer. */
export function peerAddress({ remoteAddress = '' }: Connected): string {
  return plainAddress(remoteAddress);
}

/**
 * Stores the client of a forwarded connection until the connection closes. Without an address the proxy has not named the
 * client: the headers of its requests are then the client's own, and are not read for an address.
 */
export function setClientAddress(socket: Socket, address: string | undefined, secure?: boolean): void {
  const key = keyOf(socket);
  const known = address !== undefined;
  forwardedConnections.set(key, { address: address ?? peerAddress(socket), secure, known });
  socket.once('close', () => forwardedConnections.delete(key));
}

function keyOf({ remoteAddress = '', remotePort = 0 }: Connected): string {
  return `${remoteAddress} ${remotePort}`;
}

export class Proxies {
  readonly #trusted: ReturnType<typeof networksOf>;
  readonly #header: TrustedProxies['header'];

  constructor(proxy: TrustedProxies | undefined) {
    this.#header = proxy?.header;
    this.#trusted = networksOf(proxy?.networks ?? []);
  }

  trusts(address: string): boolean {
    const family = isIP(address);
    return family !== 0 && this.#trusted.check(address, family === 4 ? 'ipv4' : 'ipv6');
  }

  /** Must be called first with each request. */
  readonly determineClient = (request: IncomingMessage): void => {
    const forwarded = forwardedConnections.get(keyOf(request.socket));
    if (forwarded?.known === false) {
      clients.set(request, { address: forwarded.address, secure: isSecure(request), known: false });
      return;
    }
    const { headers } = request;
    let address = socketAddress(request);
    if (!this.trusts(address)) return;
    let { secure, host }: { secure?: boolean | undefined; host?: string | undefined } = {};
    // From the nearest proxy outwards: each trusted proxy reports the peer before it, the last trusted one the visitor.
    for (const hop of proxyHopsOf(headers, this.#header)) {
      secure = hop.secure ?? secure;
      host = hop.host ?? host;
      if (hop.address === undefined) break;
      address = hop.address;
      if (!this.trusts(address)) break;
    }
    // Some proxies write no host, and pass on the original one.
    if (host) headers.host = host;
    clients.set(request, { address, secure: secure ?? isSecure(request), known: !this.trusts(address) });
  };
}
