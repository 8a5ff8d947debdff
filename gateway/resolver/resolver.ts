// SIP URI -> ordered, immutable targets (RFC 3263 4). The door of this room: what it takes, what it
// promises, what it refuses. It sends no SIP; which target failed is the quarantine's to remember.

import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { AnswerCache } from './cache.ts';
import { DestinationOrder } from './destination.ts';
import { dnsFault } from './dns-fault.ts';
import { dnsSource } from './dns-source.ts';
import { Gathering } from './gathering.ts';
import { Inquiry } from './inquiry.ts';
import { type DnsSource, isHostName, timedOut } from './records.ts';
import { ResolveError, type ResolveFailure } from './resolve-error.ts';
import type { BegunResolution, Resolution, Step, Transport } from './target.ts';
import { type Wanted, walk } from './walk.ts';

/** The parts of a SIP URI that say where it leads. */
export interface ResolvableUri {
  readonly scheme: 'sip' | 'sips';
  /** Domain name or IP literal, with or without brackets. */
  readonly host: string;
  readonly port?: number | undefined;
  /** The URI parameter `transport`, in any case. */
  readonly transport?: string | undefined;
}

export interface ResolverOptions {
  /** DNS servers as `ip:port`; default the system's, with its hosts file before them. */
  readonly servers?: readonly string[] | undefined;
  /** Transports we speak, best first. */
  readonly transports?: readonly Transport[];
  /** The fence: whether DNS may point us at this address. */
  readonly allow: (address: string) => boolean;
  /** Told of every address that the fence dropped, for the log. */
  readonly onRefused?: (address: string, host: string) => void;
  /** For a whole resolution; one question gets at most half of it. */
  readonly deadlineMs?: number;
  /** Address families to ask for, first choice first; default those this machine has, IPv6 first. */
  readonly families?: readonly ('ipv4' | 'ipv6')[];
  /** Addresses that we send from: their families are asked for, and they decide the order of what is found (RFC 6724). */
  readonly from?: readonly string[] | undefined;
  /** Milliseconds of a clock that never steps back. */
  readonly now?: () => number;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  /** In place of DNS servers. */
  readonly source?: DnsSource;
}

export interface Resolver {
  /**
   * Resolves to one target or more, at most 8, once every question is answered.
   * Rejects with {@link ResolveError}, or with the signal's reason once it is aborted.
   */
  resolve(uri: ResolvableUri, signal?: AbortSignal): Promise<Resolution>;
  /** The same, resolving as soon as the best target is known: the others are found while that one is tried. */
  begin(uri: ResolvableUri, signal?: AbortSignal): Promise<BegunResolution>;
  /**
   * Allowed addresses of a host itself, best first and at least one, whatever services its name offers: of a host in
   * SDP (RFC 8866 5.7). Rejects as {@link resolve} does.
   */
  addresses(host: string): Promise<readonly string[]>;
  /** Drops questions under way: they fail. */
  close(): void;
}

export function createResolver(options: ResolverOptions): Resolver {
  const now = options.now ?? (() => performance.now());
  const deadlineMs = options.deadlineMs ?? 3_000;
  // As long as one question may take in a resolution.
  const source = options.source ?? dnsSource({ servers: options.servers, timeoutMs: deadlineMs / 2, now });
  const cache = new AnswerCache(now);
  const order = options.from && new DestinationOrder(options.from.flatMap(ownOf));
  const supported = options.transports ?? ['udp', 'tcp', 'tls'];

  return {
    async resolve(uri, signal) {
      return (await begin(uri, signal)).whole;
    },
    begin,
    async addresses(host) {
      // RFC 3263 4.2: an explicit port leaves nothing for NAPTR and SRV to say.
      const { whole } = await begin({ scheme: 'sip', host, port: 5060, transport: supported[0] });
      return (await whole).targets.map(({ address }) => address);
    },
    close: () => source.close(),
  };

  async function begin(uri: ResolvableUri, signal?: AbortSignal): Promise<BegunResolution> {
    signal?.throwIfAborted();
    const wanted = want(uri, supported);
    const inquiry = new Inquiry(source, cache, now, deadlineMs);
    const refused: { address: string; host: string }[] = [];
    const targets = new Gathering(
      walk(wanted, inquiry, {
        families: options.families ?? order?.families ?? ownFamilies(),
        order,
        random: options.random ?? Math.random,
        allow: options.allow,
        onRefused(address, host) {
          refused.push({ address, host });
          options.onRefused?.(address, host);
        },
      }),
      signal,
    );
    const whole = targets.all.then((targets): Resolution => {
      const trace = Object.freeze([...inquiry.trace]);
      if (targets.length > 0) return Object.freeze({ targets, trace });
      const code = refused.length > 0 ? 'forbidden-address' : reasonOf(trace, wanted.host, inquiry.expired);
      throw new ResolveError(
        code,
        `${wanted.host}: ${explanations[code]}`,
        trace,
        dnsFault(trace, wanted.host, refused),
      );
    });
    // Whoever reads the targets need not read the whole.
    whole.catch(() => {});
    if (await targets.isEmpty()) await whole;
    return { targets, whole };
  }
}

const explanations: Readonly<Record<ResolveFailure, string>> = {
  'no-such-domain': 'no such domain',
  'no-answer': 'DNS does not answer properly',
  timeout: 'DNS does not answer in time',
  'forbidden-address': 'points at addresses that are not allowed',
  'nothing-usable': 'offers no SIP service that can be used from here',
};

/** Checks the URI and works out which transports may serve it (RFC 3263 4.1). */
function want(uri: ResolvableUri, supported: readonly Transport[]): Wanted {
  const host = uri.host
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();
  const unusable = (why: string) =>
    new ResolveError('nothing-usable', `${uri.host.slice(0, 253)}: ${why}`, []);
  if (isIP(host) === 0 ? !isHostName(host) : host.includes('%')) throw unusable('not a host name');
  if (uri.port !== undefined && !(Number.isInteger(uri.port) && uri.port > 0 && uri.port < 65536)) {
    throw unusable(`no such port: ${uri.port}`);
  }
  const parameter = uri.transport?.toLowerCase();
  // RFC 3263 4.1: sips means TLS over whatever transport is asked for; we speak it over TCP alone.
  const secure = uri.scheme === 'sips';
  const transport = secure && parameter === 'tcp' ? 'tls' : parameter;
  const transports = secure ? supported.filter(one => one === 'tls') : supported;
  if (transports.length === 0) throw unusable('TLS is not spoken here');
  if (transport === undefined) return { host, port: uri.port, transports, explicit: false };
  const own = transports.find(one => one === transport);
  if (!own) throw unusable(`transport ${transport.slice(0, 16)} cannot be used`);
  return { host, port: uri.port, transports: [own], explicit: true };
}

function reasonOf(trace: readonly Step[], domain: string, expired: boolean): ResolveFailure {
  if (expired || trace.some(step => step.failure === timedOut)) return 'timeout';
  const addresses = trace.filter(step => step.name === domain && (step.type === 'A' || step.type === 'AAAA'));
  if (addresses.length > 0 && addresses.every(step => step.failure === 'no such name'))
    return 'no-such-domain';
  const absent = ['no such name', 'no such record'];
  return trace.some(step => step.failure && !absent.includes(step.failure)) ? 'no-answer' : 'nothing-usable';
}

/** An address, or all of the machine's of that family where it is a wildcard; as it is where there are none. */
function ownOf(address: string): string[] {
  if (!/^[0.:]+$/.test(address)) return [address];
  const all = Object.values(networkInterfaces()).flatMap(list => list ?? []);
  const own = all.filter(one => !one.internal && isIP(one.address) === isIP(address));
  return own.length > 0 ? own.map(one => one.address) : [address];
}

/** RFC 7984 4, RFC 6724 5: asking for what cannot be reached from here helps nobody. */
function ownFamilies(): ('ipv4' | 'ipv6')[] {
  const all = Object.values(networkInterfaces()).flatMap(list => list ?? []);
  const own = all.filter(({ internal, address }) => !internal && !/^(fe[89ab].:|169\.254\.)/i.test(address));
  const families = (['ipv6', 'ipv4'] as const).filter(family =>
    own.some(item => item.family.toLowerCase() === family),
  );
  return families.length > 0 ? families : ['ipv4', 'ipv6'];
}
