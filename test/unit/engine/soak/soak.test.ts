// A thousand calls over a bad link, with short timers; `npm run soak:engine` makes a hundred thousand.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { soak } from '../../../soak/soak.ts';

test('a thousand calls over a link with loss, duplicates and reordering leave no state', {
  timeout: 90_000,
}, async context => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  context.diagnostic(`seed ${seed}`);
  const report = await soak({ calls: 1_000, warmUp: 0, seed, concurrency: 20, share: 0.01, t1: 40 });
  assert.deepEqual([...report.failures], []);
  const nothing = { flows: 0, clientTransactions: 0, serverTransactions: 0, dialogs: 0, timers: 0 };
  assert.deepEqual(report.after.engine.counts, { applications: 1, ...nothing });
  const { lost, doubled, reordered } = report.link;
  assert.ok(Math.min(lost, doubled, reordered) > 20, 'the link was as bad as it should be');
});
