// The media relay on rtpengines (gateway/media/relay.ts): each call lives at one of them, and moves to another with
// its next offer when that one is gone or has forgotten it. One timer asks all of them, and after all calls.

import { randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import {
  type CallId,
  emptyReport,
  type Leg,
  MediaError,
  type MediaEvent,
  type MediaRelay,
  type MediaReport,
} from '../relay.ts';
import { Bridge } from './bridge.ts';
import { type Engine, Fleet, type FleetOptions } from './fleet.ts';
import { NgError, type NgReply } from './ng-client.ts';
import { canBundle } from './probe.ts';
import { Tally } from './tally.ts';
import { Watch } from './watch.ts';

export interface RtpengineLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface RtpengineOptions extends FleetOptions {
  /** An address of the family that PBXs speak. */
  readonly address: string;
  /** Without media from a leg for this long comes 'silent'. Default 30000 ms. */
  readonly silentAfterMs?: number;
  /** A browser that sent nothing for this long is lost. Default 15000 ms. */
  readonly consentMs?: number;
  /** ICE and DTLS must be through this long after the first answer. Default 20000 ms. */
  readonly connectMs?: number;
  /** While no rtpengine is there, calls that lost theirs are kept for so long. Default 10000 ms. */
  readonly homelessMs?: number;
  /** Between two looks at a call that is connected. Default 5000 ms. */
  readonly lookMs?: number;
  /** Between two looks at the rtpengines, and at calls that are being connected. Default 1000 ms. */
  readonly tickMs?: number;
  /** Which literal addresses of a PBX's SDP media may be sent to. Default all. */
  readonly allowPbxMedia?: (address: string) => boolean;
  readonly log?: RtpengineLog;
}

interface Call {
  readonly id: CallId;
  readonly bridge: Bridge;
  readonly tally: Tally;
  readonly watch: Watch;
  /** Where it lives, under which name; null when that rtpengine is gone, or has forgotten. */
  home: { readonly engine: Engine; readonly name: string } | null;
  homelessSince: number;
  /** It is looking for a home, and each may take so long; what goes wrong is told as it is. */
  placingMs: number | undefined;
  /** Requests of one call are served one after another. */
  turn: Promise<unknown>;
  lookedAt: number;
  looking: boolean;
}

/** No more questions at once than these after calls, whatever their number. */
const maxLooks = 50;

/** Resolves once each rtpengine has been asked whether it is there; rejects when none is. */
export async function createRtpengineRelay(options: RtpengineOptions): Promise<RtpengineRelay> {
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
  readonly #options: RtpengineOptions;
  readonly #calls = new Map<CallId, Call>();
  readonly #listeners: ((event: MediaEvent) => void)[] = [];
  readonly fleet: Fleet;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RtpengineOptions) {
    this.#options = options;
    this.fleet = new Fleet(options, engine => this.#engineChanged(engine));
  }

  async begin(): Promise<void> {
    await this.fleet.pingAll();
    if (!this.fleet.someoneIsHere()) {
      const names = this.fleet.engines.map(({ ng }) => ng.name).join(', ');
      throw new Error(`no rtpengine answers at ${names}: is its listen-ng open to this machine?`);
    }
    this.#timer = setInterval(() => this.#tick(), this.#options.tickMs ?? 1000);
  }

  async offer(call: CallId, from: Leg, sdp: string): Promise<string> {
    return await this.#begin(call, entry => entry.bridge.offer(from, sdp));
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
    if (!entry) throw new MediaError('an answer for no call', 400);
    return await this.#inTurn(entry, async () => {
      const answer = await entry.bridge.answer(from, sdp);
      entry.watch.answered(performance.now(), entry.bridge.due);
      return answer;
    });
  }

  async close(call: CallId): Promise<MediaReport> {
    const entry = this.#calls.get(call);
    if (!entry) return emptyReport;
    await entry.turn.catch(() => {});
    this.#calls.delete(call);
    const reply = await this.#leave(entry);
    const now = performance.now();
    if (reply) entry.tally.take(reply, now);
    return entry.tally.report(now);
  }

  onEvent(listener: (event: MediaEvent) => void): void {
    this.#listeners.push(listener);
  }

  /** Ports are rtpengine's own business. Draining: calls that one out of reach may still hold. */
  async counts(): Promise<{
    calls: number;
    ports: number;
    draining: number;
    engines: Record<string, string>;
  }> {
    const { engines } = this.fleet;
    const draining = engines.reduce((total, { owed }) => total + owed.size, 0);
    const states = Object.fromEntries(engines.map(({ ng, state }) => [ng.name, state]));
    return { calls: this.#calls.size, ports: 0, draining, engines: states };
  }

  async shutdown(): Promise<void> {
    clearInterval(this.#timer);
    const entries = [...this.#calls.values()];
    this.#calls.clear();
    await Promise.all(entries.map(entry => this.#leave(entry)));
    this.fleet.close();
  }

  /** A first offer that comes to nothing leaves nothing behind. */
  async #begin(id: CallId, work: (entry: Call) => Promise<string>): Promise<string> {
    const known = this.#calls.get(id);
    const entry = known ?? this.#open(id);
    return await this.#inTurn(entry, async () => {
      try {
        return await this.#atHome(entry, work);
      } catch (error) {
        if (!known) {
          this.#calls.delete(id);
          void this.#leave(entry);
        }
        throw error;
      }
    });
  }

  /** Works where the call lives; where it has no home, or no longer, with the next rtpengine that takes it. */
  async #atHome(entry: Call, work: (entry: Call) => Promise<string>): Promise<string> {
    const { home } = entry;
    if (home) {
      try {
        return await work(entry);
      } catch (error) {
        if (entry.home === home || !(error instanceof MediaError) || error.status !== 503) throw error;
      }
    }
    return await this.fleet
      .place(async (engine, patienceMs) => {
        entry.home = { engine, name: `${entry.id}.${randomBytes(4).toString('hex')}` };
        entry.bridge.forget();
        entry.tally.moved();
        entry.watch.moved(performance.now());
        entry.placingMs = patienceMs;
        try {
          return await work(entry);
        } catch (error) {
          void this.#leave(entry);
          throw error;
        } finally {
          entry.placingMs = undefined;
        }
      })
      .catch(error => {
        if (error instanceof NgError)
          throw new MediaError(`no rtpengine takes the call: ${error.message}`, 503);
        throw error;
      });
  }

  #open(id: CallId): Call {
    const { address, allowPbxMedia, silentAfterMs, consentMs, connectMs } = this.#options;
    const entry: Call = {
      id,
      tally: new Tally(),
      watch: new Watch(id, { silentAfterMs, consentMs, connectMs }, event => this.#emit(event)),
      bridge: new Bridge({
        family: isIPv6(address) ? 6 : 4,
        allowed: allowPbxMedia ?? (() => true),
        ask: (command, fields) => this.#ask(entry, command, fields),
      }),
      home: null,
      homelessSince: Number.NaN,
      placingMs: undefined,
      turn: Promise.resolve(),
      lookedAt: 0,
      looking: false,
    };
    this.#calls.set(id, entry);
    return entry;
  }

  async #ask(entry: Call, command: 'offer' | 'answer', fields: object): Promise<NgReply> {
    const { home } = entry;
    if (!home) throw new MediaError('the call has no rtpengine', 503);
    const { address } = this.#options;
    const family = { 'address-family': isIPv6(address) ? 'IP6' : 'IP4' };
    const { placingMs } = entry;
    try {
      return await home.engine.ng.ask(command, { 'call-id': home.name, ...family, ...fields }, placingMs);
    } catch (error) {
      if (!(error instanceof NgError) || placingMs !== undefined) throw error;
      if (error.kind !== 'error' && error.kind !== 'full') void this.fleet.ping(home.engine);
      if (error.kind !== 'full') this.#evict(entry);
      throw new MediaError(`rtpengine: ${error.message}`, 503);
    }
  }

  #inTurn<T>(entry: Call, work: () => Promise<T>): Promise<T> {
    const result = entry.turn.then(work);
    entry.turn = result.catch(() => {});
    return result;
  }

  async #leave(entry: Call): Promise<NgReply | null> {
    const { home } = entry;
    entry.home = null;
    return home && (await this.fleet.forget(home.engine, home.name));
  }

  /** Its rtpengine is gone or knows it no more: with the browser's next offer, an ICE restart, it finds another. */
  #evict(entry: Call): void {
    if (!entry.home) return;
    void this.#leave(entry);
    entry.bridge.forget();
    entry.homelessSince = performance.now();
    entry.watch.evicted();
  }

  #engineChanged(engine: Engine): void {
    const { log } = this.#options;
    if (engine.state === 'here') {
      log?.info({ rtpengine: engine.ng.name }, 'rtpengine answers');
      void this.#warnIfOld(engine);
      return;
    }
    const calls = [...this.#calls.values()].filter(({ home }) => home?.engine === engine);
    log?.warn({ rtpengine: engine.ng.name, calls: calls.length }, 'rtpengine is out of reach');
    for (const entry of calls) this.#evict(entry);
  }

  /** ng does not tell a version; what one can do does. */
  async #warnIfOld(engine: Engine): Promise<void> {
    if (await canBundle(engine.ng, isIPv6(this.#options.address)).catch(() => true)) return;
    this.#options.log?.warn(
      { rtpengine: engine.ng.name },
      'rtpengine is older than mr14.0: no picture; make sure that it is mr13.4.1.1 or newer (CVE-2025-53399)',
    );
  }

  #tick(): void {
    const now = performance.now();
    const { tickMs = 1000, lookMs = 5000, homelessMs = 10_000 } = this.#options;
    void this.fleet.pingAll();
    const due: Call[] = [];
    for (const entry of this.#calls.values()) {
      if (!entry.home) {
        const nowhere = !this.fleet.someoneIsHere() && now - entry.homelessSince > homelessMs;
        if (nowhere) entry.watch.fail('no rtpengine is left');
      } else if (!entry.looking && now - entry.lookedAt >= (entry.watch.urgent ? tickMs : lookMs) - 1) {
        due.push(entry);
      }
    }
    due.sort((one, other) => one.lookedAt - other.lookedAt);
    for (const entry of due.slice(0, maxLooks)) void this.#look(entry, now);
  }

  async #look(entry: Call, now: number): Promise<void> {
    const { home } = entry;
    if (!home || home.engine.state === 'away') return;
    entry.looking = true;
    entry.lookedAt = now;
    try {
      const reply = await home.engine.ng.ask('query', { 'call-id': home.name });
      if (entry.home !== home) return;
      entry.tally.take(reply, performance.now());
      entry.watch.saw(performance.now(), entry.tally);
    } catch (error) {
      // It was ended there, or rtpengine was started anew.
      if (error instanceof NgError && error.kind === 'error' && entry.home === home) this.#evict(entry);
    } finally {
      entry.looking = false;
    }
  }

  #emit(event: MediaEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
