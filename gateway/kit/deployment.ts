// What the administrator's kit is made from: the gateway's whole configuration as machines, sites and ports.

import type { PbxSettings } from '../config/pbx.ts';

export interface Deployment {
  readonly gateway: GatewaySide;
  readonly sites: readonly KitSite[];
  /** The gateway's first. */
  readonly machines: readonly Machine[];
  readonly firewall: Firewall;
  /** Where the administrator comes in. */
  readonly sshPort: number;
  /** What is still missing for calls to work, in words. */
  readonly notes: readonly string[];
}

export type Firewall = 'iptables' | 'nftables';

export interface GatewaySide {
  /** As PBXs and browsers see it. */
  readonly addresses: readonly string[];
  /** Its name in DNS, when that leads to this machine. */
  readonly name: string | undefined;
  /** Of log.securityFile. */
  readonly securityLog: string;
  /** Networks of the proxies before it, from which all visitors come; those of other machines. */
  readonly remoteProxies: readonly string[];
  /** Ports that visitors reach on this machine: the gateway's own, or those of a proxy here. */
  readonly webPorts: readonly number[];
  readonly listenPort: number;
  /** Media of browsers, UDP and TCP; undefined where an rtpengine has it. */
  readonly browsers: Range | undefined;
  /** SIP toward the PBX; undefined where a drachtio-server speaks it. */
  readonly sip: { readonly udp: number; readonly tcp: number } | undefined;
  /** RTP toward the PBX; undefined where an rtpengine has it. */
  readonly rtp: Range | undefined;
}

export type Range = readonly [first: number, last: number];

export interface KitSite {
  readonly domain: string;
  /** A domain that is an IP address has no zone. */
  readonly hasZone: boolean;
  /** The best one first. */
  readonly servers: readonly KitServer[];
  /** The dialplan's context in which people's extensions are. */
  readonly context: string;
  readonly people: readonly KitPerson[];
  /** Whether the PBX gets visitors' addresses. */
  readonly sendVisitorAddress: boolean;
}

export interface KitPerson {
  readonly user: string;
  readonly extension: string | undefined;
  readonly conference: boolean;
}

export interface KitServer {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly udp: number | undefined;
  readonly tcp: number | undefined;
  readonly tls: number | undefined;
}

export interface Machine {
  /** Of the kit. */
  readonly folder: string;
  readonly isGateway: boolean;
  readonly pbx: PbxSide | undefined;
}

export interface PbxSide {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly driver: PbxSettings['driver'];
  readonly wrongNumber: PbxSettings['wrongNumber'];
  readonly guests: PbxSettings['guests'];
  readonly rtp: Range;
  /** Whether rtp.conf has to say so: Asterisk's own range is another one. */
  readonly writesRtp: boolean;
  readonly ports: {
    readonly udp: readonly number[];
    readonly tcp: readonly number[];
    readonly tls: readonly number[];
  };
  readonly sites: readonly KitSite[];
}

/** Asterisk's own defaults. */
export const asteriskRtp: Range = [10_000, 20_000];

/** All PBXs' addresses but those of `machine`. */
export function pbxElsewhere({ machines }: Deployment, machine: Machine): string[] {
  return machines.flatMap(one => (one === machine ? [] : (one.pbx?.addresses ?? [])));
}
