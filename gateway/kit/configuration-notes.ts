// Notes on settings that are still missing for calls to work, each with the line to write.

import { isIP } from 'node:net';
import type { Config } from '../config/schema.ts';
import { addressFence } from '../net/address-fence.ts';
import type { GatewaySide, KitSite } from './deployment.ts';

export function notesOn(config: Config, gateway: GatewaySide, sites: readonly KitSite[]): string[] {
  return [
    ...(config.address === undefined
      ? [
          `address: missing; the kit uses the address of this machine, ${gateway.addresses.join(', ')}. If the gateway runs on another machine, write its address and run the command again.`,
        ]
      : []),
    ...refusedAddresses(config, gateway, sites),
    ...sites.flatMap(missingExtensions),
    ...sites.flatMap(privateAddresses),
    ...(config.media.rtpengine
      ? [
          'media.rtpengine: the kit has no rules for the ports of rtpengine. Write them yourself: see docs/operations.md.',
        ]
      : []),
    ...(config.engine
      ? ['engine: the kit has no rules for the ports of drachtio-server. Write them yourself.']
      : []),
  ];
}

/** Addresses of PBXs that the gateway refuses to call. */
function refusedAddresses(config: Config, gateway: GatewaySide, sites: readonly KitSite[]): string[] {
  const passes = addressFence(config.dns.allow, () => gateway.addresses);
  const all = sites.flatMap(({ servers }) => servers.flatMap(({ addresses }) => addresses));
  const refused = [...new Set(all)].filter(address => !passes(address));
  if (refused.length === 0) return [];
  const networks = refused.map(address => `${address}/${isIP(address) === 4 ? 32 : 128}`);
  return [
    `dns.allow: the gateway calls private addresses, and its own, only if dns.allow contains them. Add ${networks.join(', ')}.`,
  ];
}

function missingExtensions({ domain, people }: KitSite): string[] {
  const missing = people.filter(({ extension, conference }) => extension === undefined && !conference);
  const [one] = missing;
  if (!one) return [];
  const users = missing.map(({ user }) => user).join(', ');
  return [
    `${domain}: no extension for ${users}: their callers get 480. Write { user: ${one.user}, extension: 105 } under callable, and run the command again.`,
  ];
}

/** Private addresses in a public zone. */
function privateAddresses({ domain, hasZone, servers }: KitSite): string[] {
  if (!hasZone) return [];
  const isPublic = addressFence([], () => []);
  const inside = servers.flatMap(({ addresses }) => addresses).filter(address => !isPublic(address));
  if (inside.length === 0) return [];
  return [
    `${domain}: ${inside.join(', ')} in its zone is a private address: only hosts in that network can call. Other callers need the public address.`,
  ];
}
