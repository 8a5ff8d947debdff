// How long a dialog lives without traffic: session timers (RFC 4028), a subscription's Expires (RFC 6665), and an upper
// limit if neither applies. Decides when to refresh and when to give up. Must not send requests itself.

import { randomInt } from 'node:crypto';
import type { SipMessage, SipRequest, SipResponse } from '../message/message.ts';
import type { Timer, Timers } from '../transaction/timers.ts';
import type { RequestDraft } from './application.ts';
import type { Dialog, DialogRole } from './dialog.ts';

/** What a session timer needs from the user agent. */
export interface SessionKeeper {
  readonly timers: Timers;
  /** Sends a request in the dialog on behalf of the engine. */
  refresh(dialog: Dialog, draft: RequestDraft): void;
  /** Removes the dialog without a request to the peer. */
  finish(dialog: Dialog): void;
  end(dialog: Dialog, reason: string): void;
}

/** RFC 4028 5, in seconds. */
const minSE = 90;
/** Limit of a dialog without an agreement, and of what a peer may ask for, in seconds: one day. */
const ceiling = 86_400;
/** 1.5 times the length of a transaction, for the last NOTIFY of a subscription, in seconds. */
const grace = 48;

const expired = 'SIP;cause=408;text="Session timer expired"';

interface Interval {
  readonly seconds: number;
  readonly refresher: DialogRole | undefined;
}

function intervalOf(message: SipMessage): Interval | undefined {
  const value = message.headers.get('Session-Expires');
  const seconds = Number(/^\s*(\d{1,10})\s*(?:;|$)/.exec(value ?? '')?.[1]);
  if (value === undefined || Number.isNaN(seconds)) return undefined;
  const refresher = /;\s*refresher\s*=\s*(ua[cs])/i.exec(value)?.[1]?.toLowerCase();
  return { seconds, refresher: refresher as DialogRole | undefined };
}

function supportsTimer(message: SipMessage): boolean {
  return message.headers.all('Supported').some(tag => tag.toLowerCase() === 'timer');
}

/** RFC 4028 9: the fields of the 422 for a request with a session interval that is too short. */
export function intervalTooSmall(request: SipRequest): RequestDraft['fields'] | undefined {
  const requestedInterval = intervalOf(request);
  if (requestedInterval === undefined || requestedInterval.seconds >= minSE || !supportsTimer(request))
    return undefined;
  return [['Min-SE', String(minSE)]];
}

/** RFC 4028 9: the session interval in our 2xx, if the request asked for one and `answer` does not set it. */
export function agreementFor(request: SipRequest, answer: SipResponse): RequestDraft['fields'] {
  const requestedInterval = intervalOf(request);
  if (
    requestedInterval === undefined ||
    requestedInterval.seconds < minSE ||
    answer.headers.has('Session-Expires')
  )
    return [];
  // Table 2: a peer without support for session timers cannot be the refresher.
  const refresher = supportsTimer(request) ? (requestedInterval.refresher ?? 'uac') : 'uas';
  const agreed = ['Session-Expires', `${requestedInterval.seconds};refresher=${refresher}`] as const;
  return refresher === 'uac' ? [agreed, ['Require', 'timer']] : [agreed];
}

export class SessionTimer {
  readonly #keeper: SessionKeeper;
  readonly #dialog: Dialog;
  #seconds = ceiling;
  /** The shortest interval that the peer accepts (RFC 4028 7.4), in seconds. */
  #minSE = minSE;
  #refresh: Timer | undefined;
  #expiry: Timer | undefined;
  /** The peer's Allow lists UPDATE, but the peer refused it. */
  #updateRefused = false;

  constructor(keeper: SessionKeeper, dialog: Dialog) {
    this.#keeper = keeper;
    this.#dialog = dialog;
  }

  /** A 2xx to an INVITE or UPDATE, in which we were `role`, begins a new interval. */
  agree(answer: SipResponse, role: DialogRole): void {
    const interval = intervalOf(answer);
    this.stop();
    if (interval === undefined) {
      this.#expireIn(ceiling);
      return;
    }
    const seconds = Math.min(Math.max(interval.seconds, minSE), ceiling);
    this.#seconds = seconds;
    // RFC 4028 9: a 2xx names the refresher. If it does not, or has another value, the client refreshes.
    if ((interval.refresher ?? 'uac') === role) this.#refreshIn((seconds / 2) * 1000);
    // RFC 4028 10: BYE "slightly before the session expiration", min(32 s, a third).
    this.#expireIn(seconds - Math.min(32, seconds / 3));
  }

  /** A 2xx to SUBSCRIBE: its Expires limits the subscription. */
  subscribe(answer: SipResponse): void {
    this.stop();
    const seconds = Number(/^\s*(\d{1,10})\s*$/.exec(answer.headers.get('Expires') ?? '3600')?.[1] ?? 3600);
    this.#expireIn(Math.min(seconds, ceiling) + grace);
  }

  /** The BYE was challenged: the dialog stays for a BYE with credentials, for the length of a transaction. */
  stayForCredentials(): void {
    const { timers } = this.#keeper;
    this.stop();
    this.#expiry = timers.start(timers.values.lifetime, onStayOver, this);
  }

  /** A refresh of this engine failed. */
  refused({ status, headers }: SipResponse): void {
    // RFC 4028 10: no answer, or no such dialog, ends the session. Other failures do not.
    if (status === 408 || status === 481) {
      this.#keeper.end(this.#dialog, expired);
      return;
    }
    if (status === 422) {
      const wanted = Number(/^\s*(\d{1,6})/.exec(headers.get('Min-SE') ?? '')?.[1]);
      this.#minSE = Math.min(Math.max(this.#minSE, wanted || minSE), ceiling);
      this.#seconds = Math.max(this.#seconds, this.#minSE);
    } else if (status !== 491) this.#updateRefused = true;
    // RFC 3261 14.1: the owner of the Call-ID waits longer.
    this.#refreshIn(this.#dialog.role === 'uac' ? randomInt(2_100, 4_000) : randomInt(0, 2_000));
  }

  stop(): void {
    this.#keeper.timers.stop(this.#refresh);
    this.#keeper.timers.stop(this.#expiry);
    this.#refresh = undefined;
    this.#expiry = undefined;
  }

  /** Called by a timer without a closure. */
  refreshNow(): void {
    const dialog = this.#dialog;
    const { outgoingInvite, incomingInvite, openOffer } = dialog;
    if (outgoingInvite !== undefined || incomingInvite !== undefined || openOffer !== undefined)
      this.#refreshIn(2_000);
    else this.#keeper.refresh(dialog, this.#draft());
  }

  expireNow(): void {
    this.#keeper.end(this.#dialog, expired);
  }

  left(): void {
    this.#keeper.finish(this.#dialog);
  }

  /** RFC 4028 7.4: an UPDATE without an offer if the peer supports UPDATE, else an INVITE with the current offer. */
  #draft(): RequestDraft {
    const { localDescription: described, peerAllowsUpdate } = this.#dialog;
    const fields: [string, string][] = [
      ['Supported', 'timer'],
      ['Session-Expires', `${this.#seconds};refresher=uac`],
      ['Min-SE', String(this.#minSE)],
    ];
    if ((peerAllowsUpdate && !this.#updateRefused) || described === undefined) {
      return { method: 'UPDATE', fields, body: Buffer.alloc(0) };
    }
    return { method: 'INVITE', fields: [...fields, ['Content-Type', described.type]], body: described.body };
  }

  #refreshIn(ms: number): void {
    this.#keeper.timers.stop(this.#refresh);
    this.#refresh = this.#keeper.timers.start(ms, onRefresh, this);
  }

  #expireIn(seconds: number): void {
    this.#expiry = this.#keeper.timers.start(seconds * 1000, onExpiry, this);
  }
}

const onRefresh = (session: SessionTimer) => session.refreshNow();
const onStayOver = (session: SessionTimer) => session.left();
const onExpiry = (session: SessionTimer) => session.expireNow();
