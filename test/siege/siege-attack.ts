// The context of an attack of the siege, and its source addresses: separate loopback addresses, because the
// gateway limits visitors by address.

import type { Targets } from '../bench/attack/targets.ts';
import type { AttackTally } from './tally.ts';

export interface SiegeTargets extends Targets {
  readonly sipAddress: string;
  /** TCP port of the SIP engine; undefined when unknown. */
  readonly sipTcp: number | undefined;
  readonly hostilePbx: { readonly address: string; readonly port: number };
  /** Domain that attackers and victims call; good calls go to another one. */
  readonly domain: string;
  /** Path of the largest file that the gateway serves. */
  readonly largestFile: string;
  /** A callee with a card, a picture and a photo: user@domain. */
  readonly card: string;
}

export interface AttackContext {
  readonly targets: SiegeTargets;
  readonly tally: AttackTally;
  /** The duration, and the rate a second. */
  readonly ms: number;
  readonly perSecond: number;
  /** Returns another address of this attack. */
  address(): string;
}

export type SiegeAttack = (scene: AttackContext) => Promise<void>;

/** Each family is a process; each attack has 20 * 250 addresses, used in turn. */
export function addressesOf(family: number, attack: number): () => string {
  let next = 0;
  return () => {
    const index = next++ % (20 * 250);
    return `127.${230 + family}.${attack * 20 + Math.floor(index / 250)}.${(index % 250) + 1}`;
  };
}
