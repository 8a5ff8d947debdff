// Where a request comes from, behind whatever stands before the gateway: a proxy of the owner's speaks for visitors, and
// nobody else does. What it says is believed once, at the door; afterwards a request looks as if the visitor had asked
// the gateway itself.

import type { IncomingMessage } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { TrustedProxies } from '../config/proxy.ts';
import { hopsOf } from './forwarded.ts';
import { networksOf } from './network.ts';
import { plainAddress } from './network-address.ts';

interface FarEnd {
  readonly address: string;
  readonly secure: boolean;
  /** The address is a visitor's, and not that of a proxy which does not say whose request it is. */
  readonly known: boolean;
}

/** Of requests that a proxy has brought. */
const brought = new WeakMap<IncomingMessage, FarEnd>();

/** Who is at the other end of a connection that a proxy has handed on, by our peer's address and port. */
const handedOn = new Map<string, { readonly address: string; readonly secure: boolean | undefined }>();

type Connected = Pick<Socket, 'remoteAddress' | 'remotePort'>;

/** The visitor's IP address. */
export function clientAddressOf(request: IncomingMessage): string {
  return brought.get(request)?.address ?? socketAddress(request);
}

/** Whether the visitor has asked over TLS. */
export function isSecure(request: IncomingMessage): boolean {
  const { socket } = request;
  const said = brought.get(request)?.secure ?? handedOn.get(keyOf(socket))?.secure;
  return said ?? socket instanceof TLSSocket;
}

/** False where a proxy has brought the request and does not say for whom: what it did must not be held against it. */
export function isOfKnownAddress(request: IncomingMessage): boolean {
  return brought.get(request)?.known ?? true;
}

/** The visitor's address as the connection tells it, or the proxy that handed the connection on. */
export function socketAddress({ socket }: { readonly socket: Connected }): string {
  return handedOn.get(keyOf(socket))?.address ?? peerAddress(socket);
}

/** Our peer's own. */
export function peerAddress({ remoteAddress = '' }: Connected): string {
  return plainAddress(remoteAddress);
}

/** Notes for whom a proxy has opened this connection, for as long as that is open. */
export function setClientAddress(socket: Socket, address: string, secure: boolean | undefined): void {
  const key = keyOf(socket);
  handedOn.set(key, { address, secure });
  socket.once('close', () => handedOn.delete(key));
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

  /** To be called first of all with each request. */
  readonly readHeaders = (request: IncomingMessage): void => {
    const { headers } = request;
    let address = socketAddress(request);
    if (!this.trusts(address)) return;
    let { secure, host }: { secure?: boolean | undefined; host?: string | undefined } = {};
    // From us outwards: each proxy vouches for whom it heard from, the last of ours for the visitor.
    for (const hop of hopsOf(headers, this.#header)) {
      secure = hop.secure ?? secure;
      host = hop.host ?? host;
      if (hop.address === undefined) break;
      address = hop.address;
      if (!this.trusts(address)) break;
    }
    // Some proxies write none, and hand on the host that was asked.
    if (host) headers.host = host;
    brought.set(request, { address, secure: secure ?? isSecure(request), known: !this.trusts(address) });
  };
}
