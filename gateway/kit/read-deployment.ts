// Makes a deployment from a configuration and the flags of `sip-call pbx`, or reports all problems.

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
  /** Addresses of the PBX of sites without `pbx`. */
  readonly pbx?: readonly string[] | undefined;
  readonly firewall: string;
  readonly ssh: string;
}

/** @throws {ConfigError} naming all problems */
export function readDeployment(config: Config, options: KitOptions): Deployment {
  const problems: string[] = [];
  const firewall = readFirewall(options.firewall, problems);
  const sshPort = readPort(options.ssh, problems);
  const gateway = readGateway(config, problems);
  const settings = new Map<KitSite, PbxSettings>();
  for (const site of config.sites) {
    const pbx = site.pbx ?? pbxFromFlag(site.domain, options.pbx, problems);
    if (pbx) settings.set(readSite(site, pbx, gateway, problems), pbx);
  }
  if (options.pbx && config.sites.every(site => site.pbx)) {
    problems.push('--pbx: every site of the file has its own pbx; remove the flag');
  }
  if (problems.length > 0) throw new ConfigError(problems);
  const machines = readMachines(settings, gateway, problems);
  problems.push(...portClashes(gateway, machines));
  if (problems.length > 0) throw new ConfigError(problems);
  const sites = [...settings.keys()];
  return { gateway, sites, machines, firewall, sshPort, notes: notesOn(config, gateway, sites) };
}

/** Characters that have no special meaning in the files of fail2ban and logrotate. */
const PLAIN_PATH = /^[\w./-]*$/;

/** All announced addresses of the gateway. */
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
      'log.securityFile: missing; fail2ban needs it. Write log: { level: info, securityFile: /var/log/sip-call/security.log }',
    );
  }
  const securityLog = config.log.securityFile ?? '';
  if (!PLAIN_PATH.test(securityLog)) {
    problems.push(
      `log.securityFile ${securityLog}: fail2ban and logrotate give other characters a special meaning; use letters, digits, and / . _ - only`,
    );
  }
  const networks = config.proxy?.networks ?? [];
  const localProxies = networks.filter(network => isHere(network, addresses));
  const url = config.url === undefined ? undefined : new URL(config.url);
  return {
    addresses,
    name: networks.length === 0 || localProxies.length > 0 ? url?.hostname : undefined,
    securityLog,
    remoteProxies: networks.filter(network => !isLoopback(network.split('/')[0] ?? '')),
    webPorts: networks.length === 0 ? [listen.port] : localProxies.length > 0 ? proxyPorts(url) : [],
    listenPort: listen.port,
    browsers: rtpengine ? undefined : [browserPort, browserPort + workers - 1],
    sip,
    rtp: rtpengine ? undefined : pbxPorts,
  };
}

/** The ports of a proxy on this machine: https, and http for its redirection. */
function proxyPorts(url: URL | undefined): number[] {
  if (url?.port) return [Number(url.port)];
  return url?.protocol === 'http:' ? [80] : [443, 80];
}

/** Whether the network contains an address of the gateway's machine. */
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

function pbxFromFlag(
  domain: string,
  addresses: readonly string[] | undefined,
  problems: string[],
): PbxSettings | undefined {
  const known = addresses ?? (isIP(domain) ? [domain] : undefined);
  if (!known) {
    problems.push(
      `${domain}: pbx is missing. Write pbx: 192.0.2.10 in the site, or use --pbx 192.0.2.10 for all sites without pbx`,
    );
    return undefined;
  }
  const read = pbxSchema.safeParse({ servers: [{ addresses: known }] });
  if (read.success) return read.data;
  for (const one of known.filter(text => isIP(text) === 0 || text.includes('%'))) {
    const problem = `--pbx ${one}: expected the IP address of the PBX`;
    if (!problems.includes(problem)) problems.push(problem);
  }
  return undefined;
}

/** Special extensions of Asterisk. */
const special = /^[aehiost]$/;

function readSite(
  site: Config['sites'][number],
  { servers, context }: PbxSettings,
  gateway: GatewaySide,
  problems: string[],
): KitSite {
  const { domain } = site;
  const report = (text: string) => problems.push(`${domain}: ${text}`);
  const dialled = new Map<string, string>();
  for (const { user } of site.callable) {
    if (special.test(user)) {
      report(`${user} is a special extension of Asterisk; use another user for this person`);
    }
    // Asterisk ignores hyphens when it compares names.
    const alike = dialled.get(user.replaceAll('-', ''));
    if (alike) report(`${alike} and ${user} are the same name for Asterisk, which ignores hyphens`);
    dialled.set(user.replaceAll('-', ''), user);
  }
  const isAddress = isIP(domain) !== 0;
  return {
    domain,
    hasZone: !isAddress,
    servers: servers.map(({ name, addresses, udp, tcp, tls }, index) => ({
      name: name ?? (isAddress ? `pbx-${addresses[0]}` : defaultName(domain, index)),
      addresses: [...new Set(addresses.flatMap(one => (isLoopback(one) ? gateway.addresses : [one])))],
      udp: udp || undefined,
      tcp: tcp || undefined,
      tls: tls || undefined,
    })),
    context,
    people: site.callable.map(({ user, extension, conference }) => {
      const number = extension ?? (/^\d+$/.test(user) ? user : undefined);
      return {
        user,
        extension: number,
        conference: conference ?? (user === 'seminar' && number === undefined),
      };
    }),
    sendVisitorAddress: site.sendVisitorAddress,
  };
}

/** The default name of a server. */
function defaultName(domain: string, index: number): string {
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
