// What proxies say of a request: who has sent it to them, by which scheme and for which host. Either by Forwarded
// (RFC 7239), or by X-Forwarded-For, -Proto and -Host. Whether a proxy is believed is not known here.

import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import forwardedParse from 'forwarded-parse';
import { spelledAddress } from './network-address.ts';

/** What one proxy says. */
export interface Hop {
  /** Who has sent it the request; undefined where it does not say, or hides it (RFC 7239 6.3). */
  readonly address?: string | undefined;
  readonly secure?: boolean | undefined;
  readonly host?: string | undefined;
}

export type ForwardedHeader = 'x-forwarded-for' | 'forwarded';

/** The hops, ours first. Without a header named: X-Forwarded-For where it is there, else Forwarded. */
export function hopsOf(headers: IncomingHttpHeaders, named: ForwardedHeader | undefined): readonly Hop[] {
  const isStandard =
    named === 'forwarded' || (named === undefined && !listOf(headers['x-forwarded-for']).length);
  const hops = isStandard ? elementsOf(headers.forwarded ?? '') : [];
  return hops.length > 0 || named === 'forwarded' ? hops : extended(headers);
}

/** Proxies in a row, and commas within what they quote; each costs a look at the rest. */
const MOST_COMMAS = 32;

/** The elements of Forwarded, read from the end: whatever a visitor has begun with spoils no proxy's own. */
function elementsOf(forwarded: string): Hop[] {
  const hops: Hop[] = [];
  let rest = '';
  for (const piece of forwarded.split(',').slice(-MOST_COMMAS).reverse()) {
    // A comma within quotes parts no elements: neither of its sides is well-formed without the other.
    rest = rest === '' ? piece : `${piece},${rest}`;
    if (rest.trim() === '') continue;
    try {
      const elements = forwardedParse(rest.trim());
      hops.push(...elements.map(({ for: from, proto, host }) => hop(from, proto, host)).reverse());
      rest = '';
    } catch {}
  }
  return hops;
}

/**
 * The lists of the three headers, side by side from their ends. Where a list is shorter, a proxy near to us has replaced
 * what it got by one value, which holds for those before it.
 */
function extended(headers: IncomingHttpHeaders): Hop[] {
  const names = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host'] as const;
  const [from = [], proto = [], host = []] = names.map(name => listOf(headers[name]).reverse());
  const at = (list: readonly string[], index: number) => list[Math.min(index, list.length - 1)];
  return Array.from({ length: Math.max(1, from.length) }, (_, index) =>
    hop(from[index], at(proto, index), at(host, index)),
  );
}

function listOf(value: string | string[] | undefined): string[] {
  const text = String(value ?? '');
  return text.trim() === '' ? [] : text.split(',').slice(-MOST_COMMAS);
}

function hop(from: string | undefined, proto: string | undefined, host: string | undefined): Hop {
  const scheme = proto?.trim().toLowerCase() ?? '';
  const name = host?.trim() ?? '';
  return {
    address: bare(from ?? ''),
    secure: /^(?:https|wss)$/.test(scheme) ? true : /^(?:http|ws)$/.test(scheme) ? false : undefined,
    host: /^[\w.:[\]-]{1,259}$/.test(name) ? name : undefined,
  };
}

/** The address in `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1` or `[2001:db8::1]:80` (RFC 7239 6); else undefined. */
function bare(text: string): string | undefined {
  const [, inBrackets, v4 = text.trim()] = /^\s*(?:\[(.*)\]|([\d.]+))(?::\w+)?\s*$/.exec(text) ?? [];
  const address = spelledAddress(inBrackets ?? v4);
  return isIP(address) === 0 ? undefined : address;
}
