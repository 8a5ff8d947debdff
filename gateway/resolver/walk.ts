// RFC 3263 4: from a SIP URI to candidates (transport, host, port), then to addresses, best first. Questions that will
// be needed anyway are usedNames immediately. Sends no SIP and keeps no state.

import { isIP } from 'node:net';
import type { Inquiry } from './inquiry.ts';
import { Locator, type LocatorOptions } from './locator.ts';
import { chooseServices, orderSrv, type Service } from './order.ts';
import { isHostName, type SrvRecord, srvLine } from './records.ts';
import type { Target, Transport } from './target.ts';

/** Limit of the list of targets, and of hosts that are resolved early. */
const maxTargets = 8;
/** Limit of SRV names from NAPTR records, and of names whose NAPTR records are followed. */
const maxServices = 16;
const maxRewrites = 4;

export interface WalkRequest {
  readonly host: string;
  readonly port?: number | undefined;
  /** Whether the URI itself names its transport. Then it is the only one of `transports`. */
  readonly explicit: boolean;
  /** The possible transports, at least one, in our order of preference; only TLS for sips. */
  readonly transports: readonly Transport[];
}

export interface WalkOptions extends LocatorOptions {
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

interface Candidate {
  readonly transport: Transport;
  readonly host: string;
  readonly port: number;
  readonly because: string;
}

type SipService = Extract<Service, { transport: Transport }>;

/** The targets, each as soon as all before it are known. If there are none, the trace of the inquiry shows why. */
export async function* walk(
  request: WalkRequest,
  inquiry: Inquiry,
  options: WalkOptions,
): AsyncGenerator<Target> {
  const locator = new Locator(inquiry, options);
  const known = new Set<string>();
  let secure = false;
  for await (const candidate of candidatesFor(request, inquiry, locator, options.random)) {
    const { transport, host, port, because } = candidate;
    // If the domain prefers TLS, unencrypted targets after it are not used as a fallback.
    if (transport === 'tls') secure = true;
    else if (secure) continue;
    for await (const address of locator.addresses(host)) {
      const key = `${transport} ${address} ${port}`;
      if (known.has(key)) continue;
      known.add(key);
      yield Object.freeze({ transport, address, port, hostname: host, domain: request.host, because });
      if (known.size === maxTargets) return;
    }
  }
}

async function* candidatesFor(
  request: WalkRequest,
  inquiry: Inquiry,
  locator: Locator,
  random: () => number,
): AsyncGenerator<Candidate> {
  const { host, port, transports } = request;
  // RFC 3263 4.1, last paragraphs: UDP for sip, TLS for sips, unless the URI names another transport.
  const direct = (transport: Transport, because: string): Candidate => {
    return { transport, host, port: port ?? defaultPort(transport), because };
  };

  // RFC 3263 4.2: a numeric host or an explicit port excludes NAPTR and SRV.
  if (isIP(host) !== 0) return yield direct(transports[0]!, 'the URI names the address');
  if (port !== undefined) return yield direct(transports[0]!, 'the URI names the port');

  if (!request.explicit) inquiry.ask('NAPTR', host);
  const usual = transports.map(transport => usualService(transport, host));
  // Most zones use the usual SRV names. Asking early saves a round trip, whether NAPTR exists or not.
  for (const service of usual) inquiry.ask('SRV', service.name);
  const services = request.explicit ? [] : await servicesOf(host, transports, inquiry);
  if (yield* serversOf(services)) return;

  // If a domain names its transports, others are not tried: it may have left out unencrypted ones on purpose.
  const named = transports.filter(one => services.some(service => service.transport === one));
  const left = named.length > 0 ? named : transports;
  const usedNames = new Set(services.map(service => service.name));
  const rest = usual.filter(service => left.includes(service.transport) && !usedNames.has(service.name));
  if (yield* serversOf(rest)) return;

  // RFC 3263 4.2: without SRV records, the domain's own address.
  yield direct(left[0]!, 'the domain itself, without SRV');

  /**
   * The servers of all services, in order. Returns whether there were records, usable or not: then the domain's own
   * address must not be used (RFC 3263 4.2).
   */
  async function* serversOf(services: readonly SipService[]): AsyncGenerator<Candidate, boolean> {
    const draws = services.map(({ lookup, name }) => (lookup === 'SRV' ? drawOrder(name) : undefined));
    let exist = false;
    for (const [index, { transport, name, because }] of services.entries()) {
      const drawn = draws[index];
      if (!drawn) {
        exist = true;
        yield { transport, host: name, port: defaultPort(transport), because };
        continue;
      }
      const records = await drawn;
      await inquiry.read(inquiry.ask('SRV', name), () => ({ value: records, lines: records.map(lineOf) }));
      if (records.length > 0) exist = true;
      const usable = records.filter(isUsable);
      for (const [at, { target, port, priority, weight }] of usable.entries()) {
        if (at % maxTargets === 0) locator.ahead(usable.slice(at, at + maxTargets).map(hostOf));
        const srv = `SRV ${priority} ${weight}`;
        yield { transport, host: target.toLowerCase(), port, because: because ? `${because}, ${srv}` : srv };
      }
    }
    return exist;
  }

  /** SRV records in random order by weight. The addresses of the first ones are usedNames for as soon as they are known. */
  async function drawOrder(name: string): Promise<readonly SrvRecord[]> {
    const { answer } = await inquiry.ask('SRV', name).answered;
    const records = orderSrv(answer.kind === 'records' ? answer.records : [], random);
    locator.ahead(records.filter(isUsable).map(hostOf), maxTargets);
    return records;
  }
}

/** The services in the NAPTR records of a name, including those of names that they point at. */
async function servicesOf(
  name: string,
  transports: readonly Transport[],
  inquiry: Inquiry,
  seen = new Set<string>(),
): Promise<readonly SipService[]> {
  seen.add(name);
  const chosen = await inquiry.read(inquiry.ask('NAPTR', name), records => {
    const { services, lines } = chooseServices(records, transports);
    return { value: services, lines };
  });
  const services: SipService[] = [];
  for (const service of chosen) {
    if (service.lookup !== 'NAPTR') services.push(service);
    else if (!seen.has(service.name) && seen.size < maxRewrites)
      services.push(...(await servicesOf(service.name, transports, inquiry, seen)));
    if (services.length >= maxServices) break;
  }
  return services.slice(0, maxServices);
}

/** RFC 2782: a target of "." means that the service is not available at this domain. */
function isUsable({ target, port }: SrvRecord): boolean {
  return isHostName(target) && port > 0;
}

function lineOf(record: SrvRecord): string {
  if (isUsable(record)) return srvLine(record);
  return `${srvLine(record)} ; ignored: ${record.target === '' ? 'not offered here' : 'no usable server'}`;
}

function hostOf({ target }: SrvRecord): string {
  return target.toLowerCase();
}

function usualService(transport: Transport, domain: string): SipService {
  const prefix = { udp: '_sip._udp', tcp: '_sip._tcp', tls: '_sips._tcp' }[transport];
  return { transport, lookup: 'SRV', name: `${prefix}.${domain}`, because: '' };
}

function defaultPort(transport: Transport): number {
  return transport === 'tls' ? 5061 : 5060;
}
