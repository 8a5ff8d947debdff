import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLog } from '../../../gateway/observe/log.ts';
import { JsonlSink } from '../../../gateway/records/jsonl.ts';
import type { RefusedCallRecord } from '../../../gateway/records/record.ts';
import { privateFolder } from '../../support/private-folder.ts';

const START = Date.parse('2026-03-10T23:59:59Z');

function record(call: string): RefusedCallRecord {
  return {
    version: 1,
    kind: 'refused',
    call,
    received: '2026-03-10T23:59:58.000Z',
    to: 'director@mysite.ru',
    site: 'mysite.ru',
    origin: 'https://mysite.ru',
    address: '203.0.113.0',
    outcome: 'over-limit',
  };
}

function records(days = 2, folder = privateFolder('records')) {
  const clock = { now: START };
  const logged: { msg: string }[] = [];
  const log = createLog('info', { write: line => void logged.push(JSON.parse(line)) });
  const kept = new JsonlSink({ file: join(folder, 'calls.jsonl'), days }, log, () => clock.now);
  return { kept, clock, folder, logged };
}

test('a record is a line of JSON in the file of its day', async () => {
  const { kept, clock, folder } = records();
  kept.write(record('one'));
  await kept.close();
  clock.now += 1_000;
  kept.write(record('two\nlines'));
  await kept.close();
  assert.deepEqual(readdirSync(folder).sort(), ['calls-2026-03-10.jsonl', 'calls-2026-03-11.jsonl']);
  const [line = '', ...more] = readFileSync(join(folder, 'calls-2026-03-10.jsonl'), 'utf8').split('\n');
  assert.deepEqual(JSON.parse(line), record('one'));
  assert.deepEqual(more, ['']);
});

test('a file is deleted after its days, and no other file is deleted', async () => {
  const folder = privateFolder('records');
  const strangers = ['calls.jsonl', 'calls-2020-01-01.jsonl.gz', 'calls-old.jsonl', 'other-2020-01-01.jsonl'];
  const days = ['2026-03-07', '2026-03-08', '2026-03-09'].map(day => `calls-${day}.jsonl`);
  for (const name of [...strangers, ...days]) writeFileSync(join(folder, name), '');
  const { kept, clock } = records(2, folder);
  await kept.expire();
  assert.deepEqual(readdirSync(folder).sort(), [...strangers, ...days.slice(1)].sort());
  clock.now += 1_000;
  await kept.expire();
  assert.equal(existsSync(join(folder, 'calls-2026-03-08.jsonl')), false);
  assert.equal(existsSync(join(folder, 'calls-2026-03-09.jsonl')), true);
  await kept.close();
});

test('a missing folder is logged and is not fatal; records are written when it exists', async () => {
  const folder = join(privateFolder('records'), 'later');
  const { kept, logged } = records(2, folder);
  kept.write(record('one'));
  await kept.close();
  assert.deepEqual(logged.map(({ msg }) => msg).sort(), [
    'old records cannot be deleted',
    'records cannot be written',
  ]);
  mkdirSync(folder);
  kept.write(record('two'));
  await kept.close();
  assert.match(readFileSync(join(folder, 'calls-2026-03-10.jsonl'), 'utf8'), /"call":"two"/);
  assert.equal(logged.at(-1)?.msg, 'records are written again');
});
