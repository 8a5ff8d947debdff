// One INVITE to one server of the destination's domain (UAC side): sent, sent again where the server only wants other
// extensions, answered, refused or abandoned. Every fork of it is an early dialog with an offer and answer of its own.

import type { SendAck, SrfRequest, SrfResponse } from 'drachtio-srf';
import type { Destination } from '../directory/directory.ts';
import { tagOf } from '../engine/message/address.ts';
import type { AttemptOutcome as TargetOutcome } from '../resolver/failover.ts';
import type { Target } from '../resolver/target.ts';
import type { CallDependencies } from './call-dependencies.ts';
import { type Cause, cause } from './cause.ts';
import type { Dialog, DialogUser } from './dialog.ts';
import { type Extensions, extensionHeaders, extensionsAfter, ourExtensions } from './extensions.ts';
import { nextHop } from './next-hop.ts';
import { OfferAnswer } from './offer-answer.ts';
import { reasonOf } from './outcome.ts';
import { pbxCause } from './pbx-cause.ts';
import { descriptionIn } from './session-description.ts';
import { spokenBy, type Tried, transportCause, triedAt } from './transport-cause.ts';

/** An early dialog, or the one that it has become. */
export interface Fork {
  readonly offerAnswer: OfferAnswer;
}

export type InviteResult =
  | {
      readonly type: 'answered';
      readonly dialog: Dialog;
      readonly fork: Fork;
      readonly response: SrfResponse;
    }
  /** `speaks`: what the refusal says of the server, for failover to judge. */
  | { readonly type: 'refused'; readonly cause: Cause; readonly speaks: TargetOutcome }
  | { readonly type: 'abandoned' };

export interface PbxInviteUser extends Pick<DialogUser, 'ended'> {
  /** A provisional response from 101 up; `news` when it describes the session otherwise than before. */
  progressed(response: SrfResponse, fork: Fork, news: boolean): void;
  /** A request in the early dialog of `fork`, or in the dialog that it has become. */
  requested(request: SrfRequest, response: SrfResponse, fork: Fork): unknown;
}

/** INVITEs to one server, each for another refusal of an extension. */
const MOST_ATTEMPTS = 4;
/** More forks than any proxy makes. */
const MOST_FORKS = 16;

type Dependencies = Pick<CallDependencies, 'srf' | 'dialogs' | 'limits' | 'tellsSource'>;

/** RFC 3261 9.1: an INVITE without a final response is over 64*T1 after its CANCEL. */
const CANCELLED_MS = 32_000;

export class PbxInvite {
  readonly target: Target;
  /** As a sentence about a failure names it. */
  readonly tried: Tried;
  readonly result: Promise<InviteResult>;
  readonly #dependencies: Dependencies;
  readonly #uri: string;
  readonly #headers: Record<string, string>;
  readonly #offer: string;
  readonly #user: PbxInviteUser;
  readonly #forks = new Map<string, Fork>();
  #settle!: (result: InviteResult) => void;
  #extensions: Extensions = ourExtensions;
  #attempts = 0;
  #sent: SrfRequest | undefined;
  #dialog: Dialog | undefined;
  readonly #sentAt = performance.now();
  #heard = false;
  #rang = false;
  #abandoned: string | undefined;
  #settled = false;

  constructor(
    dependencies: Dependencies,
    destination: Destination,
    target: Target,
    headers: Record<string, string>,
    offer: string,
    user: PbxInviteUser,
  ) {
    this.target = target;
    this.tried = triedAt(target, destination, offer, dependencies.limits.responseSeconds);
    this.#dependencies = dependencies;
    this.#uri = destination.uri;
    this.#headers = headers;
    this.#offer = offer;
    this.#user = user;
    this.result = new Promise(resolve => {
      this.#settle = resolve;
    });
    this.#send();
  }

  /** The callee has been heard of: 18x. */
  get heard(): boolean {
    return this.#heard;
  }

  /** Whether the server is there. A 100 is not handed on, but a server that says nothing is given up by Timer B. */
  get isThere(): boolean {
    return this.#heard || performance.now() - this.#sentAt > this.tried.seconds * 1000;
  }

  /** Gives this server up: CANCEL with this reason and, should its answer cross that, ACK and BYE. */
  abandon(reason: string): void {
    if (this.#abandoned !== undefined || this.#settled) return;
    this.#abandoned = reason;
    this.#cancel();
    // No final response arrives from an engine that is gone.
    setTimeout(() => this.#dissolve(), CANCELLED_MS).unref();
    // Later responses are handled here; the hunt does not wait for them.
    this.#settle({ type: 'abandoned' });
  }

  #send(): void {
    this.#attempts++;
    const headers = { ...this.#headers, ...extensionHeaders(this.#extensions), ...this.#identity() };
    const options = { method: 'INVITE', proxy: nextHop(this.target), headers, body: this.#offer };
    try {
      this.#dependencies.srf.request(this.#uri, options, (error, sent) => {
        if (error || !sent) {
          this.#unsent();
          return;
        }
        this.#sent = sent;
        sent.on('response', (response, acknowledge) => this.#responded(response, acknowledge));
        if (this.#abandoned !== undefined) this.#cancel();
      });
    } catch {
      // drachtio-srf fails an assertion when there is no connection.
      this.#unsent();
    }
  }

  /** RFC 3261 8.1.3.5: another attempt has the Call-ID and From of the first, and the next CSeq. */
  #identity(): Record<string, string> {
    const before = this.#sent;
    const [callId, from] = [before?.get('Call-ID'), before?.get('From')];
    const number = Number.parseInt(before?.get('CSeq') ?? '', 10);
    if (!callId || !from || Number.isNaN(number)) return {};
    return { 'Call-ID': callId, From: from, CSeq: `${number + 1} INVITE` };
  }

  #responded(response: SrfResponse, acknowledge: SendAck): void {
    if (response.status < 200) this.#progressed(response, acknowledge);
    else if (response.status < 300) this.#answered(response, acknowledge);
    else this.#refused(response);
  }

  #progressed(response: SrfResponse, acknowledge: SendAck): void {
    if (response.status === 100) return;
    this.#heard = true;
    this.#rang ||= response.status >= 180;
    const { fork, news } = this.#heed(response);
    this.#open(response);
    if (response.has('RSeq')) {
      // All forks have one dialog at the engine: the tag tells them apart.
      acknowledge({ headers: { To: response.get('To') ?? '' } });
    }
    if (this.#abandoned === undefined) this.#user.progressed(response, fork, news);
  }

  #answered(response: SrfResponse, acknowledge: SendAck): void {
    acknowledge();
    const { fork } = this.#heed(response);
    const dialog = this.#open(response);
    this.#settled = true;
    if (this.#abandoned === undefined) this.#settle({ type: 'answered', dialog, fork, response });
    // RFC 3261 15: it is acknowledged, so the dialog is ours to end.
    else void dialog.end({ Reason: this.#abandoned });
  }

  #refused(response: SrfResponse): void {
    this.#dissolve();
    this.#forks.clear();
    const extensions = extensionsAfter(this.#extensions, response);
    if (extensions && this.#abandoned === undefined && this.#attempts < MOST_ATTEMPTS) {
      this.#extensions = extensions;
      this.#send();
      return;
    }
    this.#settled = true;
    this.#settle(this.#judged(response));
  }

  #dissolve(): void {
    this.#dialog?.dissolve();
    this.#dialog = undefined;
  }

  #judged(response: SrfResponse): InviteResult {
    const { tried } = this;
    const { tellsSource } = this.#dependencies;
    const { status } = response;
    const reason = response.get('Reason');
    const ofServer = tellsSource ? Boolean(response.source_address) : this.#heard || status !== 408;
    // A server that is there says 100 or 180 long before it could say 408: this one is the engine's Timer B.
    if (!ofServer && status === 408) {
      const unreadable = reason?.includes('EUNREADABLE');
      const why = unreadable ? transportCause(reason, tried) : cause('pbx-silent', tried);
      return failed(why, { kind: 'silent' });
    }
    // A drachtio-server says 503 where the request did not get there, and so may the PBX itself.
    const ofEngine = tellsSource ? !ofServer : !response.source_address && !this.#heard;
    if (ofEngine && status === 503) {
      const why = transportCause(reason, tried);
      return failed(why, spokenBy(why));
    }
    const speaks: TargetOutcome = { kind: 'response', status, retryAfterSeconds: retryAfter(response) };
    return failed(pbxCause(status, response, tried, this.#rang), speaks);
  }

  /** The request could not be sent at all. */
  #unsent(): void {
    this.#settled = true;
    const detail = 'the SIP engine refuses it';
    this.#settle(failed(cause('transport-failed', { ...this.tried, detail }), { kind: 'unreachable' }));
  }

  /** What a response says of the session, in its fork. */
  #heed(response: SrfResponse): { fork: Fork; news: boolean } {
    const fork = this.#fork(response.get('To'));
    const { offerAnswer } = fork;
    const before = offerAnswer.theirs;
    const { status } = response;
    const reliable = response.has('RSeq');
    offerAnswer.responded({ status, reliable, description: descriptionIn(response) });
    return { fork, news: offerAnswer.theirs !== before };
  }

  #fork(to: string | undefined): Fork {
    const tag = tagOf(to ?? '') ?? '';
    const known = this.#forks.get(tag);
    if (known) return known;
    const fork = { offerAnswer: new OfferAnswer('offered') };
    if (this.#forks.size < MOST_FORKS) this.#forks.set(tag, fork);
    return fork;
  }

  #open(response: SrfResponse): Dialog {
    this.#dialog ??= this.#dependencies.dialogs.open(response.stackDialogId, this.#sent?.socket, {
      requested: (request, answer) => this.#requested(request, answer),
      ended: () => {
        if (this.#abandoned === undefined) this.#user.ended();
      },
    });
    return this.#dialog;
  }

  #requested(request: SrfRequest, response: SrfResponse): unknown {
    if (this.#abandoned === undefined)
      return this.#user.requested(request, response, this.#fork(request.get('From')));
    return request.method === 'ACK' ? undefined : response.send(481);
  }

  #cancel(): void {
    try {
      this.#sent?.cancel(
        { headers: { Reason: this.#abandoned ?? reasonOf(487, 'Request Terminated') } },
        () => {},
      );
    } catch {
      // drachtio-srf fails an assertion when there is no connection. Without an engine no telephone rings.
    }
  }
}

function failed(why: Cause, speaks: TargetOutcome): InviteResult {
  return { type: 'refused', cause: why, speaks };
}

/** RFC 3261 20.33. */
function retryAfter(response: SrfResponse): number | undefined {
  const seconds = /^\s*(\d{1,9})/.exec(response.get('Retry-After') ?? '')?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}
