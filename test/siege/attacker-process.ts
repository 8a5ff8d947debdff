// One family of attacks in a separate process. Arguments: the family, the names of its attacks, the targets,
// the milliseconds and the pace, as JSON. Sends the tallies every few seconds, and once more at the end.

import { families } from './attacks/index.ts';
import { addressesOf, type SiegeTargets } from './siege-attack.ts';
import { AttackTally, type Tallied } from './tally.ts';

export interface Orders {
  readonly family: string;
  readonly names: readonly string[];
  readonly targets: SiegeTargets;
  readonly ms: number;
  readonly pace: number;
}

export type FromAttacker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'tallies' | 'done'; readonly tallies: Readonly<Record<string, Tallied>> };

const TELL_EVERY_MS = 2_000;

const orders = JSON.parse(process.argv[2] ?? '{}') as Orders;
const index = families.findIndex(({ name }) => name === orders.family);
const family = families[index];
if (!family) throw new Error(`there is no family ${orders.family}`);
const tallies = new Map<string, AttackTally>();
const tell = (kind: 'tallies' | 'done', told = () => {}) => {
  const report = Object.fromEntries([...tallies].map(([name, tally]) => [name, tally.report]));
  process.send?.({ kind, tallies: report } satisfies FromAttacker, told);
};
process.on('disconnect', () => process.exit(0));
// The parent may have ended while this process was starting.
if (!process.connected) process.exit(0);
// When the gateway dies, attackers fail too; the end of the gateway is reported elsewhere.
process.on('uncaughtException', error => {
  const own = tallies.get('(the process)') ?? new AttackTally();
  tallies.set('(the process)', own);
  own.answered(error.message.slice(0, 100));
});

await family.prepare?.(orders.targets);
process.once('message', () => void attack());
process.send?.({ kind: 'ready' } satisfies FromAttacker);

async function attack(): Promise<void> {
  const telling = setInterval(() => tell('tallies'), TELL_EVERY_MS);
  await Promise.all(
    Object.entries(family!.attacks).map(async ([name, { run, perSecond }], place) => {
      if (!orders.names.includes(name)) return;
      const tally = new AttackTally();
      tallies.set(name, tally);
      const { targets, ms, pace } = orders;
      await run({
        targets,
        tally,
        ms,
        perSecond: perSecond * pace,
        address: addressesOf(index, place),
      }).catch((error: Error) => {
        tally.failed = error.message;
      });
    }),
  );
  clearInterval(telling);
  // The hostile PBX also answers the victims of other processes, so the parent ends this process.
  tell('done');
}
