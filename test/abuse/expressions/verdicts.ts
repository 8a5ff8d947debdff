// What recheck says of an expression: linear, or superlinear with a text to attack it with. A check takes up to
// seconds, so verdicts are kept in kept-verdicts.jsonl, by the version of recheck that gave them. An expression that is
// not there is checked in the test. `npm run expressions` keeps its verdict too, and forgets those that are not needed.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { check } from 'recheck';
import { repository } from '../../support/repository.ts';
import type { Expression } from './collect.ts';

/** The text that costs most: each prefix, its pump as often as one likes, and the suffix. */
export interface Attack {
  readonly pumps: readonly { readonly prefix: string; readonly pump: string }[];
  readonly suffix: string;
}

/** Not linear: recheck has found an attack, or has not finished. */
export type Verdict =
  | { readonly linear: true }
  | { readonly linear: false; readonly growth: string; readonly attack?: Attack };

/** The first line names the checker; then a line of JSON for each expression. */
const keptFile = join(repository, 'test/abuse/expressions/kept-verdicts.jsonl');
const { version } = createRequire(import.meta.url)('recheck/package.json') as { version: string };
const checker = `recheck ${version}`;
/** Only a bound: on an idle machine the longest takes some seconds. */
const LONGEST_MS = 60_000;
const AT_ONCE = 2;

export interface Judged {
  readonly verdicts: ReadonlyMap<string, Verdict>;
  /** Those that were not kept. */
  readonly fresh: readonly string[];
}

/** By the literals of the expressions. */
export async function judge(expressions: readonly Expression[], keeping: boolean): Promise<Judged> {
  const kept = keptVerdicts();
  const verdicts = new Map<string, Verdict>();
  const open = new Map<string, Expression>();
  for (const expression of expressions) {
    const known = kept.get(expression.literal);
    if (known === undefined) open.set(expression.literal, expression);
    else verdicts.set(expression.literal, known);
  }
  const fresh = [...open.keys()];
  const waiting = [...open.values()];
  const work = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      verdicts.set(next.literal, await verdictOf(next.source, next.flags));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (keeping) keep(verdicts);
  return { verdicts, fresh };
}

export async function verdictOf(source: string, flags: string): Promise<Verdict> {
  // recheck knows no sticky match: it would try each place, where `y` tries one.
  const sticky = flags.includes('y');
  const found = await check(sticky ? `^(?:${source})` : source, flags.replace('y', ''), {
    timeout: LONGEST_MS,
    // By steps and a fixed seed, not by the clock: a busy machine must come to the same verdict.
    attackTimeout: null,
    incubationTimeout: null,
    randomSeed: 1,
  });
  if (found.status === 'safe') return { linear: true };
  if (found.status === 'unknown') return { linear: false, growth: `unknown: ${found.error.kind}` };
  const { pumps, suffix } = found.attack;
  return {
    linear: false,
    growth: found.complexity.summary,
    attack: { pumps: pumps.map(({ prefix, pump }) => ({ prefix, pump })), suffix },
  };
}

function keptVerdicts(): ReadonlyMap<string, Verdict> {
  if (!existsSync(keptFile)) return new Map();
  const [by = '', ...lines] = readFileSync(keptFile, 'utf8').trimEnd().split('\n');
  return new Map(by === checker ? lines.map(line => JSON.parse(line) as [string, Verdict]) : []);
}

function keep(verdicts: ReadonlyMap<string, Verdict>): void {
  const lines = [...verdicts].sort(([a], [b]) => (a < b ? -1 : 1)).map(entry => JSON.stringify(entry));
  writeFileSync(keptFile, `${[checker, ...lines].join('\n')}\n`);
}
