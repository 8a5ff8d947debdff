// The stream of call events. A call emits; records, quarantine and reachability subscribe. A call does not depend on
// any subscriber: a listener that throws is counted and logged, and the call goes on.

import type { Leg, MediaReport, OneWayCause } from '../media/relay.ts';
import { Faults } from '../observe/faults.ts';
import type { Log } from '../observe/log.ts';
import type { AttemptOutcome } from '../resolver/failover.ts';
import type { Target } from '../resolver/target.ts';
import type { Cause } from './cause.ts';
import type { Ending, Outcome } from './outcome.ts';
import type { PageContext } from './page-context.ts';

/** A point in time on two clocks. */
export interface Moment {
  /** Monotonic milliseconds: for durations. */
  readonly at: number;
  /** Milliseconds since 1970: for dates. */
  readonly time: number;
}

/** The call that an event belongs to. */
export interface CallIdentity {
  readonly call: string;
  /** The domain of the site. */
  readonly site: string;
  /** The user part of the called address. */
  readonly user: string;
}

/**
 * `received` comes first. `refused` or `ended` comes last, and exactly one of them. A server is named as
 * `udp:192.0.2.10:5060`.
 */
export type CallEventDetails =
  | {
      readonly type: 'received';
      readonly address: string;
      readonly origin: string;
      readonly context: PageContext;
    }
  /** The gateway did not set the call up. */
  | { readonly type: 'refused'; readonly outcome: Outcome }
  /** DNS has answered; the servers are tried now. */
  | { readonly type: 'resolved' }
  /** The attempt at one server of the domain is over. `cause`: why it failed. */
  | {
      readonly type: 'attempted';
      readonly target: Target;
      readonly server: string;
      readonly outcome: AttemptOutcome;
      readonly cause: Cause | undefined;
    }
  /** The first 18x of the PBX. */
  | { readonly type: 'ringing'; readonly server: string }
  /** The call is established. `server`: undefined for an echo test. */
  | { readonly type: 'answered'; readonly server: string | undefined }
  /** ICE and DTLS with the browser are complete for the first time. */
  | { readonly type: 'media-connected' }
  /** The visitor's media, or the visitor on another WebSocket, is back in an established call. */
  | { readonly type: 'reconnected'; readonly by: 'media' }
  | {
      readonly type: 'reconnected';
      readonly by: 'signalling';
      readonly address: string;
      readonly origin: string;
    }
  | {
      readonly type: 'one-way-began';
      readonly leg: Leg;
      readonly cause: OneWayCause;
      readonly forMs: number;
    }
  | { readonly type: 'one-way-ended'; readonly leg: Leg; readonly cause: OneWayCause }
  /** The moment is that of the end; the event follows when the relay has reported. */
  | {
      readonly type: 'ended';
      readonly outcome: Outcome;
      /** Why an answered call ended. */
      readonly ending: Ending | undefined;
      /** The server that sent the decisive response; undefined when none was reached. */
      readonly server: string | undefined;
      readonly media: MediaReport;
    };

export type CallEvent = CallIdentity & Moment & CallEventDetails;

export type CallEventListener = (event: CallEvent) => void;

export interface Clock {
  monotonic(): number;
  wall(): number;
}

const systemClock: Clock = { monotonic: () => performance.now(), wall: () => Date.now() };

export class CallEvents {
  readonly #listeners = new Set<CallEventListener>();
  readonly #faults: Faults;
  readonly #clock: Clock;

  constructor(log?: Log, clock = systemClock) {
    this.#faults = new Faults(log);
    this.#clock = clock;
  }

  now(): Moment {
    return { at: this.#clock.monotonic(), time: this.#clock.wall() };
  }

  /** Returns a function that ends the subscription. */
  subscribe(listener: CallEventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(identity: CallIdentity, details: CallEventDetails, moment = this.now()): void {
    const event: CallEvent = { ...identity, ...moment, ...details };
    for (const listener of this.#listeners) {
      this.#faults.contain(`call event ${event.type}`, () => listener(event));
    }
  }
}
