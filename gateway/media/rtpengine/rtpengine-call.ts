// A call and the rtpengine that has it. An rtpengine that dies, hangs or loses the call evicts the call. With
// its next offer the call moves to another rtpengine, under another name, so that messages about the old call
// cannot match the new one.

import { randomBytes } from 'node:crypto';
import { localAddressFor, type MediaAddress } from '../address.ts';
import { type CallId, MediaError, type MediaEvent } from '../relay.ts';
import type { ResolveHost } from '../sdp/hosts.ts';
import { Bridge } from './bridge.ts';
import type { Fleet, RtpengineServer } from './fleet.ts';
import { type Limits, MediaWatch } from './media-watch.ts';
import { NgError, type NgReply } from './ng-client.ts';
import { PbxSources } from './pbx-sources.ts';
import { findSource } from './source-probe.ts';
import { pbxStreams, RtpengineStatistics } from './statistics.ts';

export interface RtpengineCallDependencies extends Limits {
  readonly fleet: Fleet;
  /** The addresses of this machine: their families are those that PBXs and browsers may have. */
  readonly addresses: readonly MediaAddress[];
  readonly allowPbxMedia?: ((address: string) => boolean) | undefined;
  readonly networks?: readonly string[] | undefined;
  readonly resolveHost?: ResolveHost | undefined;
  readonly emit: (event: MediaEvent) => void;
}

/** After an answer, the first query about it. */
const firstLookMs = 100;

export class RtpengineCall {
  readonly id: CallId;
  readonly bridge: Bridge;
  readonly statistics = new RtpengineStatistics();
  readonly watch: MediaWatch;
  readonly #fleet: Fleet;
  readonly #sources: PbxSources;
  #placement: { readonly server: RtpengineServer; readonly name: string } | null = null;
  /**
   * Set while the call is being placed: the time limit for each rtpengine. Errors then reach the caller
   * unchanged.
   */
  #placingMs: number | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #queriedAt = Number.NEGATIVE_INFINITY;
  #querying = false;
  #ended = false;
  #observation: NodeJS.Timeout | undefined;
  /** performance.now() of the eviction; meaningless while an rtpengine has the call. */
  evictedAt = 0;

  constructor(id: CallId, dependencies: RtpengineCallDependencies) {
    const { networks = [] } = dependencies;
    this.id = id;
    this.#sources = new PbxSources(networks);
    this.#fleet = dependencies.fleet;
    this.watch = new MediaWatch(id, dependencies, dependencies.emit);
    this.bridge = new Bridge({
      family: dependencies.addresses[0]?.family ?? 4,
      familyToward: pbx => localAddressFor(dependencies.addresses, pbx)?.family,
      allowed: dependencies.allowPbxMedia ?? (() => true),
      latches: networks.length > 0,
      sources: this.#sources,
      resolveHost: dependencies.resolveHost,
      request: (command, family, fields) => this.#request(command, family, fields),
    });
  }

  get server(): RtpengineServer | undefined {
    return this.#placement?.server;
  }

  get queriedAt(): number {
    return this.#queriedAt;
  }

  /** Whether short intervals of queries are necessary. */
  get urgent(): boolean {
    return this.watch.urgent || this.#sources.unsettled;
  }

  /** Requests of one call run one after another. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }

  /**
   * Runs `work` at the rtpengine that has the call. Without one, or after an eviction, runs it at the next
   * rtpengine that accepts the call.
   */
  async withServer(work: () => Promise<string>): Promise<string> {
    const placement = this.#placement;
    if (placement) {
      try {
        return await work();
      } catch (error) {
        const evicted = this.#placement !== placement && error instanceof MediaError && error.status === 503;
        if (!evicted) throw error;
      }
    }
    try {
      return await this.#fleet.place((server, timeoutMs) => this.#moveTo(server, timeoutMs, work));
    } catch (error) {
      if (!(error instanceof NgError)) throw error;
      throw new MediaError(`no rtpengine takes the call: ${error.message}`, 503);
    }
  }

  async #moveTo(server: RtpengineServer, timeoutMs: number, work: () => Promise<string>): Promise<string> {
    this.#placement = { server, name: `${this.id}.${randomBytes(4).toString('hex')}` };
    this.bridge.forget();
    this.statistics.moved();
    this.watch.moved(performance.now());
    this.#placingMs = timeoutMs;
    try {
      return await work();
    } catch (error) {
      void this.#leave();
      throw error;
    } finally {
      this.#placingMs = undefined;
    }
  }

  async #request(command: 'offer' | 'answer', family: 4 | 6, fields: object): Promise<NgReply> {
    const placement = this.#placement;
    if (!placement) throw new MediaError('the call has no rtpengine', 503);
    const common = { 'call-id': placement.name, 'address-family': `IP${family}` };
    const placingMs = this.#placingMs;
    try {
      return await placement.server.ng.request(command, { ...common, ...fields }, placingMs);
    } catch (error) {
      if (!(error instanceof NgError) || placingMs !== undefined) throw error;
      if (error.kind === 'silent' || error.kind === 'refused') void this.#fleet.ping(placement.server);
      if (error.kind !== 'full') this.evict();
      throw new MediaError(`rtpengine: ${error.message}`, 503);
    }
  }

  /** Its rtpengine is lost or does not have the call any more. The browser's next offer finds another one. */
  evict(): void {
    if (!this.#placement) return;
    void this.#leave();
    this.bridge.forget();
    this.evictedAt = performance.now();
    this.watch.evicted();
  }

  /** Queries the state of the call, unless a query is pending. */
  async query(now: number): Promise<void> {
    const placement = this.#placement;
    // A query that overtakes the first offer finds no call there.
    if (
      !placement ||
      this.#querying ||
      this.#placingMs !== undefined ||
      placement.server.state === 'unavailable'
    )
      return;
    this.#querying = true;
    this.#queriedAt = now;
    try {
      const reply = await placement.server.ng.request('query', { 'call-id': placement.name });
      if (this.#placement !== placement) return;
      this.statistics.take(reply, performance.now());
      this.watch.update(performance.now(), this.statistics);
      const line = this.#sources.update(pbxStreams(reply), performance.now());
      if (line !== undefined) await this.#find(line);
    } catch (error) {
      // The call was ended at rtpengine, or rtpengine was restarted.
      if (error instanceof NgError && error.kind === 'error' && this.#placement === placement) this.evict();
    } finally {
      this.#querying = false;
    }
  }

  /**
   * After an answer, queries the call soon, until the PBX is heard or `tickMs` has passed: the first words of a
   * PBX that sends from another port are lost until its source is found.
   */
  observe(tickMs: number, afterMs = firstLookMs): void {
    clearTimeout(this.#observation);
    if (this.#ended || afterMs > tickMs) return;
    this.#observation = setTimeout(async () => {
      await this.query(performance.now());
      if (this.#sources.unsettled) this.observe(tickMs, afterMs * 2);
    }, afterMs);
  }

  /** Finds the source of a line whose packets rtpengine drops. */
  async #find(line: number): Promise<void> {
    const placement = this.#placement;
    await this.inTurn(async () => {
      if (this.#placement !== placement || !placement || !this.bridge.settled) return;
      await findSource(line, {
        sources: this.#sources,
        repeat: probed => this.bridge.repeat(probed),
        query: async () =>
          pbxStreams(await placement.server.ng.request('query', { 'call-id': placement.name })),
        foreign: counts => this.statistics.discount(counts),
        over: () => this.#ended || this.#placement !== placement,
      });
    });
  }

  /** After pending requests, deletes the call at its rtpengine and returns the statistics. */
  async end(): Promise<RtpengineStatistics> {
    this.#ended = true;
    clearTimeout(this.#observation);
    await this.#turn;
    const reply = await this.#leave();
    if (reply) this.statistics.take(reply, performance.now());
    return this.statistics;
  }

  async #leave(): Promise<NgReply | null> {
    const placement = this.#placement;
    this.#placement = null;
    return placement && (await this.#fleet.forget(placement.server, placement.name));
  }
}
