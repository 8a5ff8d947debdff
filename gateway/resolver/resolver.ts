// Resolves a SIP URI to ordered, immutable targets (RFC 3263 4). The public interface of this folder. Sends no SIP and
// stores no failures of targets; quarantine.ts does.

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
import type { BegunResolution, Resolution, ResolutionStep, Transport } from './target.ts';
import { type WalkRequest, walk } from './walk.ts';

/** The parts of a SIP URI that determine its targets. */
export interface ResolvableUri {
  readonly scheme: 'sip' | 'sips';
  /** Domain name or IP literal, with or without brackets. */
  readonly host: string;
  readonly port?: number | undefined;
  /** The URI parameter `transport`, in any case. */
  readonly transport?: string | undefined;
}

export interface ResolverOptions {
  /** DNS servers as `ip:port`. Default: the system's, after its hosts file. */
  readonly servers?: readonly string[] | undefined;
  /** Supported transports, best first. */
  readonly transports?: readonly Transport[];
  /** The address fence: whether DNS may point at this address. */
  readonly allow: (address: string) => boolean;
  /** Called for every address that the fence refused. */
  readonly onRefused?: (address: string, host: string) => void;
  /** For a whole resolution. One question gets at most half of it. */
  readonly deadlineMs?: number;
  /** Address families to ask for, first choice first. Default: those of this machine, IPv6 first. */
  readonly families?: readonly ('ipv4' | 'ipv6')[];
  /** Our source addresses. Their families are asked for, and they determine the order of targets (RFC 6724). */
  readonly from?: readonly string[] | undefined;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  /** Replaces the DNS servers. */
  readonly source?: DnsSource;
}

export interface Resolver {
  /**
   * Resolves to 1 to 8 targets, once every question is answered.
   * Rejects with {@link ResolveError}, or with the signal's reason when it is aborted.
   */
  resolve(uri: ResolvableUri, signal?: AbortSignal): Promise<Resolution>;
  /** The same, but resolves as soon as the best target is known. The others follow while that one is tried. */
  begin(uri: ResolvableUri, signal?: AbortSignal): Promise<BegunResolution>;
  /**
   * The allowed addresses of a host itself, best first and at least one, without its services: for a host in SDP (RFC
   * 8866 5.7). Rejects like {@link resolve}.
   */
  addresses(host: string): Promise<readonly string[]>;
  /** Aborts questions under way: they fail. */
  close(): void;
}

export function createResolver(options: ResolverOptions): Resolver {
  const now = options.now ?? (() => performance.now());
  const deadlineMs = options.deadlineMs ?? 3_000;
  // The same as the limit of one question in a resolution.
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
      // RFC 3263 4.2: an explicit port excludes NAPTR and SRV.
      const { whole } = await begin({ scheme: 'sip', host, port: 5060, transport: supported[0] });
      return (await whole).targets.map(({ address }) => address);
    },
    close: () => source.close(),
  };

  async function begin(uri: ResolvableUri, signal?: AbortSignal): Promise<BegunResolution> {
    signal?.throwIfAborted();
    const request = walkRequestOf(uri, supported);
    const inquiry = new Inquiry(source, cache, now, deadlineMs);
    const refused: { address: string; host: string }[] = [];
    const targets = new Gathering(
      walk(request, inquiry, {
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
      const code = refused.length > 0 ? 'forbidden-address' : reasonOf(trace, request.host, inquiry.expired);
      throw new ResolveError(
        code,
        `${request.host}: ${explanations[code]}`,
        trace,
        dnsFault(trace, request.host, refused),
      );
    });
    // A reader of the targets need not read `whole`.
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

/** Checks the URI and determines the possible transports (RFC 3263 4.1). */
function walkRequestOf(uri: ResolvableUri, supported: readonly Transport[]): WalkRequest {
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
  // RFC 3263 4.1: sips means TLS over the requested transport. Only TLS over TCP is supported.
  const secure = uri.scheme === 'sips';
  const transport = secure && parameter === 'tcp' ? 'tls' : parameter;
  const transports = secure ? supported.filter(one => one === 'tls') : supported;
  if (transports.length === 0) throw unusable('TLS is not supported');
  if (transport === undefined) return { host, port: uri.port, transports, explicit: false };
  const own = transports.find(one => one === transport);
  if (!own) throw unusable(`transport ${transport.slice(0, 16)} cannot be used`);
  return { host, port: uri.port, transports: [own], explicit: true };
}

function reasonOf(trace: readonly ResolutionStep[], domain: string, expired: boolean): ResolveFailure {
  if (expired || trace.some(step => step.failure === timedOut)) return 'timeout';
  const addresses = trace.filter(step => step.name === domain && (step.type === 'A' || step.type === 'AAAA'));
  if (addresses.length > 0 && addresses.every(step => step.failure === 'no such name'))
    return 'no-such-domain';
  const absent = ['no such name', 'no such record'];
  return trace.some(step => step.failure && !absent.includes(step.failure)) ? 'no-answer' : 'nothing-usable';
}

/** The address; for a wildcard all addresses of the machine in that family, or the wildcard if there are none. */
function ownOf(address: string): string[] {
  if (!/^[0.:]+$/.test(address)) return [address];
  const all = Object.values(networkInterfaces()).flatMap(list => list ?? []);
  const own = all.filter(one => !one.internal && isIP(one.address) === isIP(address));
  return own.length > 0 ? own.map(one => one.address) : [address];
}

/** RFC 7984 4, RFC 6724 5: addresses of a family without a route are useless. */
function ownFamilies(): ('ipv4' | 'ipv6')[] {
  const all = Object.values(networkInterfaces()).flatMap(list => list ?? []);
  const own = all.filter(({ internal, address }) => !internal && !/^(fe[89ab].:|169\.254\.)/i.test(address));
  const families = (['ipv6', 'ipv4'] as const).filter(family =>
    own.some(item => item.family.toLowerCase() === family),
  );
  return families.length > 0 ? families : ['ipv4', 'ipv6'];
}
