// Reads premises out of a configuration, with what the command line adds, or says everything that is in the way.

import { BlockList, isIP } from 'node:net';
import { ConfigError } from '../config/load.ts';
import { ownAddressesOf } from '../config/own-address.ts';
import { isLoopback, type PbxSettings, pbx as pbxSchema, plainAddress } from '../config/pbx.ts';
import type { Config } from '../config/schema.ts';
import { splitEndpoint } from '../net/address-fence.ts';
import { notesOn } from './configuration-notes.ts';
import type { Deployment, Firewall, GatewaySide, KitSite } from './deployment.ts';
import { readMachines } from './machines.ts';
import { portClashes } from './ports.ts';

export interface KitOptions {
  /** Addresses of the PBX of sites that name none. */
  readonly pbx?: readonly string[] | undefined;
  readonly firewall: string;
  readonly ssh: string;
}

/** @throws {ConfigError} in the administrator's words */
export function readDeployment(config: Config, told: KitOptions): Deployment {
  const problems: string[] = [];
  const firewall = readFirewall(told.firewall, problems);
  const sshPort = readPort(told.ssh, problems);
  const gateway = readGateway(config, problems);
  const settings = new Map<KitSite, PbxSettings>();
  for (const site of config.sites) {
    const own = site.pbx ?? toldPbx(site.domain, told.pbx, problems);
    if (own) settings.set(readSite(site, own, gateway, problems), own);
  }
  if (told.pbx && config.sites.every(site => site.pbx)) {
    problems.push('--pbx: every site of the file names its own PBX under sites[].pbx');
  }
  if (problems.length > 0) throw new ConfigError(problems);
  const machines = readMachines(settings, gateway, problems);
  problems.push(...portClashes(gateway, machines));
  if (problems.length > 0) throw new ConfigError(problems);
  const sites = [...settings.keys()];
  return { gateway, sites, machines, firewall, sshPort, notes: notesOn(config, gateway, sites) };
}

/** All the addresses under which others see the gateway. */
function addressesOf(config: Config): string[] {
  return ownAddressesOf(config.address).flatMap(({ announced }) => announced.map(plainAddress));
}

function readGateway(config: Config, problems: string[]): GatewaySide {
  const addresses = addressesOf(config);
  const listen = splitEndpoint(config.listen);
  const { browserPort, workers, pbxPorts, rtpengine } = config.media;
  const sip = config.engine ? undefined : config.sip;
  for (const [key, port] of Object.entries({
    listen: listen.port,
    'media.browserPort': rtpengine ? undefined : browserPort,
    'sip.udp': sip?.udp,
    'sip.tcp': sip?.tcp,
  })) {
    if (port === 0) problems.push(`${key}: 0 means any free port; a firewall needs a fixed one`);
  }
  if (config.log.securityFile === undefined) {
    problems.push(
      'log.securityFile: the gateway keeps no log for fail2ban; write log: { level: info, securityFile: /var/log/sip-call/security.log }',
    );
  }
  const networks = config.proxy?.networks ?? [];
  const here = networks.filter(network => isHere(network, addresses));
  const url = config.url === undefined ? undefined : new URL(config.url);
  return {
    addresses,
    name: networks.length === 0 || here.length > 0 ? url?.hostname : undefined,
    securityLog: config.log.securityFile ?? '',
    remoteProxies: networks.filter(network => !isLoopback(network.split('/')[0] ?? '')),
    webPorts: networks.length === 0 ? [listen.port] : here.length > 0 ? proxyPorts(url) : [],
    listenPort: listen.port,
    browsers: rtpengine ? undefined : [browserPort, browserPort + workers - 1],
    sip,
    rtp: rtpengine ? undefined : pbxPorts,
  };
}

/** Where a proxy of this machine takes visitors: by https, and by http to send them there. */
function proxyPorts(url: URL | undefined): number[] {
  if (url?.port) return [Number(url.port)];
  return url?.protocol === 'http:' ? [80] : [443, 80];
}

/** Whether a proxy of this network may be on the gateway's machine. */
function isHere(network: string, addresses: readonly string[]): boolean {
  const [address = '', prefix = ''] = network.split('/');
  if (isLoopback(address)) return true;
  const list = new BlockList();
  list.addSubnet(address, Number(prefix), family(address));
  return addresses.some(one => family(one) === family(address) && list.check(one, family(one)));
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}

function toldPbx(
  domain: string,
  addresses: readonly string[] | undefined,
  problems: string[],
): PbxSettings | undefined {
  const known = addresses ?? (isIP(domain) ? [domain] : undefined);
  if (!known) {
    problems.push(
      `${domain}: where is its PBX? Write pbx: 192.0.2.10 to the site, or say --pbx 192.0.2.10 for all sites without it`,
    );
    return undefined;
  }
  const read = pbxSchema.safeParse({ servers: [{ addresses: known }] });
  if (read.success) return read.data;
  for (const one of known.filter(text => isIP(text) === 0)) {
    const said = `--pbx ${one}: expected the IP address of the PBX`;
    if (!problems.includes(said)) problems.push(said);
  }
  return undefined;
}

/** Extensions that mean something else to Asterisk than a person's name. */
const special = /^[aehiost]$/;

function readSite(
  site: Config['sites'][number],
  { servers, context }: PbxSettings,
  gateway: GatewaySide,
  problems: string[],
): KitSite {
  const { domain } = site;
  const say = (text: string) => problems.push(`${domain}: ${text}`);
  const dialled = new Map<string, string>();
  for (const { user } of site.callable) {
    if (special.test(user)) {
      say(`${user} means something else in a dialplan; give this person another name`);
    }
    // Asterisk leaves hyphens out when it compares names.
    const alike = dialled.get(user.replaceAll('-', ''));
    if (alike) say(`${alike} and ${user} are one name to Asterisk, which does not count hyphens`);
    dialled.set(user.replaceAll('-', ''), user);
  }
  const isAddress = isIP(domain) !== 0;
  return {
    domain,
    hasZone: !isAddress,
    servers: servers.map(({ name, addresses, udp, tcp, tls }, index) => ({
      name: name ?? (isAddress ? `pbx-${addresses[0]}` : usualName(domain, index)),
      addresses: [...new Set(addresses.flatMap(one => (isLoopback(one) ? gateway.addresses : [one])))],
      udp: udp || undefined,
      tcp: tcp || undefined,
      tls: tls || undefined,
    })),
    context,
    people: site.callable.map(({ user, extension, conference }) => {
      const rings = extension ?? (/^\d+$/.test(user) ? user : undefined);
      return {
        user,
        extension: rings,
        conference: conference ?? (user === 'seminar' && rings === undefined),
      };
    }),
    sendVisitorAddress: site.sendVisitorAddress,
  };
}

/** The founding document's names. */
function usualName(domain: string, index: number): string {
  return `${['asterisk', 'second'][index] ?? `asterisk${index + 1}`}.${domain}`;
}

function readFirewall(text: string, problems: string[]): Firewall {
  if (text === 'iptables' || text === 'nftables') return text;
  problems.push(`--firewall ${text}: expected iptables or nftables`);
  return 'iptables';
}

function readPort(text: string, problems: string[]): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) problems.push(`--ssh ${text}: expected a port from 1 to 65535`);
  return port;
}
