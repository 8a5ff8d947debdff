// One INVITE to one server of the destination's domain (UAC side): sent, answered or refused, abandoned.

import type { Dialog, SipError, default as Srf, SrfRequest, SrfResponse } from 'drachtio-srf';
import type { Outcome as TargetOutcome } from '../resolver/failover.ts';
import type { Target } from '../resolver/target.ts';
import { type Cause, cause } from './cause.ts';
import type { Destination } from './directory.ts';
import { nextHop } from './next-hop.ts';
import { pbxCause } from './pbx-cause.ts';
import { spokenBy, type Tried, transportCause, triedAt } from './transport-cause.ts';

export type InviteResult =
  | { readonly type: 'answered'; readonly dialog: Dialog }
  /** `speaks`: what the refusal says of the server, for failover to judge. */
  | { readonly type: 'refused'; readonly cause: Cause; readonly speaks: TargetOutcome }
  | { readonly type: 'abandoned' };

/** What is known of the engine that sends it. */
export interface Sending {
  /** How long a server may say nothing. */
  readonly answerSeconds: number;
  /** It names no source for the responses that it makes itself; a drachtio-server is not known to. */
  readonly tellsSource: boolean;
}

export class PbxInvite {
  readonly target: Target;
  /** As a sentence about a failure names it. */
  readonly tried: Tried;
  readonly result: Promise<InviteResult>;
  readonly #tellsSource: boolean;
  #sent: SrfRequest | undefined;
  readonly #sentAt = performance.now();
  #heard = false;
  #rang = false;
  #abandoned = false;
  #settled = false;

  constructor(
    srf: Srf,
    destination: Destination,
    target: Target,
    headers: Record<string, string>,
    offer: string,
    sending: Sending,
    onProvisional: (response: SrfResponse) => void,
  ) {
    this.target = target;
    this.tried = triedAt(target, destination, offer, sending.answerSeconds);
    this.#tellsSource = sending.tellsSource;
    const dialog = srf.createUAC(
      destination.uri,
      { proxy: nextHop(target), localSdp: offer, headers },
      {
        cbRequest: (error, sent) => {
          if (error || !sent) return;
          this.#sent = sent;
          if (this.#abandoned) this.#cancel();
        },
        cbProvisional: response => {
          this.#heard = true;
          this.#rang ||= response.status >= 180;
          if (!this.#abandoned) onProvisional(response);
        },
      },
    );
    this.result = dialog.then(
      established => this.#answered(established),
      (error: unknown) => this.#refused(error),
    );
  }

  /** Gives this server up: CANCEL, and should its answer cross that, ACK and BYE. */
  abandon(): void {
    if (this.#abandoned || this.#settled) return;
    this.#abandoned = true;
    this.#cancel();
  }

  #answered(dialog: Dialog): InviteResult {
    this.#settled = true;
    if (!this.#abandoned) return { type: 'answered', dialog };
    // drachtio-srf has sent the ACK; RFC 3261 15: the dialog is ours to end.
    dialog.destroy().catch(() => {});
    return { type: 'abandoned' };
  }

  /** Whether it has said anything yet. A 100 is not handed on, but a server that said nothing is given up by Timer B. */
  get heard(): boolean {
    return this.#heard || performance.now() - this.#sentAt > this.tried.seconds * 1000;
  }

  #refused(error: unknown): InviteResult {
    this.#settled = true;
    if (this.#abandoned) return { type: 'abandoned' };
    const { tried } = this;
    // What is no SipError comes from the engine itself: the request could not be sent at all.
    if (!isSipError(error)) {
      const detail = error instanceof Error ? error.message : 'the SIP engine refuses it';
      return failed(cause('transport-failed', { ...tried, detail }), { kind: 'unreachable' });
    }
    const { status, res } = error;
    const reason = res?.get('Reason');
    const ofServer = this.#tellsSource ? Boolean(res?.source_address) : this.#heard || status !== 408;
    if (!ofServer && status === 408) {
      const unreadable = reason?.includes('EUNREADABLE');
      return failed(unreadable ? transportCause(reason, tried) : cause('pbx-silent', tried), {
        kind: 'silent',
      });
    }
    // A drachtio-server says 503 for a way that failed, and so may the PBX itself.
    const engines = this.#tellsSource ? !ofServer : !res?.source_address && !this.#heard;
    if (engines && status === 503) {
      const why = transportCause(reason, tried);
      return failed(why, spokenBy(why));
    }
    return failed(pbxCause(status, res, tried, this.#rang), { kind: 'response', status });
  }

  #cancel(): void {
    try {
      this.#sent?.cancel({}, () => {});
    } catch {
      // drachtio-srf fails an assertion when there is no connection: an engine that is gone rings nobody.
    }
  }
}

function failed(why: Cause, speaks: TargetOutcome): InviteResult {
  return { type: 'refused', cause: why, speaks };
}

function isSipError(error: unknown): error is SipError {
  return error instanceof Error && typeof (error as { status?: unknown }).status === 'number';
}
