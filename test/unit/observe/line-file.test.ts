import assert from 'node:assert/strict';
import { readFileSync, renameSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LineFile } from '../../../gateway/observe/line-file.ts';
import { privateFolder } from '../../support/private-folder.ts';

/** A file, the reports about it, and a disk that can be full: /dev/full accepts nothing. */
function lineFile() {
  const path = join(privateFolder('lines'), 'a.log');
  const reports: string[] = [];
  const disk = { full: false };
  const file = new LineFile({
    path: () => (disk.full ? '/dev/full' : path),
    trouble: (error, lost) =>
      void reports.push(`${error ? (error as NodeJS.ErrnoException).code : 'well'} ${lost}`),
  });
  return { file, path, reports, disk, read: () => readFileSync(path, 'utf8') };
}

test('lines are in the file in the order written, readable only for its owner and group', async () => {
  const { file, path, read } = lineFile();
  for (let i = 0; i < 1000; i++) file.write(`line ${i}`);
  await file.flushed();
  assert.equal(read(), Array.from({ length: 1000 }, (_, i) => `line ${i}\n`).join(''));
  assert.equal(statSync(path).mode & 0o007, 0);
});

test('writing continues after the file is renamed or truncated, without a signal', async () => {
  const { file, path, read } = lineFile();
  file.write('one');
  await file.flushed();
  renameSync(path, `${path}.1`);
  file.write('two');
  await file.flushed();
  assert.equal(read(), 'two\n');
  assert.equal(readFileSync(`${path}.1`, 'utf8'), 'one\n');
  truncateSync(path);
  file.write('three');
  await file.flushed();
  assert.equal(read(), 'three\n');
});

test('a full disk loses lines, and is reported once at its start and once at its end', async () => {
  const { file, reports, disk, read } = lineFile();
  disk.full = true;
  for (const line of ['one', 'two']) {
    file.write(line);
    await file.flushed();
  }
  disk.full = false;
  for (const line of ['three', 'four']) {
    file.write(line);
    await file.flushed();
  }
  assert.deepEqual(reports, ['ENOSPC 1', 'well 2']);
  assert.equal(read(), '\nthree\nfour\n', 'the first line after a full disk stands behind half of another');
});

test('the data that waits for the disk is limited', async () => {
  const { file, read } = lineFile();
  for (let i = 0; i < 100; i++) file.write('x'.repeat(10_000));
  await file.flushed();
  assert.ok(read().length < 300_000, `${read().length} bytes`);
  file.write('and it goes on');
  await file.flushed();
  assert.match(read(), /and it goes on\n$/);
});
