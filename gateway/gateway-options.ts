// Options of components that follow from the configuration and the addresses of this machine.

import type { OwnAddress } from './config/own-address.ts';
import type { Config } from './config/schema.ts';
import { ownAddresses } from './net/address-fence.ts';
import type { Log } from './observe/log.ts';
import type { ResolverOptions } from './resolver/resolver.ts';

export function resolverOptions(
  { dns }: Config,
  addresses: readonly OwnAddress[],
  allow: (address: string) => boolean,
  log: Log,
): ResolverOptions {
  return {
    servers: dns.servers && [...dns.servers],
    // Signalling and media leave from these addresses, hence in their families.
    from: addresses.map(({ bind }) => bind),
    allow,
    onRefused: (address, host) =>
      log.warn(
        { answer: address, host },
        'DNS points at a private address, or at one of this machine, that dns.allow does not name',
      ),
  };
}

/** Addresses that a DNS answer must not point at: those of this machine, as it has them and as others know them. */
export function ownAndAnnounced(addresses: readonly OwnAddress[]): string[] {
  return [...addresses.flatMap(({ announced }) => announced), ...ownAddresses()];
}

/** The media ports toward PBXs, for an administrator who opens a firewall. */
export function mediaPortsOf({ media }: Config, addresses: readonly OwnAddress[]): string {
  if (media.rtpengine) return 'the ports of the rtpengines (port-min to port-max)';
  const known = addresses.map(({ announced: [first], bind }) => first ?? bind);
  return `UDP ${media.pbxPorts.join('-')} of ${known.join(' and ')}`;
}
