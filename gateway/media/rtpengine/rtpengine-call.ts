// A call, and the rtpengine where it lives. One that dies, hangs or forgets the call evicts it; with its next offer the
// call moves to another, under another name, so that nothing said of it there can be meant for it here.

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
  /** Of this machine: their families are those that PBXs and browsers may have. */
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
  /** It is looking for a home, and each may take so long; what goes wrong is told as it is. */
  #placingMs: number | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking = false;
  /** performance.now() of the eviction; meaningless while it has a home. */
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

  /** Requests of one call are served one after another. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }

  /** Works where the call lives; where it has no home, or no longer, with the next rtpengine that takes it. */
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

  /** Its rtpengine is gone, or knows it no more: with the browser's next offer it finds another. */
  evict(): void {
    if (!this.#home) return;
    void this.#leave();
    this.bridge.forget();
    this.homelessSince = performance.now();
    this.watch.evicted();
  }

  /** Looks how it fares, unless it is being looked at. */
  async look(now: number): Promise<void> {
    const home = this.#home;
    // A query that overtakes the first offer finds no call there.
    if (!home || this.#looking || this.#placingMs !== undefined || home.engine.state === 'away') return;
    this.#looking = true;
    this.#lookedAt = now;
    try {
      const reply = await home.engine.ng.ask('query', { 'call-id': home.name });
      if (this.#home !== home) return;
      this.tally.take(reply, performance.now());
      this.watch.saw(performance.now(), this.tally);
    } catch (error) {
      // It was ended there, or rtpengine was started anew.
      if (error instanceof NgError && error.kind === 'error' && this.#home === home) this.evict();
    } finally {
      this.#looking = false;
    }
  }

  /** Once what is under way is done, has its rtpengine forget it, and tells what passed. */
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
