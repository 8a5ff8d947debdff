// The embedded media relay (gateway/media/relay.ts): negotiates on the main thread; worker threads carry the
// packets. A call is placed on the worker with the fewest calls.

import { localAddressFor, type MediaAddress } from '../address.ts';
import {
  type CallId,
  emptyReport,
  type Leg,
  MediaError,
  type MediaEvent,
  type MediaRelay,
  type MediaReport,
} from '../relay.ts';
import type { CandidateAddress } from '../sdp/write.ts';
import { createCertificate, type RelayCertificate } from './dtls/certificate.ts';
import { Negotiation } from './negotiation.ts';
import { type EmbeddedRelayOptions, portRanges, workerSettings } from './relay-options.ts';
import { WorkerLink } from './worker-link.ts';
import type { WorkerCounts } from './worker-protocol.ts';

interface CallEntry {
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
  readonly #calls = new Map<CallId, CallEntry>();
  readonly #listeners: ((event: MediaEvent) => void)[] = [];
  readonly links: readonly WorkerLink[];

  constructor(options: EmbeddedRelayOptions) {
    this.#options = options;
    this.links = portRanges(options.pbx.ports, options.workers).map(
      (ports, i) =>
        new WorkerLink(workerSettings(options, this.#certificate, ports, i), {
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
      await link.request({ op: 'apply', plan });
      return answer;
    });
  }

  async answer(call: CallId, from: Leg, sdp: string): Promise<string> {
    const entry = this.#calls.get(call);
    if (entry === undefined) throw new MediaError('an answer for an unknown call', 400, 'out-of-order');
    return this.#inTurn(entry, async () => {
      const { sdp: answer, plan } = await entry.negotiation.answer(from, sdp);
      await entry.link.request({ op: 'apply', plan });
      return answer;
    });
  }

  established(call: CallId): void {
    const entry = this.#calls.get(call);
    if (entry !== undefined)
      this.#inTurn(entry, () => entry.link.request({ op: 'established', call })).catch(() => {});
  }

  async requestPicture(call: CallId): Promise<boolean> {
    const entry = this.#calls.get(call);
    if (entry === undefined) return false;
    return await this.#inTurn(entry, () => entry.link.request({ op: 'picture', call })).catch(() => false);
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
      const counts = await link.request({ op: 'counts' }).catch(() => null);
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

  #open(call: CallId): CallEntry {
    const link = this.#leastLoaded();
    const { addresses, allowPbxMedia, pbx, resolveHost } = this.#options;
    const longestMs = this.#options.longestMs?.() ?? 86_400_000;
    const entry: CallEntry = {
      link,
      turn: Promise.resolve(),
      lost: false,
      negotiation: new Negotiation({
        call,
        browser: {
          candidateAddresses: candidateAddressesOf(addresses, link),
          fingerprint: this.#certificate.fingerprint,
        },
        pbx: {
          localAddressFor: address => localAddressFor(addresses, address),
          allowed: allowPbxMedia ?? (() => true),
          latches: (pbx.networks ?? []).length > 0,
          resolveHost,
        },
        ports: (lines, at) => link.request({ op: 'ports', call, lines, at, longestMs }),
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
  #begin(call: CallId, work: (entry: CallEntry) => Promise<string>): Promise<string> {
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

  #inTurn<T>(entry: CallEntry, work: () => Promise<T>): Promise<T> {
    const result = entry.turn.then(() => {
      if (entry.lost) throw new MediaError('the media worker was lost', 503);
      return work();
    });
    entry.turn = result.catch(() => {});
    return result;
  }

  async #forget(call: CallId, entry: CallEntry): Promise<MediaReport | null> {
    if (this.#calls.get(call) === entry) this.#calls.delete(call);
    if (entry.lost) return null;
    return entry.link.request({ op: 'close', call }).catch(() => null);
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
function candidateAddressesOf(addresses: readonly MediaAddress[], { ports }: WorkerLink): CandidateAddress[] {
  return addresses.flatMap((own, i) =>
    own.announced.map(ip => {
      const { udp = 0, tcp = 0 } = ports[i] ?? {};
      return { ip, port: own.outside('udp', udp), tcpPort: own.outside('tcp', tcp) };
    }),
  );
}
