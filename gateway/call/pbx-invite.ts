// One INVITE to one server of the destination's domain (UAC side): sent, heard of, abandoned.

import type { Dialog, SipError, default as Srf, SrfRequest, SrfResponse } from 'drachtio-srf';
import type { Outcome as TargetOutcome } from '../resolver/failover.ts';
import type { Target } from '../resolver/target.ts';
import type { Destination } from './directory.ts';
import { nextHop } from './next-hop.ts';

export type InviteResult =
  | { readonly type: 'answered'; readonly dialog: Dialog }
  /** `speaks`: what the refusal says of the server, for failover to judge. */
  | { readonly type: 'refused'; readonly status: number; readonly speaks: TargetOutcome }
  | { readonly type: 'abandoned' };

export class PbxInvite {
  readonly target: Target;
  readonly result: Promise<InviteResult>;
  #sent: SrfRequest | undefined;
  #heard = false;
  #abandoned = false;
  #settled = false;

  constructor(
    srf: Srf,
    destination: Destination,
    target: Target,
    headers: Record<string, string>,
    offer: string,
    onProvisional: (response: SrfResponse) => void,
  ) {
    this.target = target;
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

  #refused(error: unknown): InviteResult {
    this.#settled = true;
    if (this.#abandoned) return { type: 'abandoned' };
    // What is no SipError comes from the engine itself: the request could not be sent at all.
    if (!isSipError(error)) return { type: 'refused', status: 503, speaks: { kind: 'unreachable' } };
    // A server that is there says 100 or 180 long before it could say 408: this one is the engine's Timer B.
    const silent = error.status === 408 && !this.#heard;
    const speaks = silent ? { kind: 'silent' as const } : { kind: 'response' as const, status: error.status };
    return { type: 'refused', status: silent ? 503 : error.status, speaks };
  }

  #cancel(): void {
    try {
      this.#sent?.cancel({}, () => {});
    } catch {
      // drachtio-srf fails an assertion when there is no connection: an engine that is gone rings nobody.
    }
  }
}

function isSipError(error: unknown): error is SipError {
  return error instanceof Error && typeof (error as { status?: unknown }).status === 'number';
}
