// The process in which one file of drachtio-srf's suite runs: `suite-process.js FILE.js`. Prints what the file
// prints, then the tally as one line of JSON.

import { createRequire } from 'node:module';
import { Tape } from './tape.ts';

const tape = new Tape();
// Where the copy's node_modules/tape looks for it.
Reflect.set(globalThis, Symbol.for('drachtio-srf suite'), tape.test);
createRequire(import.meta.url)(process.argv[2]!);
const tally = await tape.run();
process.stdout.write(`\ntally ${JSON.stringify(tally)}\n`, () => process.exit());
