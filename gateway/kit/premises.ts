// What the administrator's kit is made from: one site of the gateway's configuration, and where its PBX stands.

import { isIP } from 'node:net';
import { splitEndpoint } from '../config/address.ts';
import { asciiHost } from '../config/host-name.ts';
import { ConfigError } from '../config/load.ts';
import { ownAddressesOf } from '../config/own-address.ts';
import type { Config } from '../config/schema.ts';

export interface Premises {
  readonly domain: string;
  /** The PBX's name in DNS. */
  readonly pbxName: string;
  /** Addresses of the PBX, as the gateway reaches it. */
  readonly pbx: readonly string[];
  /** The gateway, as the PBX sees it. */
  readonly gateway: string;
  /** Its name, when it is one of the domain's. */
  readonly gatewayName: string | undefined;
  /** Networks of the proxies before it, from which all visitors come. */
  readonly proxies: readonly string[];
  readonly firewall: Firewall;
  /** The dialplan's context in which people's extensions are. */
  readonly context: string;
  readonly people: readonly { readonly user: string; readonly extension: string | undefined }[];
  /** Whether the PBX is told visitors' addresses. */
  readonly tellAddress: boolean;
  readonly securityLog: string;
  readonly ports: {
    /** Pages and WebSocket. */
    readonly web: number;
    /** Media of browsers, UDP and TCP: first and last. */
    readonly browsers: readonly [number, number];
    /** SIP toward the PBX; undefined where a drachtio-server speaks it. */
    readonly sip: { readonly udp: number; readonly tcp: number } | undefined;
    /** RTP toward the PBX: first and last. */
    readonly rtp: readonly [number, number];
  };
}

export type Firewall = 'iptables' | 'nftables';

export interface Told {
  readonly domain?: string | undefined;
  readonly pbx: readonly string[];
  readonly pbxName?: string | undefined;
  readonly context: string;
  readonly firewall: string;
}

/** Where a gateway that was told nothing else should write for fail2ban. */
export const usualSecurityLog = '/var/log/sip-call/security.log';

/** Extensions that mean something else to Asterisk than somebody's name. */
const special = /^[aehiost]$/;

/** @throws {ConfigError} in the administrator's words */
export function readPremises(config: Config, told: Told): Premises {
  const site = chooseSite(config, told.domain);
  const { firewall } = told;
  const problems: string[] = [];
  if (firewall !== 'iptables' && firewall !== 'nftables') {
    throw new ConfigError([`--firewall ${firewall}: expected iptables or nftables`]);
  }
  for (const one of told.pbx) {
    if (isIP(one) === 0) problems.push(`--pbx ${one}: expected the IP address of the PBX`);
  }
  if (!/^[A-Za-z][\w-]{0,78}$/.test(told.context)) {
    problems.push(`--context ${told.context}: expected the name of a context, such as default`);
  }
  const pbxName =
    told.pbxName === undefined ? `asterisk.${site.domain}` : (asciiHost(told.pbxName) ?? told.pbxName);
  if (!/^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]+$/i.test(pbxName)) {
    problems.push(`--pbx-name ${pbxName}: expected a name such as asterisk.${site.domain}`);
  }
  for (const { user } of site.callable) {
    if (special.test(user))
      problems.push(`${user}: means something else in a dialplan; call this person by another name`);
  }
  const web = splitEndpoint(config.listen).port;
  const { browserPort, workers, pbxPorts } = config.media;
  const sip = config.engine ? undefined : config.sip;
  for (const [key, port] of Object.entries({
    listen: web,
    'media.browserPort': browserPort,
    'sip.udp': sip?.udp,
    'sip.tcp': sip?.tcp,
  })) {
    if (port === 0) problems.push(`${key}: is any free port; a firewall has to know which one`);
  }
  if (config.media.rtpengine) {
    problems.push(
      'media.rtpengine: which ports its machines use is not known here; their firewalls are yours',
    );
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    domain: site.domain,
    pbxName: pbxName.toLowerCase(),
    pbx: told.pbx,
    gateway: plain(ownAddressesOf(config.address)[0]?.announced[0] ?? ''),
    gatewayName: nameWithin(config.url, site.domain),
    proxies: config.proxy?.networks ?? [],
    firewall,
    context: told.context,
    people: site.callable.map(({ user, extension }) => ({
      user,
      extension: extension ?? (/^\d+$/.test(user) ? user : undefined),
    })),
    tellAddress: site.tellAddress,
    securityLog: config.log.security ?? usualSecurityLog,
    ports: { web, browsers: [browserPort, browserPort + workers - 1], sip, rtp: pbxPorts },
  };
}

function chooseSite({ sites }: Config, domain: string | undefined): Config['sites'][number] {
  const [first, ...others] = sites;
  if (domain === undefined && first && others.length === 0) return first;
  const chosen = sites.find(site => site.domain === asciiHost(domain ?? ''));
  if (chosen) return chosen;
  const list = sites.map(site => site.domain).join(', ');
  throw new ConfigError([
    domain === undefined
      ? `each site has its own PBX: say --domain, one of ${list}`
      : `--domain ${domain}: not a site of the gateway; it has ${list}`,
  ]);
}

function nameWithin(url: string | undefined, domain: string): string | undefined {
  const name = url && new URL(url).hostname;
  return name && (name === domain || name.endsWith(`.${domain}`)) ? name : undefined;
}

/** As Asterisk writes it: RFC 5952. */
function plain(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}
