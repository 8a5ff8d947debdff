// Attacks from a process of its own, so that the good callers' clocks do not suffer from the attacker's work.
// Arguments: the attacks' names and the targets, as JSON; milliseconds. Sends each one's blows, or why it could not.

import { attacks } from './attacks.ts';
import type { Targets } from './targets.ts';

export type Blows = Readonly<Record<string, number | string>>;

const [names = '[]', targets = '{}', ms = '0'] = process.argv.slice(2);
const blows: Record<string, number | string> = {};
await Promise.all(
  (JSON.parse(names) as string[]).map(async (name, index) => {
    const attack = attacks[name]!;
    await attack(JSON.parse(targets) as Targets, `127.0.66.${index + 1}`, Number(ms)).then(
      dealt => {
        blows[name] = dealt;
      },
      (error: Error) => {
        blows[name] = error.message;
      },
    );
  }),
);
process.send?.(blows satisfies Blows, () => process.exit(0));
