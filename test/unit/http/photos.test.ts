import assert from 'node:assert/strict';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Photos } from '../../../gateway/http/photos.ts';
import { createLog } from '../../../gateway/observe/log.ts';
import { privateFolder } from '../../support/private-folder.ts';

function photos() {
  const logged: { why: string }[] = [];
  const log = createLog('info', { write: line => void logged.push(JSON.parse(line)) });
  return { logged, photos: new Photos(log) };
}

/** A sparse file of that many bytes. */
function file(bytes: number, folder = privateFolder('photos')): string {
  const path = join(folder, `${bytes}.png`);
  writeFileSync(path, '');
  truncateSync(path, bytes);
  return path;
}

test('all requests for a photograph get the same buffer', async () => {
  const { photos: kept } = photos();
  const path = file(1000);
  const [one, other] = await Promise.all([kept.of(path), kept.of(path)]);
  assert.equal(one?.length, 1000);
  assert.equal(one, other);
  writeFileSync(path, 'another');
  assert.equal(await kept.of(path), one);
});

test('a photograph that is too large is not served, and is logged once', async () => {
  const { photos: kept, logged } = photos();
  const path = file(4 * 1024 * 1024 + 1);
  assert.equal(await kept.of(path), undefined);
  assert.equal(await kept.of(path), undefined);
  assert.deepEqual(
    logged.map(({ why }) => why),
    ['it has 4194305 bytes; at most 4194304 are served'],
  );
});

test('photographs beyond the total bound are not served', async () => {
  const { photos: kept } = photos();
  const folder = privateFolder('photos');
  const read = [];
  for (let at = 0; at < 20; at++) read.push(await kept.of(file(4 * 1024 * 1024 - at, folder)));
  assert.equal(read.filter(Boolean).length, 16);
});

test('a photograph that is added later is served', async () => {
  const { photos: kept } = photos();
  const path = join(privateFolder('photos'), 'late.png');
  assert.equal(await kept.of(path), undefined);
  writeFileSync(path, 'here');
  assert.equal(String(await kept.of(path)), 'here');
});
