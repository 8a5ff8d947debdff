// The DNS records of one site (RFC 3263): NAPTR, SRV and addresses of its PBXs, and the address of the gateway.

import { isIP } from 'node:net';
import type { Deployment, KitServer, KitSite } from './deployment.ts';

export function zone(site: KitSite, deployment: Deployment): string {
  const { domain, servers } = site;
  return [
    `; Records for the zone of ${domain}: the servers for SIP calls. Lower numbers come first.`,
    '; Every name is fully qualified and ends with a dot. Leave out records that the zone already has.',
    ...naptr(site),
    '',
    '; Many SIP clients query only SRV. Priority, weight, port, server.',
    ...srv(domain, servers),
    ...alternatives(site).map(({ name, udp }) => record(`_sip._udp.${name}.`, 'SRV', `10 0 ${udp} ${name}.`)),
    '',
    '; The servers. An SRV record must point at a name with address records, not at a CNAME (RFC 2782).',
    ...addresses(site, deployment),
    '',
  ].join('\n');
}

/** In the order of preference. */
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

/** Further servers with UDP and a name within the zone. */
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
  const isInZone = (name: string) => zoneOf(name, zones) === domain;
  const lines = new Set<string>();
  for (const server of sites.flatMap(site => site.servers)) {
    if (!isInZone(server.name)) continue;
    for (const address of server.addresses) lines.add(addressRecord(server.name, address));
  }
  for (const { name, addresses } of servers) {
    if (zoneOf(name, zones) !== undefined) continue;
    lines.add(`; ${name} is in another zone. There it needs: ${addresses.join(', ')}`);
  }
  // The apex of a zone already has the address of the site's web server.
  if (gateway.name !== undefined && isInZone(gateway.name) && !zones.includes(gateway.name)) {
    lines.add('; The gateway, or the proxy on its machine: the host of `url`.');
    for (const address of gateway.addresses) lines.add(addressRecord(gateway.name, address));
  }
  return [...lines];
}

/** The zone of the kit that contains a name: the longest match. */
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
