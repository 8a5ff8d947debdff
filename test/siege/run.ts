// `npm run siege -- [--minutes 10] [--only NAME,NAME] [--without NAME] [--engine apart] [--relay rtpengine]
// [--held 20] [--rest 60] [--pace 1] [--list]`: all attacks simultaneously on a gateway with 4,096 files and
// 256 MB of heap, with twenty good calls up. Loopback only. The exit code is 1 when a criterion fails.

import { parseArgs } from 'node:util';
import { attackNames, families } from './attacks/index.ts';
import { siege } from './siege.ts';
import { figures, reservation, verdict } from './verdict.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    only: { type: 'string' },
    without: { type: 'string' },
    engine: { type: 'string', default: 'embedded' },
    relay: { type: 'string', default: 'embedded' },
    held: { type: 'string', default: '20' },
    rest: { type: 'string', default: '60' },
    pace: { type: 'string', default: '1' },
    list: { type: 'boolean', default: false },
  },
});

if (values.list) {
  for (const { name, attacks } of families) {
    for (const [attack, { perSecond }] of Object.entries(attacks))
      console.log(`${name}: ${attack}, ${perSecond} a second`);
  }
  process.exit(0);
}

const only = chosen(values.only);
const without = chosen(values.without) ?? [];
const attacks = (only ?? attackNames).filter(name => !without.includes(name));
const minutes = number(values.minutes, '--minutes');
const held = number(values.held, '--held');
const pace = number(values.pace, '--pace');
const restSeconds = number(values.rest, '--rest');
const { engine, relay } = values;
if (engine !== 'embedded' && engine !== 'apart') refuse('--engine takes embedded or apart');
if (relay !== 'embedded' && relay !== 'rtpengine') refuse('--relay takes embedded or rtpengine');

console.log(
  `${minutes} minutes, ${pace} times the usual rates, engine ${engine}, relay ${relay}; ${attacks.length} attacks: ${attacks.join(', ')}`,
);
const report = await siege({
  minutes,
  attacks,
  pace,
  held,
  restSeconds,
  engine,
  relay,
  say: line => console.log(line),
});
console.log('');
for (const line of figures(report)) console.log(line);
console.log('');
const criteria = verdict(report);
for (const { name, value, holds } of criteria) console.log(`${holds ? 'pass' : 'FAIL'}  ${name}: ${value}`);
const failed = criteria.filter(({ holds }) => !holds).length;
const cause = reservation(report);
if (failed > 0 && cause) console.log(`note: ${cause}`);
console.log(
  failed === 0 ? 'result: all criteria pass' : `result: ${failed} of ${criteria.length} criteria fail`,
);
process.exit(failed === 0 ? 0 : 1);

function chosen(list: string | undefined): string[] | undefined {
  const names = list?.split(',').map(name => name.trim());
  const unknown = names?.find(name => !attackNames.includes(name));
  if (unknown !== undefined) refuse(`unknown attack ${unknown}; --list prints all names`);
  return names;
}

function number(text: string, option: string): number {
  const value = Number(text);
  if (!(value > 0)) refuse(`${option} requires a number above 0`);
  return value;
}

function refuse(why: string): never {
  console.error(why);
  process.exit(2);
}
