// The media relay on rtpengines (gateway/media/relay.ts): each call is at one of them, and moves to another
// with its next offer when its rtpengine is lost or has lost the call. One timer checks all rtpengines and
// all calls.

import type { MediaAddress } from '../address.ts';
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
import { Fleet, type FleetOptions, type RtpengineServer } from './fleet.ts';
import { canBundle } from './probe.ts';
import { RtpengineCall } from './rtpengine-call.ts';

export interface RtpengineLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface RtpengineRelayOptions extends FleetOptions {
  /** The addresses of this machine: each rtpengine has addresses of the same families. */
  readonly addresses: readonly MediaAddress[];
  /** Time without media from a leg before 'silent' is emitted. Default 30000 ms. */
  readonly silentAfterMs?: number;
  /** A browser that sent nothing for this long is lost. Default 15000 ms. */
  readonly consentMs?: number;
  /** ICE and DTLS must finish within this time after the first answer. Default 20000 ms. */
  readonly connectMs?: number;
  /** How long calls are kept that have lost their rtpengine while no rtpengine answers. Default 10000 ms. */
  readonly evictedMs?: number;
  /** Interval of queries about a connected call. Default 5000 ms. */
  readonly queryMs?: number;
  /**
   * Interval of checks of the rtpengines, and of queries about calls that are connecting. Default 1000 ms.
   */
  readonly tickMs?: number;
  /** Whether media may be sent to a literal address in a PBX's SDP. Default all. */
  readonly allowPbxMedia?: (address: string) => boolean;
  /**
   * Networks of PBXs behind NAT, such as 203.0.113.0/24: SDP may then name an address that the fence forbids,
   * and the first source in these networks is accepted. Default none.
   */
  readonly networks?: readonly string[];
  /** Time without expected audio before it is reported as one-way. Default 8000 ms. */
  readonly oneWayMs?: number;
  /** Looks up the host names in a PBX's SDP (RFC 8866 5.7). Default: no name is found. */
  readonly resolveHost?: ResolveHost;
  readonly log?: RtpengineLog;
}

/** The maximum of simultaneous queries, whatever the number of calls. */
const maxQueries = 50;

/** Resolves after each rtpengine was checked; rejects when none answers. */
export async function createRtpengineRelay(options: RtpengineRelayOptions): Promise<RtpengineRelay> {
  const relay = new RtpengineRelay(options);
  try {
    await relay.begin();
  } catch (error) {
    await relay.shutdown();
    throw error;
  }
  return relay;
}

export class RtpengineRelay implements MediaRelay {
  readonly #options: RtpengineRelayOptions;
  readonly #calls = new Map<CallId, RtpengineCall>();
  readonly #listeners: ((event: MediaEvent) => void)[] = [];
  readonly fleet: Fleet;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RtpengineRelayOptions) {
    this.#options = options;
    this.fleet = new Fleet(options, server => this.#serverChanged(server));
  }

  async begin(): Promise<void> {
    await this.fleet.pingAll();
    if (!this.fleet.anyAnswers()) {
      const names = this.fleet.servers.map(({ ng }) => ng.name).join(', ');
      throw new Error(`no rtpengine answers at ${names}: make its listen-ng reachable from this machine`);
    }
    this.#timer = setInterval(() => this.#tick(), this.#options.tickMs ?? 1000);
  }

  async offer(call: CallId, from: Leg, sdp: string, toward?: string): Promise<string> {
    return await this.#begin(call, entry => entry.bridge.offer(from, sdp, toward));
  }

  async echo(call: CallId, sdp: string): Promise<string> {
    return await this.#begin(call, async entry => {
      const answer = await entry.bridge.echo(sdp);
      entry.watch.answered(performance.now(), entry.bridge.due);
      return answer;
    });
  }

  async answer(call: CallId, from: Leg, sdp: string): Promise<string> {
    const entry = this.#calls.get(call);
    if (!entry) throw new MediaError('an answer for an unknown call', 400, 'out-of-order');
    return await entry.inTurn(async () => {
      const answer = await entry.bridge.answer(from, sdp);
      entry.watch.answered(performance.now(), entry.bridge.due);
      entry.observe(this.#options.tickMs ?? 1000);
      return answer;
    });
  }

  established(call: CallId): void {
    this.#calls.get(call)?.watch.established(performance.now());
  }

  async close(call: CallId): Promise<MediaReport> {
    const entry = this.#calls.get(call);
    if (!entry) return emptyReport;
    this.#calls.delete(call);
    const statistics = await entry.end();
    const now = performance.now();
    return { ...statistics.report(now), ...entry.watch.report(now) };
  }

  onEvent(listener: (event: MediaEvent) => void): void {
    this.#listeners.push(listener);
  }

  /** rtpengine manages its ports. Draining: calls that an unreachable rtpengine may still hold. */
  async counts(): Promise<{
    calls: number;
    ports: number;
    draining: number;
    engines: Record<string, string>;
  }> {
    const { servers } = this.fleet;
    const draining = servers.reduce((total, { pendingDeletions }) => total + pendingDeletions.size, 0);
    const states = Object.fromEntries(servers.map(({ ng, state }) => [ng.name, state]));
    return { calls: this.#calls.size, ports: 0, draining, engines: states };
  }

  async shutdown(): Promise<void> {
    clearInterval(this.#timer);
    const entries = [...this.#calls.values()];
    this.#calls.clear();
    await Promise.all(entries.map(entry => entry.end()));
    this.fleet.close();
  }

  /** Removes the call when its first offer fails. */
  async #begin(id: CallId, work: (entry: RtpengineCall) => Promise<string>): Promise<string> {
    const known = this.#calls.get(id);
    const entry = known ?? this.#open(id);
    return await entry.inTurn(async () => {
      try {
        return await entry.withServer(() => work(entry));
      } catch (error) {
        if (!known) this.#calls.delete(id);
        throw error;
      }
    });
  }

  #open(id: CallId): RtpengineCall {
    const { addresses, allowPbxMedia, networks, resolveHost } = this.#options;
    const { silentAfterMs, oneWayMs, consentMs, connectMs } = this.#options;
    const entry = new RtpengineCall(id, {
      ...{ fleet: this.fleet, addresses, allowPbxMedia, networks, resolveHost },
      ...{ silentAfterMs, oneWayMs, consentMs, connectMs },
      emit: event => this.#emit(event),
    });
    this.#calls.set(id, entry);
    return entry;
  }

  #serverChanged(server: RtpengineServer): void {
    const { log } = this.#options;
    if (server.state === 'available') {
      log?.info({ rtpengine: server.ng.name }, 'rtpengine answers');
      void this.#warnIfOld(server);
      return;
    }
    const calls = [...this.#calls.values()].filter(call => call.server === server);
    log?.warn({ rtpengine: server.ng.name, calls: calls.length }, 'rtpengine is unreachable');
    for (const call of calls) call.evict();
  }

  /** ng reports no version, but the test call shows what an rtpengine supports. */
  async #warnIfOld(server: RtpengineServer): Promise<void> {
    if (await canBundle(server.ng, this.#options.addresses[0]?.family === 6).catch(() => true)) return;
    this.#options.log?.warn(
      { rtpengine: server.ng.name },
      'rtpengine is older than mr14.0: video is not available; make sure that it is mr13.4.1.1 or newer (CVE-2025-53399)',
    );
  }

  #tick(): void {
    const now = performance.now();
    const { tickMs = 1000, queryMs = 5000, evictedMs = 10_000 } = this.#options;
    void this.fleet.pingAll();
    const due: RtpengineCall[] = [];
    for (const call of this.#calls.values()) {
      if (!call.server) {
        const expired = !this.fleet.anyAnswers() && now - call.evictedAt > evictedMs;
        if (expired) call.watch.fail('no rtpengine is available');
      } else if (now - call.queriedAt >= (call.urgent ? tickMs : queryMs) - 1) due.push(call);
    }
    due.sort((one, other) => one.queriedAt - other.queriedAt);
    for (const call of due.slice(0, maxQueries)) void call.query(now);
  }

  #emit(event: MediaEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
