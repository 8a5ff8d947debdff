// The state machine of a call in its page: (call, event) -> call, in one table. This half, how calls begin and end, is
// part of the entry; the events in between are in call-progress.ts. Pure: no DOM, no JsSIP, no clock. Events are
// confirmed facts (from the browser, the gateway, the visitor's click on "call"), never expectations. An event without
// a row for the state is ignored.

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

/** Media requested during a call that need a device: the visitor's camera, and the microphone of a listener. */
export type MediaRequest = 'camera' | 'voice';
/** Refused by the visitor or their browser; no such device; used by another program; declined by the other side. */
export type DeviceRefusal = 'refused' | 'missing' | 'in-use' | 'declined';

/** One call, immutable. Times are milliseconds of `Date.now()`. */
export interface Call {
  readonly state: CallState;
  /** Present in `ended` and `failed` only. */
  readonly reason?: EndReason;
  /** The browser's question about a device may be open. */
  readonly asking: boolean;
  /** The microphone that was refused or missing is available now. */
  readonly allowed: boolean;
  /** The other side sends its own ringing or announcement, so none is played here. */
  readonly earlyMedia: boolean;
  /** Started as a listener: a seminar. */
  readonly listen: boolean;
  /** The microphone is sent, or will be sent. */
  readonly speaks: boolean;
  /** The camera is sent. */
  readonly camera: boolean;
  /** The other side accepts digits of the keypad, as far as is known. */
  readonly digits: boolean;
  /** Requested, and neither granted nor refused yet. */
  readonly requestedMedia?: MediaRequest;
  /** Why the last request was refused. */
  readonly refusal?: `${MediaRequest}-${DeviceRefusal}`;
  readonly muted: boolean;
  /** By the visitor, and accepted by the other side. */
  readonly held: boolean;
  readonly heldByThem: boolean;
  /** The other side refused the last request to hold or to resume. */
  readonly holdRefused: boolean;
  readonly quality?: Quality;
  readonly trouble?: Trouble;
  /** The gateway says that sound goes one way only. */
  readonly oneWay?: OneWay;
  /** The connection to the gateway is lost during the call; the media are not. */
  readonly signallingLost: boolean;
  /** No media arrive on either side; ICE looks for another path. */
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
  | { type: 'media-requested'; media: MediaRequest }
  | { type: 'media-granted'; media: MediaRequest; on: boolean }
  | { type: 'media-refused'; media: MediaRequest; why: DeviceRefusal }
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

/** Decided by people; every other reason is a technical failure. */
const decidedByPeople: ReadonlySet<EndReason> = new Set<EndReason>([
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
  state: decidedByPeople.has(reason) ? 'ended' : 'failed',
  reason,
  answeredAt: call.answeredAt,
  endedAt: at,
});

const table: Readonly<Record<CallState, Row>> = {
  idle: {
    requested: request,
    // Without a call, only a wrong attribute or a closed office is a reason.
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
 * The call after the event; the same object when the event is ignored in this state. `progress` is the second half of
 * the table, loaded with the code that reports its events.
 */
export function reduce(call: Call, event: CallEvent, progress: Rows | undefined): Call {
  const { state } = call;
  const step = (table[state][event.type] ?? progress?.[state]?.[event.type]) as
    | Step<typeof event.type>
    | undefined;
  return step ? step(call, event as never) : call;
}

/** A call is being set up or is established: no other call can start. */
export function isActive({ state }: Call): boolean {
  return !table[state].requested;
}
