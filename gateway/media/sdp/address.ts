// Where a PBX receives the packets of one m= line: c= and a=rtcp of its SDP, checked against the fence. An
// unusable value is skipped while another one is usable: a=rtcp falls back to the next port (RFC 3550 11),
// one c= to another.

import { MediaError, type MediaReason } from '../relay.ts';
import { type Description, type MediaSection, portOf } from './description.ts';
import { hostOf, type SdpHost } from './host.ts';
import { connectionHost, type FoundHosts, rtcpOf } from './hosts.ts';
import type { PbxNet } from './pending-offer.ts';
import type { RtpAddress } from './plan.ts';
import { firstMediaPort, kindOf, shown } from './read.ts';

/** Null when c= is unspecified, an old notation for hold (RFC 3264 8.4). @throws {MediaError} */
export function remoteOf(
  { session }: Description,
  media: MediaSection,
  net: PbxNet,
  found: FoundHosts,
): RtpAddress | null {
  let fault: AddressFault | undefined;
  // Those of the line come before those of the session (RFC 8866 5.7).
  for (const connection of [...media.connections, ...session.connections]) {
    const host = hostOf(connectionHost(connection));
    if (host.kind === 'unspecified') return null;
    const usable = usableAddress(host, net, found);
    if ('address' in usable) return withRtcp(usable.address, media, net, found);
    fault ??= usable;
  }
  const { message, reason, behind } = fault ?? missing;
  if (!net.latches) throw new MediaError(message, 488, reason);
  const nowhere = net.family === 6 ? '::' : '0.0.0.0';
  return { ...withRtcp(behind ?? nowhere, media, net, new Map()), fenced: true };
}

/**
 * The first address of the other family, when neither a line in use nor the session names one of this family.
 */
export function otherFamilyIn(
  { session, media }: Description,
  family: 4 | 6,
  found: FoundHosts,
): string | undefined {
  const lines = media.filter(line => kindOf(line) !== null && line.port !== 0);
  const addresses = [...lines, session]
    .flatMap(({ connections }) => connections.map(connectionHost))
    .flatMap(written => {
      const host = hostOf(written);
      return host.kind === 'name' ? (found.get(host.text)?.addresses ?? []).map(hostOf) : [host];
    })
    .flatMap(host => (host.kind === 'address' ? [host] : []));
  return addresses.some(address => address.family === family) ? undefined : addresses[0]?.text;
}

interface AddressFault {
  readonly message: string;
  readonly reason: MediaReason;
  /** The address, when only the fence forbids it. */
  readonly behind?: string;
}

const missing: AddressFault = {
  message: 'the SDP of the PBX has no c= line with an address',
  reason: 'no-address',
};

/** The address of a host, if media may be sent to it. */
function usableAddress(
  host: SdpHost,
  net: PbxNet,
  found: FoundHosts,
): { readonly address: string } | AddressFault {
  if (host.kind === 'none' || host.kind === 'unspecified') return missing;
  if (host.kind === 'address') return fenced(host, net);
  const { addresses, why } = found.get(host.text) ?? { addresses: [], why: 'too many host names' };
  let fault: AddressFault = {
    message: `c= names ${shown(host.text)}, which cannot be resolved: ${why}`,
    reason: 'unknown-host',
  };
  for (const text of addresses) {
    const address = hostOf(text);
    if (address.kind !== 'address') continue;
    const usable = fenced(address, net);
    if ('address' in usable) return usable;
    fault = usable;
  }
  return fault;
}

function fenced(
  { text, family }: Extract<SdpHost, { kind: 'address' }>,
  net: PbxNet,
): { address: string } | AddressFault {
  if (family !== net.family)
    return { message: `c= names ${text}, which has no IPv${net.family} address`, reason: 'no-address' };
  if (!isGroup(text) && net.allowed(text)) return { address: text };
  return {
    message: `media to ${text} is not allowed`,
    reason: 'address-not-allowed',
    ...(!isGroup(text) && { behind: text }),
  };
}

function withRtcp(address: string, media: MediaSection, net: PbxNet, found: FoundHosts): RtpAddress {
  const port = media.port ?? 0;
  const usual = { address, port, rtcpAddress: address, rtcpPort: port < 65_535 ? port + 1 : port };
  for (const { port, host } of rtcpOf(media)) {
    const rtcpPort = portOf(port) ?? 0;
    const usable = host === undefined ? { address } : usableAddress(hostOf(host), net, found);
    if (rtcpPort >= firstMediaPort && 'address' in usable)
      return { ...usual, rtcpAddress: usable.address, rtcpPort };
  }
  return usual;
}

/** Multicast and broadcast: not the address of one PBX. */
function isGroup(address: string): boolean {
  return address === '255.255.255.255' || /^(?:22[4-9]|23\d)\./.test(address) || /^ff/i.test(address);
}
