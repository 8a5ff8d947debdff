// The next hop of a request (RFC 3261 8.1.2, 12.2.1.1, without RFC 3263). The sender of the request resolves names;
// here is only a simple fallback. `maddr` gives the address, the host gives the name for the certificate.

import { BlockList, isIP } from 'node:net';
import { parseAddress } from '../message/address.ts';
import { parseUri } from '../message/uri.ts';
import type { RemoteEndpoint } from '../transport/listen-point.ts';
import type { Flow } from '../transport/transport.ts';
import type { Dialog } from './dialog.ts';

type Transport = RemoteEndpoint['transport'];

/** A destination whose address may still be a host name. */
export interface NextHop {
  readonly transport: Transport;
  /** IP literal or host name. */
  readonly host: string;
  readonly port: number;
  /** The name that a TLS certificate must contain. */
  readonly hostname: string;
}

/** Returns the IP literal of a host name. */
export type Lookup = (hostname: string) => Promise<string>;

/** Undefined for other schemes, for bad grammar, and for transports that cannot be dialled, for example a browser's. */
export function hopOf(uri: string): NextHop | undefined {
  const parsed = parseUri(uri);
  if (parsed === undefined) return undefined;
  const named = parsed.params.get('transport')?.toLowerCase() ?? 'udp';
  if (named !== 'udp' && named !== 'tcp' && named !== 'tls') return undefined;
  // RFC 3261 26.2.2: a SIPS URI requires TLS, whatever transport it names.
  const transport = parsed.scheme === 'sips' ? 'tls' : named;
  const host = parsed.params.get('maddr') ?? parsed.host;
  return { transport, host, port: parsed.port ?? (transport === 'tls' ? 5061 : 5060), hostname: parsed.host };
}

/** Immediately for literals, else with `lookup`. */
export function locate(hop: NextHop, lookup: Lookup): RemoteEndpoint | Promise<RemoteEndpoint> {
  const { transport, host, port, hostname } = hop;
  const literal = literalOf(host);
  if (isIP(literal) !== 0) return { transport, address: literal, port, hostname };
  return lookup(host).then(address => ({ transport, address, port, hostname }));
}

// Addresses that are valid only inside one network (RFC 1918, 6598, 3927, 4193, loopback).
const unroutable = new BlockList();
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['127.0.0.0', 8],
] as const) {
  unroutable.addSubnet(network, prefix);
}
unroutable.addSubnet('fc00::', 7, 'ipv6');
unroutable.addSubnet('fe80::', 10, 'ipv6');
unroutable.addAddress('::1', 'ipv6');

/**
 * The next hop of a request in the dialog: its first route, else the remote target. If that address cannot be reached,
 * the request takes the flow that the peer used: a browser's Contact is `xxx.invalid` (RFC 7118 5), and a phone behind
 * NAT writes a private address. The same applies if `mayReach` forbids the address, so that a peer cannot direct our
 * requests to addresses outside the configuration.
 */
export function dialogHop(dialog: Dialog, mayReach: (address: string) => boolean = anywhere): Flow | NextHop {
  const { flow } = dialog;
  if (flow.transport === 'ws' || flow.transport === 'wss') return flow;
  const [route] = dialog.routeSet;
  const hop = hopOf(route === undefined ? dialog.remoteTarget : (parseAddress(route)?.uri ?? ''));
  if (hop === undefined || isSameAddress(hop, flow) || !mayReach(literalOf(hop.host))) return reopened(flow);
  return route === undefined && isBehindNat(hop, flow) ? reopened(flow) : hop;
}

const anywhere = () => true;

function literalOf(host: string): string {
  return host.startsWith('[') ? host.slice(1, -1) : host;
}

function isSameAddress(hop: NextHop, flow: Flow): boolean {
  const { remote } = flow;
  return hop.transport === flow.transport && hop.host === remote.address && hop.port === remote.port;
}

/** A UDP flow that an ICMP error closed can be opened again, and so can a connection. */
function reopened(flow: Flow): Flow | NextHop {
  if (!flow.closed || flow.transport === 'ws' || flow.transport === 'wss') return flow;
  const { transport, remote } = flow;
  return { transport, host: remote.address, port: remote.port, hostname: remote.address };
}

function isBehindNat(hop: NextHop, flow: Flow): boolean {
  const family = isIP(hop.host);
  // A closed stream cannot be opened again at the peer's ephemeral port. Then the Contact is used.
  if (flow.closed && flow.reliable) return false;
  if (family === 0 || hop.host === flow.remote.address) return true;
  return unroutable.check(hop.host, family === 6 ? 'ipv6' : 'ipv4');
}
