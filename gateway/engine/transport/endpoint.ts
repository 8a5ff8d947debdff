// Addresses as keys and as text. Must not resolve names: all addresses here are IP literals.

import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Endpoint } from './transport.ts';

export type Family = 4 | 6;

export function familyOf(address: string): Family {
  return isIPv6(address) ? 6 : 4;
}

/** The operating system's spelling, so that equal addresses are equal strings. */
export function canonicalAddress(address: string): string {
  if (isIPv4(address) || !isIPv6(address)) return address;
  const [literal = address, zone] = address.split('%');
  const canonical = new SocketAddress({ address: literal, family: 'ipv6' }).address;
  return zone === undefined ? canonical : `${canonical}%${zone}`;
}

export function endpointKey(endpoint: Endpoint): string {
  return `${endpoint.address} ${endpoint.port}`;
}

/** The source that an address belongs to: one IPv4 address, or one IPv6 /64. */
export function sourceOf(address: string): string {
  return isIPv6(address) ? subnetOf(address) : address;
}

/** The first four groups, in the spelling of `canonicalAddress`. */
function subnetOf(address: string): string {
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail === undefined || groups.length >= 4) return groups.slice(0, 4).join(':');
  const after = tail.split(':').filter(group => group !== '');
  const zeros = Math.max(8 - groups.length - after.length, 0);
  return [...groups, ...new Array<string>(zeros).fill('0'), ...after].slice(0, 4).join(':');
}

export function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

/**
 * The local address that the peer most likely sees, for a socket bound to all addresses: that of the interface that
 * shares the longest prefix with the peer, else the first external one. A socket connected to the peer has an exact
 * local address; this is for the others.
 */
export function localAddressToward(remote: string): string {
  const family = familyOf(remote);
  let best: string | undefined;
  let bestBits = -1;
  for (const addresses of Object.values(networkInterfaces())) {
    for (const { address, internal, family: theirs } of addresses ?? []) {
      if (theirs !== `IPv${family}` || address.startsWith('fe80:')) continue;
      const bits = sharedBits(address, remote, family) - (internal ? 0.5 : 0);
      if (bits > bestBits || best === undefined) [best, bestBits] = [address, bits];
    }
  }
  return best ?? (family === 6 ? '::1' : '127.0.0.1');
}

function sharedBits(a: string, b: string, family: Family): number {
  const [x, y] = [addressBits(a, family), addressBits(b, family)];
  let shared = 0;
  while (shared < x.length && x[shared] === y[shared]) shared++;
  return shared;
}

function addressBits(address: string, family: Family): string {
  if (family === 4)
    return address
      .split('.')
      .map(part => Number(part).toString(2).padStart(8, '0'))
      .join('');
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = new Array<string>(Math.max(8 - before.length - after.length, 0)).fill('0');
  const groups = [...before, ...zeros, ...after];
  return groups.map(group => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('');
}
