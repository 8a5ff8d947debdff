// Documents that call tests as witnesses name tests that exist: SECURITY.md, and the table of the suite of abuse.
// A witness is a file under test/, in backticks, then beginnings or other parts of its tests' names in quotes.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repository } from '../../support/repository.ts';

interface Witness {
  readonly file: string;
  readonly names: readonly string[];
}

const REFERENCE = /`((?:abuse|bench|call|conformance|firewall|fuzz|soak|unit)\/[\w./-]+)`((?:\s+"[^"]+")*)/g;

function witnessesIn(document: string): Witness[] {
  const text = readFileSync(join(repository, document), 'utf8');
  return [...text.matchAll(REFERENCE)].map(([, file = '', names = '']) => ({
    file,
    names: [...names.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name),
  }));
}

/** The source of a test file, its ending given or not; undefined when there is none. */
function sourceOf(file: string): string | undefined {
  const path = ['', '.test.ts', '.story.ts']
    .map(ending => join(repository, 'test', file + ending))
    .find(candidate => candidate.endsWith('.ts') && existsSync(candidate));
  return path && readFileSync(path, 'utf8');
}

for (const [document, least] of [
  ['SECURITY.md', 40],
  ['test/abuse/README.md', 15],
] as const) {
  test(`${document} names only tests that exist`, () => {
    const witnesses = witnessesIn(document);
    assert.ok(witnesses.length >= least, `only ${witnesses.length} tests are named at all`);
    for (const { file, names } of witnesses) {
      const source = sourceOf(file) ?? assert.fail(`there is no test/${file}`);
      const titles = [...source.matchAll(/^\s*(?:test|it|story)\(\s*(["'`])(.*?)\1/gms)].map(
        ([, , title]) => title,
      );
      for (const name of names) {
        assert.ok(
          titles.some(title => title?.includes(name)),
          `${file} has no test "${name}"`,
        );
      }
    }
  });
}

test('every promise of SECURITY.md has a test that proves it', () => {
  const [, promised = ''] = readFileSync(join(repository, 'SECURITY.md'), 'utf8').split(
    '\n## What is promised\n',
  );
  const rows = promised.split('\n## ', 1)[0]?.match(/^\| [A-Z].*\|$/gm) ?? [];
  const promises = rows.filter(row => !row.startsWith('| Promise |'));
  assert.ok(promises.length > 20);
  for (const row of promises) assert.match(row, new RegExp(REFERENCE.source), `nothing proves: ${row}`);
});

test('each of the thirty cases has its row', () => {
  const text = readFileSync(join(repository, 'test/abuse/README.md'), 'utf8');
  const cases = [...text.matchAll(/^\| (\d+) \|/gm)].map(([, number]) => Number(number));
  assert.deepEqual(
    cases,
    Array.from({ length: 30 }, (_, index) => index + 1),
  );
});
