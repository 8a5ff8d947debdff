// The embedded media relay (gateway/media/relay.ts): negotiates on the main thread; worker threads carry the
// packets. A call is placed on the worker with the fewest calls.

import { type MediaAddress, pbxSide } from '../address.ts';
import {
  type CallId,
  emptyReport,
  type Leg,
  MediaError,
  type MediaEvent,
  type MediaRelay,
  type MediaReport,
} from '../relay.ts';
import type { ResolveHost } from '../sdp/hosts.ts';
import type { BrowserPlace } from '../sdp/write.ts';
import { createCertificate, type RelayCertificate } from './dtls/certificate.ts';
import { Negotiation } from './negotiation.ts';
import { WorkerLink } from './worker-link.ts';
import type { WorkerCounts, WorkerSettings } from './worker-protocol.ts';

export interface EmbeddedRelayLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface EmbeddedRelayOptions {
  /** Worker threads, at least 1. */
  readonly workers: number;
  /**
   * At least one. The first gets the preferred candidates. A PBX is called from an address of its own family.
   */
  readonly addresses: readonly MediaAddress[];
  /** UDP and TCP; worker n uses `port` + n. 0: any port. */
  readonly browser: { readonly port: number };
  readonly pbx: {
    /** First and last port of the range, both included. RTP takes even ports, RTCP the next odd ones. */
    readonly ports: readonly [number, number];
    /**
     * Networks of PBXs behind NAT, such as 203.0.113.0/24. The first packet of a line that comes from one of
     * these networks latches, whatever address the SDP names. Default none.
     */
    readonly networks?: readonly string[];
  };
  /** Time without media from a leg before 'silent' is emitted. Default 30000 ms. */
  readonly silentAfterMs?: number;
  /** A line that sends the PBX nothing sends an empty packet at this interval. Default 15000 ms. */
  readonly keepAliveMs?: number;
  /** Time without expected audio before it is reported as one-way. Default 8000 ms. */
  readonly oneWayMs?: number;
  /** How long a PBX port stays bound after its call. Default 30000 ms. */
  readonly drainMs?: number;
  /**
   * A browser without ICE checks for this long is lost. A browser sends a check about every 5 s (the limit in
   * RFC 7675 5.1 is for the sender of the checks). Default 15000 ms.
   */
  readonly consentMs?: number;
  /** ICE and DTLS must finish within this time after the first answer. Default 20000 ms. */
  readonly connectMs?: number;
  /**
   * A worker ends a call after this time without an order from the main thread, because the main thread may
   * hang. Called when a call begins. Default a day.
   */
  readonly longestMs?: () => number;
  /** A browser's TCP connection must carry a valid ICE check within this time. Default 10000 ms. */
  readonly proofMs?: number;
  /** Whether media may be sent to a literal address in a PBX's SDP. Default all. */
  readonly allowPbxMedia?: (address: string) => boolean;
  /** Looks up the host names in a PBX's SDP (RFC 8866 5.7). Default: no name is found. */
  readonly resolveHost?: ResolveHost;
  readonly log?: EmbeddedRelayLog;
}

interface Call {
  readonly link: WorkerLink;
  readonly negotiation: Negotiation;
  /** Requests of one call run one after another. */
  turn: Promise<unknown>;
  lost: boolean;
}

/** Resolves when all workers listen; rejects when a port cannot be bound. */
export async function createEmbeddedRelay(options: EmbeddedRelayOptions): Promise<EmbeddedRelay> {
  const relay = new EmbeddedRelay(options);
  try {
    await Promise.all(relay.links.map(link => link.started));
  } catch (error) {
    await relay.shutdown();
    throw error;
  }
  return relay;
}

export class EmbeddedRelay implements MediaRelay {
  readonly #options: EmbeddedRelayOptions;
  readonly #certificate: RelayCertificate = createCertificate(new Date());
  readonly #calls = new Map<CallId, Call>();
  readonly #listeners: ((event: MediaEvent) => void)[] = [];
  readonly links: readonly WorkerLink[];

  constructor(options: EmbeddedRelayOptions) {
    this.#options = options;
    this.links = portRanges(options.pbx.ports, options.workers).map(
      (ports, i) =>
        new WorkerLink(this.#settings(ports, i), {
          event: event => this.#emit(event),
          lost: link => this.#lost(link),
          log: (level, fields, message) => options.log?.[level](fields, message),
        }),
    );
  }

  async offer(call: CallId, from: Leg, sdp: string, toward?: string): Promise<string> {
    return this.#begin(call, entry => entry.negotiation.offer(from, sdp, toward));
  }

  async echo(call: CallId, sdp: string): Promise<string> {
    return this.#begin(call, async ({ negotiation, link }) => {
      const { sdp: answer, plan } = await negotiation.echo(sdp);
      await link.ask({ op: 'apply', plan });
      return answer;
    });
  }

  async answer(call: CallId, from: Leg, sdp: string): Promise<string> {
    const entry = this.#calls.get(call);
    if (entry === undefined) throw new MediaError('an answer for an unknown call', 400, 'out-of-order');
    return this.#inTurn(entry, async () => {
      const { sdp: answer, plan } = await entry.negotiation.answer(from, sdp);
      await entry.link.ask({ op: 'apply', plan });
      return answer;
    });
  }

  established(call: CallId): void {
    const entry = this.#calls.get(call);
    if (entry !== undefined)
      this.#inTurn(entry, () => entry.link.ask({ op: 'established', call })).catch(() => {});
  }

  async requestPicture(call: CallId): Promise<boolean> {
    const entry = this.#calls.get(call);
    if (entry === undefined) return false;
    return await this.#inTurn(entry, () => entry.link.ask({ op: 'picture', call })).catch(() => false);
  }

  async close(call: CallId): Promise<MediaReport> {
    const entry = this.#calls.get(call);
    if (entry === undefined) return emptyReport;
    await entry.turn.catch(() => {});
    return (await this.#forget(call, entry)) ?? emptyReport;
  }

  onEvent(listener: (event: MediaEvent) => void): void {
    this.#listeners.push(listener);
  }

  async counts(): Promise<WorkerCounts> {
    const total = { calls: 0, ports: 0, draining: 0, connections: 0, unmatched: 0 };
    for (const link of this.links) {
      const counts = await link.ask({ op: 'counts' }).catch(() => null);
      if (counts === null) continue;
      total.calls += counts.calls;
      total.ports += counts.ports;
      total.draining += counts.draining;
      total.connections += counts.connections;
      total.unmatched += counts.unmatched;
    }
    return total;
  }

  async shutdown(): Promise<void> {
    await Promise.all(this.links.map(link => link.shutdown()));
    this.#calls.clear();
  }

  #settings(ports: readonly [number, number], index: number): WorkerSettings {
    const { addresses, browser, pbx } = this.#options;
    const { certPem, keyPem } = this.#certificate;
    return {
      listen: addresses.map(({ bind }) => bind),
      browser: { port: browser.port === 0 ? 0 : browser.port + index },
      pbx: { ports, networks: pbx.networks ?? [] },
      certPem,
      keyPem,
      silentAfterMs: this.#options.silentAfterMs ?? 30_000,
      keepAliveMs: this.#options.keepAliveMs ?? 15_000,
      oneWayMs: this.#options.oneWayMs ?? 8000,
      drainMs: this.#options.drainMs ?? 30_000,
      consentMs: this.#options.consentMs ?? 15_000,
      connectMs: this.#options.connectMs ?? 20_000,
      proofMs: this.#options.proofMs ?? 10_000,
    };
  }

  #open(call: CallId): Call {
    const link = this.#leastLoaded();
    const { addresses, allowPbxMedia, pbx, resolveHost } = this.#options;
    const longestMs = this.#options.longestMs?.() ?? 86_400_000;
    const entry: Call = {
      link,
      turn: Promise.resolve(),
      lost: false,
      negotiation: new Negotiation({
        call,
        browser: { places: placesOf(addresses, link), fingerprint: this.#certificate.fingerprint },
        pbx: {
          sideToward: address => pbxSide(addresses, address),
          allowed: allowPbxMedia ?? (() => true),
          latches: (pbx.networks ?? []).length > 0,
          resolveHost,
        },
        ports: (lines, at) => link.ask({ op: 'ports', call, lines, at, longestMs }),
      }),
    };
    this.#calls.set(call, entry);
    return entry;
  }

  #leastLoaded(): WorkerLink {
    const load = new Map(this.links.filter(link => link.ready).map(link => [link, 0]));
    for (const { link } of this.#calls.values()) {
      const calls = load.get(link);
      if (calls !== undefined) load.set(link, calls + 1);
    }
    let best: WorkerLink | null = null;
    for (const [link, calls] of load) if (best === null || calls < load.get(best)!) best = link;
    if (best === null) throw new MediaError('no media worker is running', 503);
    return best;
  }

  /** Removes the call when its first offer fails. */
  #begin(call: CallId, work: (entry: Call) => Promise<string>): Promise<string> {
    const known = this.#calls.get(call);
    const entry = known ?? this.#open(call);
    return this.#inTurn(entry, async () => {
      try {
        return await work(entry);
      } catch (error) {
        if (known === undefined) await this.#forget(call, entry);
        throw error;
      }
    });
  }

  #inTurn<T>(entry: Call, work: () => Promise<T>): Promise<T> {
    const result = entry.turn.then(() => {
      if (entry.lost) throw new MediaError('the media worker was lost', 503);
      return work();
    });
    entry.turn = result.catch(() => {});
    return result;
  }

  async #forget(call: CallId, entry: Call): Promise<MediaReport | null> {
    if (this.#calls.get(call) === entry) this.#calls.delete(call);
    if (entry.lost) return null;
    return entry.link.ask({ op: 'close', call }).catch(() => null);
  }

  #lost(link: WorkerLink): void {
    for (const [call, entry] of this.#calls) {
      if (entry.link !== link || entry.lost) continue;
      entry.lost = true;
      this.#emit({ type: 'failed', call, reason: 'the media worker was lost', ours: true });
    }
  }

  #emit(event: MediaEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/** Where browsers reach a worker, best first. */
function placesOf(addresses: readonly MediaAddress[], { ports }: WorkerLink): BrowserPlace[] {
  return addresses.flatMap((own, i) =>
    own.announced.map(ip => {
      const { udp = 0, tcp = 0 } = ports[i] ?? {};
      return { ip, port: own.outside('udp', udp), tcpPort: own.outside('tcp', tcp) };
    }),
  );
}

/** Splits a port range among workers. Each part begins at an even port. */
function portRanges(ports: readonly [number, number], workers: number): [number, number][] {
  const first = ports[0] + (ports[0] & 1);
  const pairs = Math.floor((ports[1] - first + 1) / 2);
  if (workers < 1 || pairs < workers) throw new RangeError('fewer port pairs than media workers');
  return Array.from({ length: workers }, (_, i) => {
    const from = Math.floor((pairs * i) / workers);
    const to = Math.floor((pairs * (i + 1)) / workers);
    return [first + from * 2, first + to * 2 - 1];
  });
}
