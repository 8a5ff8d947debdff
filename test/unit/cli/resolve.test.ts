// `sip-call resolve` as a process, with a DNS server of the test.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startDnsServer } from '../../../demo-site/dns/dns-server.ts';
import { mysiteZone } from '../../../demo-site/dns/mysite-zone.ts';
import type { ZoneRecord } from '../../../demo-site/dns/zone.ts';
import type { Walk } from '../../../gateway/cli/walk-drawing.ts';
import { srv } from '../resolver/zones.ts';

const program = fileURLToPath(new URL('../../../gateway/main.js', import.meta.url));
const founding = mysiteZone(
  { address: '127.0.0.1', port: 5060 },
  { second: { address: '10.0.0.2', port: 5060 } },
);

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(...args: string[]): Promise<Ran> {
  const child = spawn(process.execPath, [program, 'resolve', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', chunk => {
    texts.stdout += chunk;
  });
  child.stderr.on('data', chunk => {
    texts.stderr += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, ...texts };
}

async function dns(context: TestContext, records: readonly ZoneRecord[] = founding.records): Promise<string> {
  const server = await startDnsServer({ zone: { origin: 'test', records }, address: '127.0.0.1', port: 0 });
  context.after(() => server.close());
  return `127.0.0.1:${server.port}`;
}

test("the founding document's zone is drawn in 80 columns: records, order, reasons, times, servers", async context => {
  const { code, stdout, stderr } = await run(
    'sip:director@mysite.test',
    '--dns',
    await dns(context),
    '--allow',
    '127.0.0.0/8',
    '10.0.0.0/8',
  );
  assert.equal(stderr, '');
  assert.equal(code, 0);
  assert.doesNotMatch(stdout, /\x1b/);
  const lines = stdout.trimEnd().split('\n');
  assert.ok(
    lines.every(line => line.length <= 80),
    stdout,
  );
  const rest = lines.map(line => line.replace(/ {2,}(after )?[\d.]+ ms.*$/, '').trimEnd());
  for (const block of [
    [
      'NAPTR mysite.test',
      '  10 50 "s" "SIP+D2U" "" _sip._udp.mysite.test.',
      '  10 51 "s" "SIP+D2U" "" _sip._udp.second.mysite.test.',
      '  20 50 "s" "SIP+D2T" "" _sip._tcp.mysite.test.',
      '  20 50 "s" "SIPS+D2T" "" _sips._tcp.mysite.test.',
      '  in this order: lowest order, then lowest preference',
      '  SRV _sip._udp.mysite.test',
      '    10 0 5060 asterisk.mysite.test.',
    ],
    ['  SRV _sips._tcp.mysite.test', '    10 0 0 .   not used: not offered here'],
    [
      'Tried in this order:',
      '  1  udp 127.0.0.1:5060  asterisk.mysite.test',
      '     NAPTR 10 50, SRV 10 0',
      '  2  udp 10.0.0.2:5060   asterisk2.mysite.test',
      '     NAPTR 10 51, SRV 10 0',
      '  3  tcp 127.0.0.1:5060  asterisk.mysite.test',
      '     NAPTR 20 50, SRV 10 0',
    ],
  ]) {
    const at = rest.indexOf(block[0] ?? '');
    assert.deepEqual(rest.slice(at, at + block.length), block);
  }
  assert.match(stdout, /^NAPTR mysite\.test +[\d.]+ ms +[\d.]+ ms +60 s$/m);
  assert.match(stdout, /^ {4}A asterisk\.mysite\.test +[\d.]+ ms +[\d.]+ ms +60 s$/m);
});

test('the JSON has the targets, the time at which each was known, and every query', async context => {
  const args = ['--json', '--dns', await dns(context), '--allow', '127.0.0.0/8', '10.0.0.0/8'];
  const { code, stdout } = await run('sips:director@mysite.test;transport=tcp', ...args);
  assert.equal(code, 1);
  const none = JSON.parse(stdout) as Walk;
  assert.equal(none.error?.code, 'nothing-usable');
  assert.equal(none.trace[0]?.name, '_sips._tcp.mysite.test');

  const found = JSON.parse((await run('director@mysite.test', ...args)).stdout) as Walk;
  const [first] = found.targets;
  assert.equal(typeof first?.knownAfterMs, 'number');
  assert.deepEqual(
    { ...first, knownAfterMs: 0 },
    {
      transport: 'udp',
      address: '127.0.0.1',
      port: 5060,
      hostname: 'asterisk.mysite.test',
      domain: 'mysite.test',
      because: 'NAPTR 10 50, SRV 10 0',
      knownAfterMs: 0,
    },
  );
  const [naptr] = found.trace;
  assert.deepEqual(
    [naptr?.type, naptr?.name, naptr?.from, naptr?.ttlSeconds],
    ['NAPTR', 'mysite.test', 'DNS', 60],
  );
});

test('addresses that a gateway would refuse are shown as such, and nothing found ends with 1', async context => {
  const { code, stdout } = await run('mysite.test', '--dns', await dns(context));
  assert.equal(code, 1);
  assert.match(stdout, /^ +127\.0\.0\.1 +not used: network not allowed$/m);
  assert.match(stdout, /^mysite\.test: points at addresses that are not allowed\.$/m);
});

test('text of a zone is printed without control characters', async context => {
  const record: ZoneRecord = {
    name: 'evil.test',
    type: 'NAPTR',
    data: {
      order: 1,
      preference: 1,
      flags: 's',
      services: '\x1b[2JSIP+D2U',
      regexp: '',
      replacement: '\x07.test',
    },
  };
  const { code, stdout } = await run('evil.test', '--dns', await dns(context, [record]));
  assert.equal(code, 1);
  assert.match(stdout, /"\?\[2JSIP\+D2U"/);
  assert.doesNotMatch(stdout, /[\x00-\x09\x0b-\x1f]/);
});

for (const [what, args, words] of [
  ['no address', [], /missing required argument 'address'/],
  ['an address that is none', ['x y'], /x y: expected a SIP address/],
  ['another scheme', ['tel:+14165551212'], /expected a SIP address/],
  [
    'a DNS server without a port',
    ['mysite.test', '--dns', '127.0.0.1'],
    /dns\.servers\.1: expected ADDRESS:PORT/,
  ],
  ['a DNS server by name', ['mysite.test', '--dns', 'dns.test:53'], /expected an IP address and a port/],
  ['a network that is none', ['mysite.test', '--allow', 'x'], /dns\.allow\.1: expected a network/],
  ['an unknown option', ['mysite.test', '--colour'], /unknown option '--colour'/],
] as const) {
  test(`${what} ends with 2 and a word on why`, async () => {
    const { code, stdout, stderr } = await run(...args);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, words);
  });
}

test('an SRV target without its final dot is shown as it is and as it should be', async context => {
  const records = [srv('_sip._udp.mysite.test', 10, 0, 5060, 'pbx.mysite.test.mysite.test')];
  const args = ['director@mysite.test', '--dns', await dns(context, records)];
  const { code, stdout } = await run(...args);
  assert.equal(code, 1);
  assert.match(stdout, /leads to pbx\.mysite\.test\.mysite\.test, .* without the final dot/);
  assert.match(stdout, /Write instead.* IN SRV 10 0 5060 pbx\.mysite\.test\.$/m);
  const { error } = JSON.parse((await run('--json', ...args)).stdout) as Walk;
  assert.match(error?.mend ?? '', /IN SRV 10 0 5060 pbx\.mysite\.test\.$/);
});
