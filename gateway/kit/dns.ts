// One site's zone: where the world finds its PBXs (RFC 3263), as the founding document's records, and the gateway.

import { isIP } from 'node:net';
import type { Deployment, KitServer, KitSite } from './deployment.ts';

export function zone(site: KitSite, premises: Deployment): string {
  const { domain, servers } = site;
  return [
    `; Records for the zone of ${domain}: where SIP calls to its people go. Lower numbers come first.`,
    '; Every name is whole and ends with a dot. Leave out what the zone has already.',
    ...naptr(site),
    '',
    '; Many SIP clients ask for these alone. Priority, weight, port, server.',
    ...srv(domain, servers),
    ...alternatives(site).map(({ name, udp }) => record(`_sip._udp.${name}.`, 'SRV', `10 0 ${udp} ${name}.`)),
    '',
    '; The servers. Theirs are addresses, not aliases: an SRV record may not lead to a CNAME.',
    ...addresses(site, premises),
    '',
  ].join('\n');
}

/** Transports in the founding document's order. */
const transports = [
  { key: 'udp', order: 10, service: 'SIP+D2U', label: '_sip._udp' },
  { key: 'tcp', order: 20, service: 'SIP+D2T', label: '_sip._tcp' },
  { key: 'tls', order: 20, service: 'SIPS+D2T', label: '_sips._tcp' },
] as const;

function naptr(site: KitSite): string[] {
  const { domain, servers } = site;
  const own = `${domain}.`;
  const line = (order: number, preference: number, service: string, name: string) =>
    record(own, 'NAPTR', `${order} ${preference} "s" "${service}" "" ${name}.`);
  return transports.flatMap(({ key, order, service, label }) => {
    if (!servers.some(server => server[key] !== undefined)) return [];
    const others = key === 'udp' ? alternatives(site) : [];
    return [
      line(order, 50, service, `${label}.${domain}`),
      ...others.map(({ name }, index) => line(order, 51 + index, service, `${label}.${name}`)),
    ];
  });
}

/** Further servers that have UDP, by names of their own within the zone. */
function alternatives({ domain, servers }: KitSite): KitServer[] {
  return servers.slice(1).filter(({ name, udp }) => udp !== undefined && name.endsWith(`.${domain}`));
}

function srv(domain: string, servers: readonly KitServer[]): string[] {
  return transports.flatMap(({ key, label }) =>
    servers.flatMap((server, index) => {
      const port = server[key];
      if (port === undefined) return [];
      return [record(`${label}.${domain}.`, 'SRV', `${10 * (index + 1)} 0 ${port} ${server.name}.`)];
    }),
  );
}

function addresses({ domain, servers }: KitSite, { gateway, sites }: Deployment): string[] {
  const zones = sites.filter(({ hasZone }) => hasZone).map(site => site.domain);
  const isOurs = (name: string) => zoneOf(name, zones) === domain;
  const lines = new Set<string>();
  for (const server of sites.flatMap(site => site.servers)) {
    if (!isOurs(server.name)) continue;
    for (const address of server.addresses) lines.add(addressRecord(server.name, address));
  }
  for (const { name, addresses } of servers) {
    if (zoneOf(name, zones) !== undefined) continue;
    lines.add(`; ${name} is in another zone. There it needs: ${addresses.join(', ')}`);
  }
  // What stands at the top of a zone is the site's own web server already.
  if (gateway.name !== undefined && isOurs(gateway.name) && !zones.includes(gateway.name)) {
    lines.add('; The gateway, or the proxy of its machine, as `url` says.');
    for (const address of gateway.addresses) lines.add(addressRecord(gateway.name, address));
  }
  return [...lines];
}

/** The zone of the kit that holds a name: the longest. */
function zoneOf(name: string, zones: readonly string[]): string | undefined {
  return zones
    .filter(zone => name === zone || name.endsWith(`.${zone}`))
    .sort((a, b) => b.length - a.length)[0];
}

function addressRecord(name: string, address: string): string {
  return record(`${name}.`, isIP(address) === 6 ? 'AAAA' : 'A', address);
}

function record(name: string, type: string, data: string): string {
  return `${name.padEnd(32)} 3600 IN ${type.padEnd(5)} ${data}`;
}
