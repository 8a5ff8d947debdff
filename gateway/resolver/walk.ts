// RFC 3263 4: from a SIP URI to candidates (transport, host, port), then to addresses.
// Questions that will be needed anyway are asked at once; nothing here sends SIP or remembers anything.

import { isIP } from 'node:net';
import type { Inquiry } from './inquiry.ts';
import { chooseServices, interleave, isHostName, orderSrv, type Service, withoutDowngrade } from './order.ts';
import { srvLine } from './records.ts';
import type { Target, Transport } from './target.ts';

/** Longest list of targets, and how many hosts are looked up at once. */
const maxTargets = 8;
/** SRV names asked for where NAPTR records name many. */
const maxServices = 16;
/** Hosts looked up in all, where the first ones have no usable address. */
const maxHosts = 24;

export interface Wanted {
  readonly host: string;
  readonly port?: number | undefined;
  /** Whether the URI named its transport itself: then it is the only one of `transports`. */
  readonly explicit: boolean;
  /** What may be used for this URI, at least one, in our order of preference; TLS alone for sips. */
  readonly transports: readonly Transport[];
}

export interface WalkOptions {
  readonly families: readonly ('ipv4' | 'ipv6')[];
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Whether a target may have this address. */
  readonly allow: (address: string) => boolean;
  /** Told of each address found and not allowed, once. */
  readonly onRefused: (address: string, host: string) => void;
}

interface Candidate {
  readonly transport: Transport;
  readonly host: string;
  readonly port: number;
}

/** The targets, best first; empty when there are none: the inquiry's trace says why. */
export async function walk(wanted: Wanted, inquiry: Inquiry, options: WalkOptions): Promise<Target[]> {
  const candidates = await candidatesFor(wanted, inquiry, options);
  const targets: Target[] = [];
  for (
    let at = 0;
    at < Math.min(candidates.length, maxHosts) && targets.length < maxTargets;
    at += maxTargets
  ) {
    const found = await locate(candidates.slice(at, at + maxTargets), inquiry, options);
    for (const target of found) if (!targets.some(other => same(other, target))) targets.push(target);
  }
  return withoutDowngrade(targets).slice(0, maxTargets);
}

async function candidatesFor(wanted: Wanted, inquiry: Inquiry, options: WalkOptions): Promise<Candidate[]> {
  const { host, port, transports } = wanted;
  // RFC 3263 4.1, last paragraphs: UDP for sip, TLS for sips, unless the URI says another.
  const direct = (transport: Transport): Candidate => {
    return { transport, host, port: port ?? defaultPort(transport) };
  };

  // RFC 3263 4.2: a numeric host or an explicit port leaves nothing for NAPTR and SRV to say.
  if (isIP(host) !== 0 || port !== undefined) return [direct(transports[0]!)];

  let services: readonly Service[] = [];
  let left = transports;
  const usual = left.map(transport => usualService(transport, host));
  // Most zones name their SRV records as usual: asking now saves a round trip whether NAPTR exists or not.
  for (const service of usual) inquiry.srv(service.name);
  if (!wanted.explicit) {
    services = await inquiry.read(inquiry.naptr(host), records => {
      const { services, lines } = chooseServices(records, transports);
      return { value: services.slice(0, maxServices), lines };
    });
    // A domain that names its transports is not tried on others: it may have left out clear ones on purpose.
    const named = transports.filter(one => services.some(service => service.transport === one));
    if (named.length > 0) left = named;
  }

  const offered = await lookUp(services, inquiry, options);
  if (offered.exist) return offered.candidates;

  const asked = new Set(services.map(service => service.name));
  const rest = usual.filter(service => left.includes(service.transport) && !asked.has(service.name));
  const found = await lookUp(rest, inquiry, options);
  if (found.exist) return found.candidates;

  // RFC 3263 4.2: no SRV records at all: the domain's own address.
  return [direct(left[0]!)];
}

/**
 * SRV records of all services, in the order of the services. `exist`: there were records, usable or not;
 * then the domain's own address is no substitute (RFC 3263 4.2). RFC 2782: a target of "." means that the
 * service is decidedly not available at this domain.
 */
async function lookUp(
  services: readonly Service[],
  inquiry: Inquiry,
  options: WalkOptions,
): Promise<{ candidates: Candidate[]; exist: boolean }> {
  const questions = services.map(service =>
    service.lookup === 'SRV' ? inquiry.srv(service.name) : undefined,
  );
  const candidates: Candidate[] = [];
  let exist = false;
  for (const [index, { transport, name }] of services.entries()) {
    const question = questions[index];
    if (!question) {
      candidates.push({ transport, host: name, port: defaultPort(transport) });
      exist = true;
      continue;
    }
    const records = await inquiry.read(question, found => {
      const ordered = orderSrv(found, options.random);
      return { value: ordered, lines: ordered.map(srvLine) };
    });
    if (records.length > 0) exist = true;
    for (const { target, port } of records) {
      if (isHostName(target) && port > 0) candidates.push({ transport, host: target.toLowerCase(), port });
    }
  }
  return { candidates, exist };
}

/** Addresses of all candidates, asked at once; those outside the fence are noted and dropped. */
async function locate(
  candidates: readonly Candidate[],
  inquiry: Inquiry,
  options: WalkOptions,
): Promise<Target[]> {
  const { families, allow, onRefused } = options;
  for (const { host } of candidates) {
    if (isIP(host) === 0) for (const family of families) inquiry.address(family, host);
  }
  const addresses = new Map<string, readonly string[]>();
  const targets: Target[] = [];
  for (const { transport, host, port } of candidates) {
    let known = addresses.get(host);
    if (!known) {
      known = isIP(host) !== 0 ? fence([host], host) : await readAddresses(host);
      addresses.set(host, known);
    }
    for (const address of known) targets.push({ transport, address, port, hostname: host });
  }
  return targets;

  function fence(found: readonly string[], host: string): string[] {
    const allowed = found.filter(allow);
    for (const address of found) if (!allowed.includes(address)) onRefused(address, host);
    return allowed;
  }

  async function readAddresses(host: string): Promise<string[]> {
    const lists: string[][] = [];
    for (const family of families) {
      const list = await inquiry.read(inquiry.address(family, host), records => {
        const all = records.map(record => record.address);
        const allowed = fence(all, host);
        const line = (address: string) =>
          allowed.includes(address) ? address : `${address} ; network not allowed`;
        return { value: allowed, lines: all.map(line) };
      });
      lists.push(list);
    }
    // RFC 7984 4: both families of one SRV target before the next SRV target.
    return interleave(lists);
  }
}

function usualService(transport: Transport, domain: string): Service {
  const prefix = { udp: '_sip._udp', tcp: '_sip._tcp', tls: '_sips._tcp' }[transport];
  return { transport, lookup: 'SRV', name: `${prefix}.${domain}` };
}

function defaultPort(transport: Transport): number {
  return transport === 'tls' ? 5061 : 5060;
}

function same(one: Target, other: Target): boolean {
  return one.transport === other.transport && one.address === other.address && one.port === other.port;
}
