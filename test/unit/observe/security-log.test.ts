import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLog } from '../../../gateway/observe/log.ts';
import { SecurityLog } from '../../../gateway/observe/security-log.ts';
import { privateFolder } from '../../support/private-folder.ts';

const START = Date.parse('2026-03-01T12:00:00Z');

function securityLog() {
  const path = join(privateFolder('security'), 'security.log');
  const clock = { now: START };
  const log = new SecurityLog(path, createLog('silent'), () => clock.now);
  const lines = async () => {
    await log.close();
    return readFileSync(path, 'utf8').split('\n').slice(0, -1);
  };
  return { log, clock, lines };
}

test('a refusal is one line with time, offence and address, and for IPv6 the network', async () => {
  const { log, lines } = securityLog();
  log.refused('203.0.113.9', 'wrong-destination');
  log.refused('2001:db8:1:2::9', 'rate-limit');
  assert.deepEqual(await lines(), [
    '2026-03-01T12:00:00.000Z sip-call ready',
    '2026-03-01T12:00:00.000Z sip-call refused wrong-destination from 203.0.113.9',
    '2026-03-01T12:00:00.000Z sip-call refused rate-limit from 2001:db8:1:2::9 in 2001:db8:1:2::/64',
  ]);
});

test('text that is not an address is not written', async () => {
  const { log, lines } = securityLog();
  for (const text of [
    '',
    'unknown',
    '203.0.113.9\n2026-03-01T12:00:00.000Z sip-call refused rate-limit from 192.0.2.1',
  ]) {
    log.refused(text, 'rate-limit');
  }
  log.refused('fe80::1%eth0\n', 'rate-limit');
  assert.deepEqual((await lines()).slice(1), [
    '2026-03-01T12:00:00.000Z sip-call refused rate-limit from fe80::1 in fe80::/64',
  ]);
});

test('the lines of one network per window are limited, and do not hide other networks', async () => {
  const { log, clock, lines } = securityLog();
  for (let i = 0; i < 500; i++) log.refused(`2001:db8::${i.toString(16)}`, 'rate-limit');
  log.refused('203.0.113.9', 'rate-limit');
  clock.now += 10_000;
  log.refused('2001:db8::1', 'rate-limit');
  const written = await lines();
  assert.equal(written.filter(line => line.includes('in 2001:db8::/64')).length, 21);
  assert.equal(written.filter(line => line.includes('203.0.113.9')).length, 1);
  assert.equal(written.at(-2), '2026-03-01T12:00:10.000Z sip-call omitted 480 lines more');
});

test('the lines of all networks per window are limited', async () => {
  const { log, lines } = securityLog();
  for (let i = 0; i < 5_000; i++) log.refused(`198.51.${i >> 8}.${i & 255}`, 'rate-limit');
  const written = await lines();
  assert.equal(written.length, 1_002);
  assert.match(written.at(-1) ?? '', /omitted 4000 lines more$/);
});

test('a clock that is set back hides no line', async () => {
  const { log, clock, lines } = securityLog();
  for (let i = 0; i < 30; i++) log.refused('203.0.113.9', 'rate-limit');
  clock.now -= 3_600_000;
  log.refused('203.0.113.9', 'rate-limit');
  assert.match((await lines()).at(-1) ?? '', /^2026-03-01T11:00:00\.000Z .* from 203\.0\.113\.9$/);
});
