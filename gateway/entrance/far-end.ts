// Where a request comes from, behind whatever stands before the gateway: a proxy of the owner's speaks for visitors, and
// nobody else does. What it says is believed once, at the door; afterwards a request looks as if the visitor had asked
// the gateway itself.

import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { TLSSocket } from 'node:tls';
import forwardedParse from 'forwarded-parse';
import type { TrustedProxies } from '../config/proxy.ts';
import { plainAddress } from '../observe/network-address.ts';

interface FarEnd {
  readonly address: string;
  readonly secure: boolean;
}

/** Of requests that a proxy has brought. */
const brought = new WeakMap<IncomingMessage, FarEnd>();

/** The visitor's IP address. */
export function addressOf(request: IncomingMessage): string {
  return brought.get(request)?.address ?? socketAddress(request);
}

/** Whether the visitor has asked over TLS. */
export function isSecure(request: IncomingMessage): boolean {
  return brought.get(request)?.secure ?? request.socket instanceof TLSSocket;
}

export class Proxies {
  readonly #trusted = new BlockList();
  readonly #header: TrustedProxies['header'] | undefined;

  constructor(proxy: TrustedProxies | undefined) {
    this.#header = proxy?.header;
    for (const network of proxy?.networks ?? []) {
      const [address = '', prefix = ''] = network.split('/');
      this.#trusted.addSubnet(address, Number(prefix), isIP(address) === 4 ? 'ipv4' : 'ipv6');
    }
  }

  trusts(address: string): boolean {
    const family = isIP(address);
    return family !== 0 && this.#trusted.check(address, family === 4 ? 'ipv4' : 'ipv6');
  }

  /** To be called first of all with each request. */
  readonly heed = (request: IncomingMessage): void => {
    const { headers } = request;
    let address = socketAddress(request);
    if (!this.trusts(address)) return;
    const way = this.#way(request);
    // From us outwards: each proxy vouches for whom it heard from, the last of ours for the visitor.
    while (this.trusts(address)) {
      const before = bare(way.pop() ?? '');
      if (before === undefined) break;
      address = before;
    }
    // Of several proxies' values the one nearest to us; some write nothing, and hand on the host that was asked.
    const host = last(headers['x-forwarded-host']);
    if (host) headers.host = host;
    const scheme = last(headers['x-forwarded-proto']);
    brought.set(request, { address, secure: scheme ? scheme === 'https' : isSecure(request) });
  };

  #way({ headers }: IncomingMessage): string[] {
    if (this.#header === 'x-forwarded-for') {
      return String(headers['x-forwarded-for'] ?? '').split(',');
    }
    return wayOf(headers.forwarded ?? '');
  }
}

/** Proxies in a row, and commas within what they quote; each costs a look at the rest. */
const MOST_COMMAS = 32;

/** `for` of each element (RFC 7239 4), read from the end: whatever a visitor has begun with spoils no proxy's own. */
function wayOf(forwarded: string): string[] {
  const way: string[] = [];
  let rest = '';
  for (const piece of forwarded.split(',').slice(-MOST_COMMAS).reverse()) {
    // A comma within quotes parts no elements: neither of its sides is well-formed without the other.
    rest = rest === '' ? piece : `${piece},${rest}`;
    try {
      way.unshift(...forwardedParse(rest.trim()).map(element => element.for ?? ''));
      rest = '';
    } catch {}
  }
  return way;
}

export function socketAddress({ socket }: Pick<IncomingMessage, 'socket'>): string {
  return plainAddress(socket.remoteAddress ?? '');
}

/** The address in `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1` or `[2001:db8::1]:80` (RFC 7239 6); else undefined. */
function bare(text: string): string | undefined {
  const [, inBrackets, v4 = text.trim()] = /^\s*(?:\[(.*)\]|([\d.]+))(?::\d+)?\s*$/.exec(text) ?? [];
  const address = plainAddress(inBrackets ?? v4);
  return isIP(address) === 0 ? undefined : address;
}

function last(value: string | string[] | undefined): string | undefined {
  return String(value ?? '')
    .split(',')
    .at(-1)
    ?.trim();
}
