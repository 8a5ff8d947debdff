// Tries the servers of a domain until one accepts the call (RFC 3263 4.3). Does not change the list of servers.

import type { SrfResponse } from 'drachtio-srf';
import type { AttemptOutcome as TargetOutcome } from '../resolver/failover.ts';
import type { Target } from '../resolver/target.ts';
import { type Cause, cause } from './cause.ts';
import type { Dialog } from './dialog.ts';
import { reasonOf } from './outcome.ts';
import type { Fork, InviteResult, PbxInvite } from './pbx-invite.ts';

export type HuntResult =
  | {
      readonly type: 'answered';
      readonly dialog: Dialog;
      readonly fork: Fork;
      readonly response: SrfResponse;
      readonly target: Target;
    }
  /** The final refusal: of a person, or of the best server where all of them failed. */
  | { readonly type: 'refused'; readonly decisive: FailedAttempt }
  | { readonly type: 'abandoned' };

export interface FailedAttempt {
  readonly target: Target;
  readonly cause: Cause;
}

/** Called with the result of each attempt. Returns true when the next server is worth trying. */
export type JudgeAttempt = (target: Target, outcome: TargetOutcome, cause?: Cause) => boolean;

export interface HuntOptions {
  /** Best first, at least one; later ones may become known while earlier ones are tried. */
  readonly targets: AsyncIterable<Target> | Iterable<Target>;
  /** The offer for one of them: which of our addresses it has depends on where the server is. */
  readonly offer: (target: Target) => Promise<string>;
  /** Sends the INVITE to one of them. */
  readonly invite: (target: Target, offer: string) => PbxInvite;
  /** Separates a server's failure from a person's refusal. */
  readonly judge: JudgeAttempt;
  /** How long a server may leave it at 100 where there is another one. */
  readonly tryingMs: number;
}

export class Hunt {
  readonly #options: HuntOptions;
  readonly #targets: AsyncIterator<Target> | Iterator<Target>;
  #current: PbxInvite | undefined;
  /** The next target, where it was asked for already. */
  #next: Promise<IteratorResult<Target>> | undefined;
  #abandoned: string | undefined;
  #progressed = () => {};

  constructor(options: HuntOptions) {
    this.#options = options;
    const { targets } = options;
    this.#targets =
      Symbol.asyncIterator in targets ? targets[Symbol.asyncIterator]() : targets[Symbol.iterator]();
  }

  async run(): Promise<HuntResult> {
    const { judge } = this.#options;
    let best: FailedAttempt | undefined;
    try {
      for (;;) {
        const { value: target, done } = await this.#nextTarget();
        this.#next = undefined;
        if (done || this.#abandoned !== undefined) break;
        const result = await this.#try(target);
        if (result.type === 'abandoned') return result;
        if (result.type === 'answered') {
          judge(target, { kind: 'response', status: 200 });
          return { ...result, target };
        }
        const attempt = { target, cause: result.cause };
        best ??= attempt;
        if (!judge(target, result.speaks, result.cause)) return { type: 'refused', decisive: attempt };
      }
      if (this.#abandoned !== undefined || !best) return { type: 'abandoned' };
      return { type: 'refused', decisive: best };
    } finally {
      // Not waited for: a look-up of a further server may be under way.
      void Promise.resolve(this.#targets.return?.()).catch(() => {});
    }
  }

  /** The server that is being tried. */
  get current(): PbxInvite | undefined {
    return this.#current;
  }

  /** The server that is being tried has sent 18x: it is waited for. */
  progressed(): void {
    this.#progressed();
  }

  /** @param reason of the CANCEL, or of the BYE where an answer crosses that */
  abandon(reason: string): void {
    this.#abandoned = reason;
    this.#current?.abandon(reason);
  }

  async #try(target: Target): Promise<InviteResult> {
    const offer = await this.#options.offer(target);
    if (this.#abandoned !== undefined) return { type: 'abandoned' };
    const invite = this.#options.invite(target, offer);
    this.#current = invite;
    const passedOver = new Promise<InviteResult>(resolve => {
      const timer = setTimeout(() => void this.#passOver(invite, resolve), this.#options.tryingMs);
      this.#progressed = () => clearTimeout(timer);
      const settled = () => clearTimeout(timer);
      void invite.result.then(settled);
    });
    return await Promise.race([invite.result, passedOver]);
  }

  /** Cancels a server that has left it at 100, once there is another; the last one is waited for. */
  async #passOver(invite: PbxInvite, gone: (result: InviteResult) => void): Promise<void> {
    try {
      const { done } = await this.#nextTarget();
      if (done || invite.heard || this.#abandoned !== undefined || this.#current !== invite) return;
    } catch {
      // What DNS says at last is met where the next server is wanted.
      return;
    }
    const seconds = this.#options.tryingMs / 1000;
    gone({
      type: 'refused',
      cause: cause('pbx-slow', { ...invite.tried, seconds }),
      speaks: { kind: 'silent' },
    });
    invite.abandon(reasonOf(408, 'No answer in time'));
  }

  #nextTarget(): Promise<IteratorResult<Target>> {
    this.#next ??= Promise.resolve(this.#targets.next());
    return this.#next;
  }
}
