// A host in SDP: an address in one canonical spelling; the unspecified address, an old notation for hold (RFC
// 3264 8.4); or a name.

import { isIP, SocketAddress } from 'node:net';

export type SdpHost =
  | { readonly kind: 'address'; readonly text: string; readonly family: 4 | 6 }
  | { readonly kind: 'unspecified' }
  | { readonly kind: 'name'; readonly text: string }
  | { readonly kind: 'none' };

const NAME = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

export function hostOf(written: string): SdpHost {
  // RFC 8866 5.7: a TTL and a number of addresses may follow, for multicast only.
  const [text = ''] = written.toLowerCase().split('/', 1);
  if (text.startsWith('[') && text.endsWith(']')) return addressOf(text.slice(1, -1));
  const address = addressOf(text);
  return address.kind === 'none' ? nameOf(text.replace(/\.$/, '')) : address;
}

function addressOf(text: string): SdpHost {
  const literal = decimal(text) ?? text;
  // A zone names an interface of one machine.
  if (isIP(literal) === 0 || literal.includes('%')) return { kind: 'none' };
  if (isIP(literal) === 4)
    return literal === '0.0.0.0' ? { kind: 'unspecified' } : { kind: 'address', text: literal, family: 4 };
  const { address } = new SocketAddress({ address: literal, family: 'ipv6' });
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (mapped !== undefined) return addressOf(mapped);
  return address === '::' ? { kind: 'unspecified' } : { kind: 'address', text: address, family: 6 };
}

/** Some devices pad with zeros: 192.168.001.010. */
function decimal(text: string): string | undefined {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return undefined;
  return text.split('.').map(Number).join('.');
}

function nameOf(text: string): SdpHost {
  const labels = text.split('.');
  if (text.length > 253 || !labels.every(label => NAME.test(label))) return { kind: 'none' };
  const last = labels.at(-1) ?? '';
  // Such a host never exists (RFC 2606 2): a notation for no address in IPv6.
  if (last === 'invalid') return { kind: 'unspecified' };
  return /^\d+$/.test(last) ? { kind: 'none' } : { kind: 'name', text };
}
