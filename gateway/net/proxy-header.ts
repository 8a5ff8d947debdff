// Parses the header of the PROXY protocol (haproxy.org, proxy-protocol.txt), versions 1 and 2: the client of a proxied
// connection. Parses bytes only; the protocol's own lengths limit the work.

import { isIP } from 'node:net';

export type ProxyHeader =
  /** The header is incomplete. */
  | { readonly kind: 'more' }
  | { readonly kind: 'malformed' }
  | {
      readonly kind: 'header';
      /** Length of the header in bytes. The client's data follows. */
      readonly length: number;
      /** Undefined if the connection is the proxy's own (LOCAL), or the client is unknown (UNKNOWN). */
      readonly address?: string;
      /** Whether the client used TLS, or the https port. */
      readonly secure?: boolean;
    };

const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
/** Version 1 allows 107 bytes. Version 2 allows 64 KB of additional values; proxies send some hundred bytes. */
const MOST_OF_V1 = 107;
const MOST_OF_V2 = 4_096;
const HTTPS = 443;

const malformed: ProxyHeader = { kind: 'malformed' };

export function readProxyHeader(bytes: Buffer): ProxyHeader {
  if (bytes.length === 0) return { kind: 'more' };
  const compared = Math.min(bytes.length, signature.length);
  if (bytes.subarray(0, compared).equals(signature.subarray(0, compared))) return readV2(bytes);
  return readV1(bytes);
}

function readV1(bytes: Buffer): ProxyHeader {
  const text = bytes.toString('latin1', 0, MOST_OF_V1);
  const start = 'PROXY '.slice(0, text.length);
  if (!text.startsWith(start)) return malformed;
  const end = text.indexOf('\r\n');
  if (end < 0) return text.length < MOST_OF_V1 ? { kind: 'more' } : malformed;
  const length = end + 2;
  const [, family, source = '', target = '', , port = '', ...rest] = text.slice(0, end).split(' ');
  if (family === 'UNKNOWN') return { kind: 'header', length };
  const version = family === 'TCP4' ? 4 : family === 'TCP6' ? 6 : undefined;
  if (version === undefined || rest.length > 0 || !/^\d{1,5}$/.test(port)) return malformed;
  if (isIP(source) !== version || isIP(target) !== version) return malformed;
  return { kind: 'header', length, address: source, ...secureAt(Number(port)) };
}

function readV2(bytes: Buffer): ProxyHeader {
  if (bytes.length < 16) return { kind: 'more' };
  const [versionAndCommand = 0, family = 0] = bytes.subarray(12, 14);
  const length = 16 + bytes.readUInt16BE(14);
  const command = versionAndCommand & 0x0f;
  if (versionAndCommand >> 4 !== 2 || command > 1 || length > MOST_OF_V2) return malformed;
  if (bytes.length < length) return { kind: 'more' };
  const body = bytes.subarray(16, length);
  // LOCAL, for example a health check, and sources that are not IP addresses.
  const octets = family >> 4 === 1 ? 4 : family >> 4 === 2 ? 16 : 0;
  if (command === 0 || octets === 0) return { kind: 'header', length };
  const addresses = 2 * octets + 4;
  if (body.length < addresses) return malformed;
  const address = octets === 4 ? [...body.subarray(0, 4)].join('.') : ipv6(body.subarray(0, 16));
  const secure = tlsValue(body.subarray(addresses)) ?? secureAt(body.readUInt16BE(addresses - 2)).secure;
  return { kind: 'header', length, address, ...(secure !== undefined && { secure }) };
}

function ipv6(octets: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => octets.readUInt16BE(index * 2).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

const SSL = 0x20;
const CLIENT_SSL = 0x01;

/** The value PP2_TYPE_SSL, undefined if it is absent. */
function tlsValue(values: Buffer): boolean | undefined {
  for (let at = 0; at + 3 <= values.length; at += 3 + values.readUInt16BE(at + 1)) {
    if (values[at] === SSL && at + 3 < values.length) return ((values[at + 3] ?? 0) & CLIENT_SSL) !== 0;
  }
  return undefined;
}

/** Used if the header has no other information. */
function secureAt(port: number): { readonly secure?: boolean } {
  return port === HTTPS ? { secure: true } : {};
}
