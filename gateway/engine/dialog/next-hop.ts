// Where a request goes (RFC 3261 8.1.2, 12.2.1.1, without RFC 3263: names are resolved by whoever asked
// for the request; here is only a modest fallback). `maddr` names the address, the host the certificate.

import { BlockList, isIP } from 'node:net';
import { parseAddress } from '../message/address.ts';
import { parseUri } from '../message/uri.ts';
import type { Destination } from '../transport/listen-point.ts';
import type { Flow } from '../transport/transport.ts';
import type { Dialog } from './dialog.ts';

type Transport = Destination['transport'];

/** A destination whose address may still be a name. */
export interface Hop {
  readonly transport: Transport;
  /** IP literal or name. */
  readonly host: string;
  readonly port: number;
  /** The name a TLS certificate must bear. */
  readonly hostname: string;
}

/** Name to IP literal. */
export type Lookup = (hostname: string) => Promise<string>;

/** Undefined for other schemes, bad grammar, and transports that one cannot dial (a browser's among them). */
export function hopOf(uri: string): Hop | undefined {
  const parsed = parseUri(uri);
  if (parsed === undefined) return undefined;
  const named = parsed.params.get('transport')?.toLowerCase() ?? 'udp';
  if (named !== 'udp' && named !== 'tcp' && named !== 'tls') return undefined;
  // RFC 3261 26.2.2: a SIPS URI asks for TLS, whatever transport is named beneath it.
  const transport = parsed.scheme === 'sips' ? 'tls' : named;
  const host = parsed.params.get('maddr') ?? parsed.host;
  return { transport, host, port: parsed.port ?? (transport === 'tls' ? 5061 : 5060), hostname: parsed.host };
}

/** At once for literals, else by `lookup`. */
export function locate(hop: Hop, lookup: Lookup): Destination | Promise<Destination> {
  const { transport, host, port, hostname } = hop;
  const literal = literalOf(host);
  if (isIP(literal) !== 0) return { transport, address: literal, port, hostname };
  return lookup(host).then(address => ({ transport, address, port, hostname }));
}

// Addresses that mean something only to who is in the same network (RFC 1918, 6598, 3927, 4193, loopback).
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
 * Where a request in the dialog goes: its first route, else the remote target, unless that cannot be
 * reached as it is written. Then it goes the way the peer came: a browser's Contact is `xxx.invalid`
 * (RFC 7118 5), a phone behind NAT writes an address that only its own network knows. The same where we are
 * not to send at all: a peer does not get us anywhere that nobody allowed.
 */
export function dialogHop(dialog: Dialog, mayReach: (address: string) => boolean = anywhere): Flow | Hop {
  const { flow } = dialog;
  if (flow.transport === 'ws' || flow.transport === 'wss') return flow;
  const [route] = dialog.routeSet;
  const hop = hopOf(route === undefined ? dialog.remoteTarget : (parseAddress(route)?.uri ?? ''));
  if (hop === undefined || leadsTo(hop, flow) || !mayReach(literalOf(hop.host))) return reopened(flow);
  return route === undefined && isBehindNat(hop, flow) ? reopened(flow) : hop;
}

const anywhere = () => true;

function literalOf(host: string): string {
  return host.startsWith('[') ? host.slice(1, -1) : host;
}

function leadsTo(hop: Hop, flow: Flow): boolean {
  const { remote } = flow;
  return hop.transport === flow.transport && hop.host === remote.address && hop.port === remote.port;
}

/** A UDP flow that an ICMP error closed, or a connection, may be had again. */
function reopened(flow: Flow): Flow | Hop {
  if (!flow.closed || flow.transport === 'ws' || flow.transport === 'wss') return flow;
  const { transport, remote } = flow;
  return { transport, host: remote.address, port: remote.port, hostname: remote.address };
}

function isBehindNat(hop: Hop, flow: Flow): boolean {
  const family = isIP(hop.host);
  // A stream that has closed cannot be had again at the peer's ephemeral port: then the Contact must do.
  if (flow.closed && flow.reliable) return false;
  if (family === 0 || hop.host === flow.remote.address) return true;
  return unroutable.check(hop.host, family === 6 ? 'ipv6' : 'ipv4');
}
