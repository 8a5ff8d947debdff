import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Faults } from '../../../gateway/observe/faults.ts';
import { createLog } from '../../../gateway/observe/log.ts';

test('errors are logged a few times a minute, and always counted', () => {
  const logged: string[] = [];
  let now = 0;
  const faults = new Faults(createLog('info', { write: line => void logged.push(line) }), () => now);
  let dropped = 0;
  for (let time = 0; time < 100; time++) {
    faults.contain(
      'test',
      () => assert.fail('broken'),
      () => dropped++,
    );
  }
  assert.deepEqual([faults.count, dropped, logged.length], [100, 100, 5]);
  now = 60_000;
  faults.note('test', new Error('broken'));
  assert.equal(logged.length, 6);
});
