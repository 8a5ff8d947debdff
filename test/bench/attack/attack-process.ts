// Runs attacks in a separate process, so that the attackers' work does not delay the good callers' timers.
// Arguments: the names of the attacks and the targets, as JSON; milliseconds. Sends the number of attempts of
// each attack, or the reason why it could not run.

import { attacks } from './attacks.ts';
import type { Targets } from './targets.ts';

export type AttackAttempts = Readonly<Record<string, number | string>>;

const [names = '[]', targets = '{}', ms = '0'] = process.argv.slice(2);
const attempts: Record<string, number | string> = {};
await Promise.all(
  (JSON.parse(names) as string[]).map(async (name, index) => {
    const attack = attacks[name]!;
    await attack(JSON.parse(targets) as Targets, `127.0.66.${index + 1}`, Number(ms)).then(
      made => {
        attempts[name] = made;
      },
      (error: Error) => {
        attempts[name] = error.message;
      },
    );
  }),
);
process.send?.(attempts satisfies AttackAttempts, () => process.exit(0));
