// What proxies report about a request: the client's address, the scheme and the host. Reads Forwarded (RFC 7239), or
// X-Forwarded-For, -Proto and -Host. Must not decide whether a proxy is trusted.

import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import forwardedParse from 'forwarded-parse';
import { spelledAddress } from './network-address.ts';

/** The report of one proxy. */
export interface ProxyHop {
  /** The client's address. Undefined if the proxy does not report it, or hides it (RFC 7239 6.3). */
  readonly address?: string | undefined;
  readonly secure?: boolean | undefined;
  readonly host?: string | undefined;
}

export type ForwardedHeader = 'x-forwarded-for' | 'forwarded';

/** The hops, nearest first. If `named` is undefined: X-Forwarded-For if it is present, else Forwarded. */
export function proxyHopsOf(
  headers: IncomingHttpHeaders,
  named: ForwardedHeader | undefined,
): readonly ProxyHop[] {
  const isStandard =
    named === 'forwarded' || (named === undefined && !listOf(headers['x-forwarded-for']).length);
  const hops = isStandard ? elementsOf(headers.forwarded ?? '') : [];
  return hops.length > 0 || named === 'forwarded' ? hops : nonStandardHops(headers);
}

/** Limit of proxies in a chain, with commas inside quotes, because each comma causes a search of the rest. */
const MOST_COMMAS = 32;

/** The elements of Forwarded, read from the end: text that a visitor wrote cannot spoil the elements of proxies. */
function elementsOf(forwarded: string): ProxyHop[] {
  const hops: ProxyHop[] = [];
  let rest = '';
  for (const piece of forwarded.split(',').slice(-MOST_COMMAS).reverse()) {
    // A comma within quotes does not separate elements: neither side is well-formed without the other.
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
 * Pairs the lists of the three headers from their ends. If a list is shorter, a proxy near to us has replaced it by one
 * value, which counts for the earlier ones too.
 */
function nonStandardHops(headers: IncomingHttpHeaders): ProxyHop[] {
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

function hop(from: string | undefined, proto: string | undefined, host: string | undefined): ProxyHop {
  const scheme = proto?.trim().toLowerCase() ?? '';
  const name = host?.trim() ?? '';
  return {
    address: addressIn(from ?? ''),
    secure: /^(?:https|wss)$/.test(scheme) ? true : /^(?:http|ws)$/.test(scheme) ? false : undefined,
    host: /^[\w.:[\]-]{1,259}$/.test(name) ? name : undefined,
  };
}

/** The address in `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1` or `[2001:db8::1]:80` (RFC 7239 6); else undefined. */
function addressIn(text: string): string | undefined {
  const [, inBrackets, v4 = text.trim()] = /^\s*(?:\[(.*)\]|([\d.]+))(?::\w+)?\s*$/.exec(text) ?? [];
  const address = spelledAddress(inBrackets ?? v4);
  return isIP(address) === 0 ? undefined : address;
}
