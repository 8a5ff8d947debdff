import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CertificateHealth, certificateProblems } from '../../../gateway/http/certificate-health.ts';
import { createLog } from '../../../gateway/observe/log.ts';
import { eventually } from '../../support/eventually.ts';
import { certificate } from '../engine/transport/test-certificate.ts';

const DAY = 86_400_000;
/** For sip.example.com, *.wild.example.com and 127.0.0.1, from 2026-11-23 to 2126-10-30. */
const pem = Buffer.from(certificate);
const from = Date.parse('2026-11-23T04:49:50Z');
const until = Date.parse('2126-10-30T04:49:50Z');

for (const [what, host, now, expected] of [
  ['is good', 'sip.example.com', until - 15 * DAY, []],
  ['is for what the wildcard holds', 'a.wild.example.com', until - 15 * DAY, []],
  ['is for its address', '127.0.0.1', until - 15 * DAY, []],
  ['has no known host to check', undefined, until - 15 * DAY, []],
  ['expires soon', undefined, until - 13 * DAY - 1, [/^it expires on 2126-10-30, in 13 days: renew it$/]],
  ['expires tomorrow', undefined, until - DAY - 1, [/in 1 day: /]],
  ['has expired', undefined, until + 1, [/^it expired on 2126-10-30: renew it$/]],
  ['is not good yet', undefined, from - DAY, [/^it is valid from 2026-11-23: .*clock/]],
  [
    'is for another name',
    'call.mysite.ru',
    from + DAY,
    [/^it is not valid for the host of url, call\.mysite\.ru, .*sip\.example\.com/],
  ],
  ['is for another address', '[::1]', from + DAY, [/^it is not valid for the host of url, \[::1\]/]],
  ['is expired and for another name', 'call.mysite.ru', until + 1, [/expired/, /not valid for/]],
] as const) {
  test(`a certificate that ${what}`, () => {
    const problems = certificateProblems(pem, host, now);
    assert.equal(problems.length, expected.length, problems.join());
    for (const [index, message] of expected.entries()) assert.match(problems[index] ?? '', message);
  });
}

test('the owner gets a warning at the start, each day, and for each certificate that replaces it', async context => {
  const logged: Record<string, unknown>[] = [];
  const log = createLog('info', { write: (line: string) => void logged.push(JSON.parse(line)) });
  let now = until - 20 * DAY;
  const current = () => ({ file: '/etc/ssl/site.pem', pem });
  const health = new CertificateHealth({ current, host: () => undefined, log, now: () => now, everyMs: 5 });
  context.after(() => health.close());
  assert.equal(logged.length, 0);
  now = until + 1;
  await eventually('the next check finds it expired', () => logged.length > 0);
  const [line] = [...logged];
  assert.deepEqual([line?.level, line?.certificate], ['warn', '/etc/ssl/site.pem']);
  health.close();
  const lines = logged.length;
  health.check();
  assert.equal(logged.length, lines + 1);
});
