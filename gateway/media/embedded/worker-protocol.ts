// The messages between the main thread and a media worker. Plain data only, because messages are copied
// between threads. Negotiation runs on the main thread. A worker gets the result as a whole plan and finds
// the changes itself.

import type { MediaEvent, MediaReport } from '../relay.ts';
import type { EchoPlan, Fingerprint, IceCredentials, LinePlan } from '../sdp/plan.ts';

export interface WorkerSettings {
  /** Addresses; the ports are the same on each. */
  readonly listen: readonly string[];
  readonly browser: { readonly port: number };
  /** `ports`: first and last, both included; pairs start at even ports. */
  readonly pbx: {
    readonly ports: readonly [number, number];
    /** Networks of PBXs behind NAT. */
    readonly networks: readonly string[];
  };
  readonly certPem: string;
  readonly keyPem: string;
  readonly silentAfterMs: number;
  readonly drainMs: number;
  readonly keepAliveMs: number;
  readonly oneWayMs: number;
  readonly consentMs: number;
  readonly connectMs: number;
  /** A browser's TCP connection without a valid check is closed after this time. */
  readonly proofMs: number;
}

export interface BrowserPlan {
  readonly local: IceCredentials;
  readonly remoteUfrag: string;
  readonly fingerprint: Fingerprint;
}

export interface CallPlan {
  readonly call: string;
  readonly browser: BrowserPlan;
  readonly lines: readonly LinePlan[];
  /** The index of the address that the lines have their ports on. */
  readonly at: number;
  /** Set instead of lines: the relay returns the browser's audio to it. */
  readonly echo?: EchoPlan;
}

export interface WorkerCounts {
  readonly calls: number;
  readonly ports: number;
  readonly draining: number;
  /** TCP connections of browsers. */
  readonly connections: number;
  /** Datagrams from the browsers' side that match no call. */
  readonly unmatched: number;
}

export type WorkerRequest =
  /**
   * Makes the call have ports for exactly these lines, on the address of that index. Lines that carry media
   * on another address keep those ports until a plan is applied. Answered by RTP ports in the same order. The first request begins the call, which the worker ends after `longestMs`.
   */
  | {
      readonly op: 'ports';
      readonly call: string;
      readonly lines: readonly number[];
      readonly at: number;
      readonly longestMs: number;
    }
  | { readonly op: 'apply'; readonly plan: CallPlan }
  /** The callee has answered. */
  | { readonly op: 'established'; readonly call: string }
  /** Requests a full video frame from the browser. */
  | { readonly op: 'picture'; readonly call: string }
  | { readonly op: 'close'; readonly call: string }
  | { readonly op: 'counts' }
  | { readonly op: 'shutdown' };

export interface WorkerReplies {
  readonly ports: readonly number[];
  readonly apply: null;
  readonly established: null;
  /** Whether there is a browser that sends video. */
  readonly picture: boolean;
  readonly close: MediaReport | null;
  readonly counts: WorkerCounts;
  readonly shutdown: null;
}

/** Where browsers reach a worker on one address. */
export interface BrowserPorts {
  readonly udp: number;
  readonly tcp: number;
}

export type ToWorker = { readonly id: number; readonly request: WorkerRequest };

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export type FromWorker =
  | { readonly type: 'ready'; readonly ports: readonly BrowserPorts[] }
  | { readonly type: 'reply'; readonly id: number; readonly value: WorkerReplies[keyof WorkerReplies] }
  | { readonly type: 'refusal'; readonly id: number; readonly message: string; readonly status: 503 }
  | { readonly type: 'event'; readonly event: MediaEvent }
  | { readonly type: 'log'; readonly level: LogLevel; readonly fields: object; readonly message: string };
