// Groups the servers of all sites into machines: servers with a common address are one machine, whatever their names.

import type { PbxSettings } from '../config/pbx.ts';
import type { GatewaySide, KitServer, KitSite, Machine, PbxSide } from './deployment.ts';
import { freeRtp } from './ports.ts';

interface Group {
  readonly addresses: Set<string>;
  readonly servers: KitServer[];
  readonly sites: Set<KitSite>;
}

export function readMachines(
  settings: ReadonlyMap<KitSite, PbxSettings>,
  gateway: GatewaySide,
  problems: string[],
): Machine[] {
  const groups = grouped([...settings.keys()]);
  for (const name of ambiguousNames(groups)) {
    problems.push(`${name}: two servers with different addresses have this name`);
  }
  const machines = groups.map((group): Machine => {
    const isGateway = gateway.addresses.some(address => group.addresses.has(address));
    const pbx = pbxSide(group, settings, isGateway ? gateway : undefined, problems);
    return { folder: isGateway ? 'gateway-and-pbx' : pbx.name, isGateway, pbx };
  });
  const shared = machines.filter(({ isGateway }) => isGateway);
  const own: Machine[] = [{ folder: 'gateway', isGateway: true, pbx: undefined }];
  return [...(shared.length > 0 ? shared : own), ...machines.filter(({ isGateway }) => !isGateway)];
}

function grouped(sites: readonly KitSite[]): Group[] {
  let groups: Group[] = [];
  for (const site of sites) {
    for (const server of site.servers) {
      const same = groups.filter(({ addresses }) => server.addresses.some(one => addresses.has(one)));
      const merged: Group = {
        addresses: new Set([...same.flatMap(one => [...one.addresses]), ...server.addresses]),
        servers: [...same.flatMap(one => one.servers), server],
        sites: new Set([...same.flatMap(one => [...one.sites]), site]),
      };
      const [first] = same;
      // In the place of the first, to keep the order of the file.
      groups = first
        ? groups.flatMap(one => (one === first ? [merged] : same.includes(one) ? [] : [one]))
        : [...groups, merged];
    }
  }
  return groups;
}

function ambiguousNames(groups: readonly Group[]): string[] {
  const names = groups.flatMap(({ servers }) => [...new Set(servers.map(({ name }) => name))]);
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

function pbxSide(
  { addresses, servers, sites }: Group,
  settings: ReadonlyMap<KitSite, PbxSettings>,
  gatewayOfMachine: GatewaySide | undefined,
  problems: string[],
): PbxSide {
  const name = servers[0]?.name ?? '';
  const all = [...sites].flatMap(site => settings.get(site) ?? []);
  const agreed = <K extends 'driver' | 'wrongNumber' | 'guests' | 'rtp'>(
    key: K,
  ): PbxSettings[K] | undefined => {
    const [first, ...others] = all.map(one => one[key]);
    if (others.some(one => JSON.stringify(one) !== JSON.stringify(first))) {
      const domains = [...sites].map(({ domain }) => domain).join(' and ');
      problems.push(`pbx.${key}: ${domains} have one PBX (${name}) and need the same value`);
    }
    return first;
  };
  const rtp = agreed('rtp');
  const ports = (key: 'udp' | 'tcp' | 'tls') => [...new Set(servers.flatMap(one => one[key] ?? []))];
  return {
    name,
    addresses: [...addresses],
    driver: agreed('driver') ?? 'chan_pjsip',
    wrongNumber: agreed('wrongNumber') ?? '404',
    guests: agreed('guests') ?? { calls: 10, seconds: 3600 },
    ...freeRtp(rtp, gatewayOfMachine),
    ports: { udp: ports('udp'), tcp: ports('tcp'), tls: ports('tls') },
    sites: [...sites],
  };
}
