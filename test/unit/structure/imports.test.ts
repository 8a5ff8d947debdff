// The rooms of the product import each other as import-rules.ts says, and in no circle.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repository } from '../../support/repository.ts';
import { circlesIn, type Import, importsIn, importsOf, sourcesIn } from './import-graph.ts';
import { packages, rooms } from './import-rules.ts';

const files = sourcesIn(['contract', 'gateway', 'widget', 'demo-site']);
const imports = importsOf(files);

test('each room imports only the rooms of its row', () => {
  assert.deepEqual(imports.filter(one => !(one.isPackage || isAllowed(one))).map(shown), []);
});

test('packages that belong to one place are imported only there', () => {
  const wrong = imports.filter(({ from, to, isPackage }) => {
    const name = Object.keys(packages).find(known => to === known || to.startsWith(`${known}/`));
    return isPackage && name !== undefined && !packages[name]?.some(place => isWithin(from, place));
  });
  assert.deepEqual(wrong.map(shown), []);
});

test('no files import each other in a circle', () => {
  assert.deepEqual(circlesIn(imports), []);
});

test('the contract has no code, and its types are imported as types', () => {
  const contract = files.filter(file => isWithin(file, 'contract'));
  const code = contract.filter(file =>
    /^(?!export (?:type|interface) |import type |[\s}|/]|$)/m.test(
      readFileSync(join(repository, file), 'utf8'),
    ),
  );
  assert.deepEqual(code, []);
  const values = imports.filter(({ to, typesOnly }) => isWithin(to, 'contract') && !typesOnly);
  assert.deepEqual(values.map(shown), []);
});

test('each row is of a room that exists', () => {
  const found = new Set(files.map(roomOf));
  assert.deepEqual(
    Object.keys(rooms).filter(room => !found.has(room)),
    [],
  );
});

test('imports are read from the text as they are written', () => {
  const text = [
    "import { a, type B } from './b.ts';",
    "import type { C } from '../c.ts';",
    "import { type D } from '../d.ts';",
    'import {\n  e,\n  f,\n} from "x";'.replaceAll('"', "'"),
    "export * from './g.ts';",
    "const h = await import('./h.ts');",
    "import './i.ts';",
  ].join('\n');
  assert.deepEqual(
    importsIn('gateway/call/a.ts', text).map(({ to, typesOnly, isDynamic }) => [to, typesOnly, isDynamic]),
    [
      ['gateway/call/b.ts', false, false],
      ['gateway/c.ts', true, false],
      ['gateway/d.ts', true, false],
      ['x', false, false],
      ['gateway/call/g.ts', false, false],
      ['gateway/call/h.ts', false, true],
      ['gateway/call/i.ts', false, false],
    ],
  );
});

test('a circle of imports and an import against the rules are found', () => {
  const of = (from: string, to: string): Import => ({
    from,
    to,
    isPackage: false,
    typesOnly: false,
    isDynamic: false,
  });
  assert.deepEqual(circlesIn([of('a', 'b'), of('b', 'c'), of('c', 'a')]), [['a', 'b', 'c', 'a']]);
  assert.equal(isAllowed(of('widget/call/phone.ts', 'gateway/call/call.ts')), false);
  assert.equal(isAllowed(of('gateway/media/relay.ts', 'gateway/call/call.ts')), false);
  assert.equal(isAllowed(of('gateway/net/client-address.ts', 'gateway/config/proxy.ts')), false);
  assert.equal(
    isAllowed({ ...of('gateway/net/client-address.ts', 'gateway/config/proxy.ts'), typesOnly: true }),
    true,
  );
});

function isAllowed({ from, to, typesOnly }: Import): boolean {
  const [room, target] = [roomOf(from), roomOf(to)];
  if (room === target) return true;
  return (rooms[room ?? ''] ?? []).some(
    rule =>
      rule === target ||
      (rule.endsWith('/*') && isWithin(to, rule.slice(0, -2))) ||
      (typesOnly && rule === `types of ${target}`),
  );
}

/** The longest name of a room that a file is within. */
function roomOf(file: string): string | undefined {
  const within = Object.keys(rooms).filter(room => isWithin(file, room));
  return within.sort((a, b) => b.length - a.length)[0];
}

function isWithin(file: string, place: string): boolean {
  return file === place || file.startsWith(`${place}/`);
}

function shown({ from, to, typesOnly }: Import): string {
  return `${from} ${typesOnly ? 'imports types of' : 'imports'} ${to}`;
}
