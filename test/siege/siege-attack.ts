// What an attack of the siege is given, and where its sockets come from: addresses of its own on loopback, for
// the gateway tells visitors apart by their address.

import type { Targets } from '../bench/attack/targets.ts';
import type { Tally } from './tally.ts';

export interface SiegeTargets extends Targets {
  readonly sipAddress: string;
  /** TCP port of the SIP engine; undefined where it is not known. */
  readonly sipTcp: number | undefined;
  readonly hostilePbx: { readonly address: string; readonly port: number };
  /** Domain that attackers and victims call; the good calls go to another. */
  readonly domain: string;
  /** Path of the largest file that the gateway serves. */
  readonly largestFile: string;
  /** A person with a card, a picture and a photo: user@domain. */
  readonly card: string;
}

export interface Scene {
  readonly targets: SiegeTargets;
  readonly tally: Tally;
  /** For how long, and how often a second. */
  readonly ms: number;
  readonly perSecond: number;
  /** Another address of this attack's own. */
  address(): string;
}

export type SiegeAttack = (scene: Scene) => Promise<void>;

/** Families are processes; each attack has 20 * 250 addresses, used in turn. */
export function addressesOf(family: number, attack: number): () => string {
  let next = 0;
  return () => {
    const index = next++ % (20 * 250);
    return `127.${230 + family}.${attack * 20 + Math.floor(index / 250)}.${(index % 250) + 1}`;
  };
}
