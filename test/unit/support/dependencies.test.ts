// docs/dependencies.md names every direct dependency, where it is used and under its own licence, and no other.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repository } from '../../support/repository.ts';

type Package = Readonly<Record<string, unknown>>;

const read = (path: string) => readFileSync(join(repository, path), 'utf8');
const packageAt = (folder: string) => JSON.parse(read(join(folder, 'package.json'))) as Package;
const [, product = '', workshop = ''] = read('docs/dependencies.md').split(/^## .*$/m);

for (const [key, chapter] of [
  ['dependencies', product],
  ['devDependencies', workshop],
] as const) {
  const rows = [...chapter.matchAll(/^\| `(.+?)` \| (.+?) \| (.+?) \|$/gm)];

  test(`each of the ${key} is listed with the reason for it`, () => {
    assert.deepEqual(
      rows.map(([, name]) => name),
      Object.keys(packageAt('.')[key] as object).sort(),
    );
  });

  test(`each of the ${key} is listed under its own licence`, () => {
    const own = rows.map(([, name = '']) => `${name}: ${packageAt(`node_modules/${name}`).license}`);
    assert.deepEqual(
      rows.map(([, name, licence]) => `${name}: ${licence}`),
      own,
    );
  });
}
