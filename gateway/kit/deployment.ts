// The input of the kit: the configuration as machines, sites and ports.

import type { PbxSettings } from '../config/pbx.ts';

export interface Deployment {
  readonly gateway: GatewaySide;
  readonly sites: readonly KitSite[];
  /** The gateway's first. */
  readonly machines: readonly Machine[];
  readonly firewall: Firewall;
  /** The port that the firewall leaves open for ssh. */
  readonly sshPort: number;
  /** What is still missing for calls to work. */
  readonly notes: readonly string[];
}

export type Firewall = 'iptables' | 'nftables';

export interface GatewaySide {
  /** The announced addresses. */
  readonly addresses: readonly string[];
  /** Its name in DNS, if that resolves to this machine. */
  readonly name: string | undefined;
  /** The value of log.securityFile. */
  readonly securityLog: string;
  /** Networks of proxies on other machines. */
  readonly remoteProxies: readonly string[];
  /** Ports of this machine for visitors: the gateway's own, or those of a proxy on it. */
  readonly webPorts: readonly number[];
  readonly listenPort: number;
  /** Media of browsers, UDP and TCP; undefined with rtpengine. */
  readonly browsers: Range | undefined;
  /** SIP toward the PBX; undefined with drachtio-server. */
  readonly sip: { readonly udp: number; readonly tcp: number } | undefined;
  /** RTP toward the PBX; undefined with rtpengine. */
  readonly rtp: Range | undefined;
}

export type Range = readonly [first: number, last: number];

export interface KitSite {
  readonly domain: string;
  /** A domain that is an IP address has no zone. */
  readonly hasZone: boolean;
  /** The preferred one first. */
  readonly servers: readonly KitServer[];
  /** The context of the dialplan that has the extensions of the people. */
  readonly context: string;
  readonly people: readonly KitPerson[];
  /** Whether the PBX gets the addresses of visitors. */
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
  /** Folder of this machine in the kit. */
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
  /** Whether the kit has an rtp.conf, because the range is not Asterisk's default. */
  readonly writesRtp: boolean;
  readonly ports: {
    readonly udp: readonly number[];
    readonly tcp: readonly number[];
    readonly tls: readonly number[];
  };
  readonly sites: readonly KitSite[];
}

/** The default of Asterisk. */
export const asteriskRtp: Range = [10_000, 20_000];

/** The addresses of all PBXs on other machines than `machine`. */
export function pbxElsewhere({ machines }: Deployment, machine: Machine): string[] {
  return machines.flatMap(one => (one === machine ? [] : (one.pbx?.addresses ?? [])));
}
