// A call and the rtpengine that has it. An rtpengine that dies, hangs or loses the call evicts the call. With
// its next offer the call moves to another rtpengine, under another name, so that messages about the old call
// cannot match the new one.

import { randomBytes } from 'node:crypto';
import { type MediaAddress, pbxSide } from '../address.ts';
import { type CallId, MediaError, type MediaEvent } from '../relay.ts';
import type { ResolveHost } from '../sdp/hosts.ts';
import { Bridge } from './bridge.ts';
import type { Engine, Fleet } from './fleet.ts';
import { type Limits, MediaWatch } from './media-watch.ts';
import { NgError, type NgReply } from './ng-client.ts';
import { RtpengineStatistics } from './statistics.ts';

export interface RtpengineCallDependencies extends Limits {
  readonly fleet: Fleet;
  /** The addresses of this machine: their families are those that PBXs and browsers may have. */
  readonly addresses: readonly MediaAddress[];
  readonly allowPbxMedia?: ((address: string) => boolean) | undefined;
  readonly latches?: boolean | undefined;
  readonly resolveHost?: ResolveHost | undefined;
  readonly emit: (event: MediaEvent) => void;
}

export class RtpengineCall {
  readonly id: CallId;
  readonly bridge: Bridge;
  readonly tally = new RtpengineStatistics();
  readonly watch: MediaWatch;
  readonly #fleet: Fleet;
  #home: { readonly engine: Engine; readonly name: string } | null = null;
  /**
   * Set while the call is being placed: the time limit for each rtpengine. Errors then reach the caller
   * unchanged.
   */
  #placingMs: number | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking = false;
  /** performance.now() of the eviction; meaningless while an rtpengine has the call. */
  homelessSince = 0;

  constructor(id: CallId, around: RtpengineCallDependencies) {
    this.id = id;
    this.#fleet = around.fleet;
    this.watch = new MediaWatch(id, around, around.emit);
    this.bridge = new Bridge({
      family: around.addresses[0]?.family ?? 4,
      familyToward: pbx => pbxSide(around.addresses, pbx)?.family,
      allowed: around.allowPbxMedia ?? (() => true),
      latches: around.latches ?? false,
      resolveHost: around.resolveHost,
      ask: (command, family, fields) => this.#ask(command, family, fields),
    });
  }

  get engine(): Engine | undefined {
    return this.#home?.engine;
  }

  get lookedAt(): number {
    return this.#lookedAt;
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
  async atHome(work: () => Promise<string>): Promise<string> {
    const home = this.#home;
    if (home) {
      try {
        return await work();
      } catch (error) {
        const evicted = this.#home !== home && error instanceof MediaError && error.status === 503;
        if (!evicted) throw error;
      }
    }
    try {
      return await this.#fleet.place((engine, patienceMs) => this.#moveTo(engine, patienceMs, work));
    } catch (error) {
      if (!(error instanceof NgError)) throw error;
      throw new MediaError(`no rtpengine takes the call: ${error.message}`, 503);
    }
  }

  async #moveTo(engine: Engine, patienceMs: number, work: () => Promise<string>): Promise<string> {
    this.#home = { engine, name: `${this.id}.${randomBytes(4).toString('hex')}` };
    this.bridge.forget();
    this.tally.moved();
    this.watch.moved(performance.now());
    this.#placingMs = patienceMs;
    try {
      return await work();
    } catch (error) {
      void this.#leave();
      throw error;
    } finally {
      this.#placingMs = undefined;
    }
  }

  async #ask(command: 'offer' | 'answer', family: 4 | 6, fields: object): Promise<NgReply> {
    const home = this.#home;
    if (!home) throw new MediaError('the call has no rtpengine', 503);
    const about = { 'call-id': home.name, 'address-family': `IP${family}` };
    const placingMs = this.#placingMs;
    try {
      return await home.engine.ng.ask(command, { ...about, ...fields }, placingMs);
    } catch (error) {
      if (!(error instanceof NgError) || placingMs !== undefined) throw error;
      if (error.kind === 'silent' || error.kind === 'refused') void this.#fleet.ping(home.engine);
      if (error.kind !== 'full') this.evict();
      throw new MediaError(`rtpengine: ${error.message}`, 503);
    }
  }

  /** Its rtpengine is lost or does not have the call any more. The browser's next offer finds another one. */
  evict(): void {
    if (!this.#home) return;
    void this.#leave();
    this.bridge.forget();
    this.homelessSince = performance.now();
    this.watch.evicted();
  }

  /** Queries the state of the call, unless a query is pending. */
  async look(now: number): Promise<void> {
    const home = this.#home;
    if (!home || this.#looking || home.engine.state === 'away') return;
    this.#looking = true;
    this.#lookedAt = now;
    try {
      const reply = await home.engine.ng.ask('query', { 'call-id': home.name });
      if (this.#home !== home) return;
      this.tally.take(reply, performance.now());
      this.watch.saw(performance.now(), this.tally);
    } catch (error) {
      // The call was ended at rtpengine, or rtpengine was restarted.
      if (error instanceof NgError && error.kind === 'error' && this.#home === home) this.evict();
    } finally {
      this.#looking = false;
    }
  }

  /** After pending requests, deletes the call at its rtpengine and returns the statistics. */
  async end(): Promise<RtpengineStatistics> {
    await this.#turn;
    const reply = await this.#leave();
    if (reply) this.tally.take(reply, performance.now());
    return this.tally;
  }

  async #leave(): Promise<NgReply | null> {
    const home = this.#home;
    this.#home = null;
    return home && (await this.#fleet.forget(home.engine, home.name));
  }
}
