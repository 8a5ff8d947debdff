// Walks the servers of a domain until one takes the call (RFC 3263 4.3). Never touches the list it walks.

import type { Dialog } from 'drachtio-srf';
import type { Outcome as TargetOutcome } from '../resolver/failover.ts';
import type { Target } from '../resolver/target.ts';
import type { Cause } from './cause.ts';
import type { PbxInvite } from './pbx-invite.ts';

export type HuntResult =
  | { readonly type: 'answered'; readonly dialog: Dialog; readonly target: Target; readonly offer: string }
  /** The final refusal: of a person, or of the best server where all of them failed. */
  | { readonly type: 'refused'; readonly attempts: readonly Attempt[]; readonly decisive: Attempt }
  | { readonly type: 'abandoned' };

/** A server that was tried in vain. */
export interface Attempt {
  readonly target: Target;
  readonly cause: Cause;
}

/** Notes what became of an attempt; true when the next server is worth trying. */
export type Judge = (target: Target, outcome: TargetOutcome) => boolean;

export class Hunt {
  readonly #targets: AsyncIterable<Target> | Iterable<Target>;
  readonly #offer: (target: Target) => Promise<string>;
  readonly #invite: (target: Target, offer: string) => PbxInvite;
  readonly #judge: Judge;
  #current: PbxInvite | undefined;
  #abandoned = false;

  /**
   * @param targets best first, at least one; later ones may become known while earlier ones are tried
   * @param offer tells the offer for one of them: which of our addresses it has depends on where the server is
   * @param invite sends the INVITE to one of them
   * @param judge hears of every attempt; tells a server's failure from a person's refusal
   */
  constructor(
    targets: AsyncIterable<Target> | Iterable<Target>,
    offer: (target: Target) => Promise<string>,
    invite: (target: Target, offer: string) => PbxInvite,
    judge: Judge,
  ) {
    this.#targets = targets;
    this.#offer = offer;
    this.#invite = invite;
    this.#judge = judge;
  }

  async run(): Promise<HuntResult> {
    const attempts: Attempt[] = [];
    for await (const target of this.#targets) {
      if (this.#abandoned) break;
      const offer = await this.#offer(target);
      if (this.#abandoned) break;
      this.#current = this.#invite(target, offer);
      const result = await this.#current.result;
      if (result.type === 'answered') {
        this.#judge(target, { kind: 'response', status: 200 });
        return { ...result, target, offer };
      }
      if (result.type === 'abandoned') return result;
      const attempt = { target, cause: result.cause };
      attempts.push(attempt);
      if (!this.#judge(target, result.speaks)) return { type: 'refused', attempts, decisive: attempt };
    }
    const [best] = attempts;
    return this.#abandoned || !best ? { type: 'abandoned' } : { type: 'refused', attempts, decisive: best };
  }

  /** The server that is being tried. */
  get current(): PbxInvite | undefined {
    return this.#current;
  }

  abandon(): void {
    this.#abandoned = true;
    this.#current?.abandon();
  }
}
