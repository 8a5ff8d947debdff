// The one state machine of a call, as its page sees it: (call, event) -> call, in one table. Here what a button needs
// by itself, how calls begin and end; what happens to them between is in call-progress.ts.
// Pure: no DOM, no JsSIP, no clock. Events are facts that somebody confirmed (the browser, the gateway, the
// visitor's click on "call"), never hopes, and an event that has no row in the present state is ignored.

import type { OneWay, Quality, Trouble } from './quality.ts';

export type CallState = 'idle' | 'preparing' | 'calling' | 'ringing' | 'in-call' | 'ended' | 'failed';

export type EndReason =
  | 'hung-up'
  | 'remote-hung-up'
  | 'cancelled'
  | 'busy'
  | 'declined'
  | 'no-answer'
  | 'not-found'
  | 'microphone-refused'
  | 'microphone-dismissed'
  | 'microphone-off'
  | 'microphone-missing'
  | 'microphone-in-use'
  | 'microphone-blocked'
  | 'elsewhere'
  | 'closed'
  | 'insecure-page'
  | 'unsupported-browser'
  | 'gateway-unreachable'
  | 'server-unreachable'
  | 'media-failed'
  | 'call-dropped'
  | 'bad-address'
  | 'failed';

/** What is asked for in mid-call, and takes a device: to be seen, and to be heard where one only listened. */
export type MediaRequest = 'camera' | 'voice';
/** By the visitor or their browser; no such device; another program has it; by the other side. */
export type DeviceRefusal = 'refused' | 'missing' | 'in-use' | 'declined';

/** One call, immutable. Times are milliseconds of `Date.now()`. */
export interface Call {
  readonly state: CallState;
  /** Present in `ended` and `failed` only. */
  readonly reason?: EndReason;
  /** The browser's question about the microphone may be open. */
  readonly asking: boolean;
  /** The microphone that this call failed for has since been allowed. */
  readonly allowed: boolean;
  /** The other side sends its own ringing or announcement, so none must be made here. */
  readonly earlyMedia: boolean;
  /** Begun to listen only: a seminar. */
  readonly listen: boolean;
  /** The microphone is sent, or is going to be. */
  readonly speaks: boolean;
  /** The camera is sent. */
  readonly camera: boolean;
  /** The other side takes keys of a telephone, as far as is known. */
  readonly digits: boolean;
  /** Asked for, and neither granted nor refused yet. */
  readonly wish?: MediaRequest;
  /** Why the last wish did not come true. */
  readonly refusal?: `${MediaRequest}-${DeviceRefusal}`;
  readonly muted: boolean;
  /** By the visitor, and agreed by the other side. */
  readonly held: boolean;
  readonly heldByThem: boolean;
  /** The other side did not agree to the last wish to hold or to resume. */
  readonly holdRefused: boolean;
  readonly quality?: Quality;
  readonly trouble?: Trouble;
  /** The gateway says that sound goes one way only. */
  readonly oneWay?: OneWay;
  /** The way to the gateway is lost in mid-call; the sound is not. */
  readonly signallingLost: boolean;
  /** Nothing is heard on either side, and a way for it is being looked for. */
  readonly mediaLost: boolean;
  readonly answeredAt?: number;
  readonly endedAt?: number;
}

export type CallEvent =
  | { type: 'requested'; listen?: boolean }
  | { type: 'device-asked' }
  | { type: 'device-granted'; camera?: boolean }
  | { type: 'device-allowed' }
  | { type: 'invited' }
  | { type: 'rang'; earlyMedia: boolean }
  | { type: 'answered'; digits?: boolean; at: number }
  | { type: 'muted'; on: boolean }
  | { type: 'held'; on: boolean }
  | { type: 'held-by-them'; on: boolean }
  | { type: 'hold-refused' }
  | { type: 'wished'; wish: MediaRequest }
  | { type: 'granted'; wish: MediaRequest; on: boolean }
  | { type: 'wish-refused'; wish: MediaRequest; why: DeviceRefusal }
  | { type: 'judged'; quality?: Quality; trouble?: Trouble }
  | { type: 'one-way'; missing?: OneWay }
  | { type: 'signalling-lost' }
  | { type: 'signalling-restored' }
  | { type: 'media-lost' }
  | { type: 'media-restored' }
  | { type: 'ended'; reason: EndReason; at: number }
  | { type: 'dismissed' };

export type Step<T extends CallEvent['type']> = (call: Call, event: Extract<CallEvent, { type: T }>) => Call;
type Row = { [T in CallEvent['type']]?: Step<T> };
export type Rows = { readonly [state in CallState]?: Row };

export const idle: Call = {
  state: 'idle',
  asking: false,
  allowed: false,
  earlyMedia: false,
  listen: false,
  speaks: true,
  camera: false,
  digits: true,
  muted: false,
  held: false,
  heldByThem: false,
  holdRefused: false,
  signallingLost: false,
  mediaLost: false,
};

/** People decided these; everything else is something that broke. */
const decided: ReadonlySet<EndReason> = new Set<EndReason>([
  'hung-up',
  'remote-hung-up',
  'cancelled',
  'busy',
  'declined',
  'no-answer',
  'closed',
]);

const request: Step<'requested'> = (_, { listen = false }) => ({
  ...idle,
  state: 'preparing',
  listen,
  speaks: !listen,
});
const dismiss: Step<'dismissed'> = () => idle;
const end: Step<'ended'> = (call, { reason, at }) => ({
  ...idle,
  state: decided.has(reason) ? 'ended' : 'failed',
  reason,
  answeredAt: call.answeredAt,
  endedAt: at,
});

const table: Readonly<Record<CallState, Row>> = {
  idle: {
    requested: request,
    // Only a fault of the page itself, or a closed door, can end a call that nobody has begun.
    ended: (call, event) =>
      event.reason === 'bad-address' || event.reason === 'closed' ? end(call, event) : call,
  },
  preparing: { ended: end },
  calling: { ended: end },
  ringing: { ended: end },
  'in-call': { ended: end },
  ended: { requested: request, dismissed: dismiss },
  failed: { requested: request, dismissed: dismiss },
};

/**
 * The call after the event; the very same object when the event means nothing in this state. `progress` has the rest
 * of the table, and comes with the parts that confirm such facts.
 */
export function reduce(call: Call, event: CallEvent, progress: Rows | undefined): Call {
  const { state } = call;
  const step = (table[state][event.type] ?? progress?.[state]?.[event.type]) as
    | Step<typeof event.type>
    | undefined;
  return step ? step(call, event as never) : call;
}

/** A call is being made or is on: another must wait. */
export function isActive({ state }: Call): boolean {
  return state !== 'idle' && state !== 'ended' && state !== 'failed';
}
