// What a configuration still lacks for calls to work, as sentences with the line that mends it.

import { isIP } from 'node:net';
import type { Config } from '../config/schema.ts';
import { addressFence } from '../net/address-fence.ts';
import type { GatewaySide, KitSite } from './deployment.ts';

export function notesOn(config: Config, gateway: GatewaySide, sites: readonly KitSite[]): string[] {
  return [
    ...(config.address === undefined
      ? [
          `address: the file does not say it, so the kit takes this machine's, ${gateway.addresses.join(', ')}. Is the gateway another machine? Then write its address, and make the kit anew.`,
        ]
      : []),
    ...fenced(config, gateway, sites),
    ...sites.flatMap(rings),
    ...sites.flatMap(unreachable),
    ...(config.media.rtpengine
      ? ['media.rtpengine: the kit does not know its ports. Their firewall is yours: see docs/operations.md.']
      : []),
    ...(config.engine
      ? ['engine: the kit does not know the ports of the drachtio-server. Their firewall is yours.']
      : []),
  ];
}

/** Addresses of PBXs that the gateway would refuse to call. */
function fenced(config: Config, gateway: GatewaySide, sites: readonly KitSite[]): string[] {
  const passes = addressFence(config.dns.allow, () => gateway.addresses);
  const all = sites.flatMap(({ servers }) => servers.flatMap(({ addresses }) => addresses));
  const refused = [...new Set(all)].filter(address => !passes(address));
  if (refused.length === 0) return [];
  const networks = refused.map(address => `${address}/${isIP(address) === 4 ? 32 : 128}`);
  return [
    `dns.allow: the gateway calls private addresses, and its own, only where the file allows it. Add ${networks.join(', ')}.`,
  ];
}

function rings({ domain, people }: KitSite): string[] {
  const silent = people.filter(({ extension, conference }) => extension === undefined && !conference);
  const [one] = silent;
  if (!one) return [];
  const users = silent.map(({ user }) => user).join(', ');
  return [
    `${domain}: no extension is known of ${users}: their callers get 480. Write { user: ${one.user}, extension: 105 } under callable, and make the kit anew.`,
  ];
}

/** Not for the zone that the world reads. */
function unreachable({ domain, hasZone, servers }: KitSite): string[] {
  if (!hasZone) return [];
  const world = addressFence([], () => []);
  const inside = servers.flatMap(({ addresses }) => addresses).filter(address => !world(address));
  if (inside.length === 0) return [];
  return [
    `${domain}: ${inside.join(', ')} in its zone is no public address: only hosts that reach it can call. Callers from outside need the public one.`,
  ];
}
