import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { dnsSource } from '../../../gateway/resolver/dns-source.ts';
import { HostsFile, namesIn } from '../../../gateway/resolver/hosts-file.ts';

function hosts(context: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sip-call-hosts-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'hosts');
  writeFileSync(path, text);
  return path;
}

test('names, aliases, comments and both families are read; invalid addresses are ignored', () => {
  const names = namesIn(
    '# head\n10.0.0.5  PBX.office pbx # ours\r\n\nfd00::5\tpbx.office\nnonsense pbx.office\nfe80::1%eth0 pbx\n',
  );
  assert.deepEqual(names.get('pbx.office'), ['10.0.0.5', 'fd00::5']);
  assert.deepEqual(names.get('pbx'), ['10.0.0.5']);
});

test('a changed file is read again, and a deleted one has no names', async context => {
  let now = 0;
  const path = hosts(context, '10.0.0.5 pbx.office\n');
  const file = new HostsFile(path, () => now);
  assert.deepEqual(await file.find('PBX.office'), ['10.0.0.5']);
  writeFileSync(path, '10.0.0.6 pbx.office\n');
  utimesSync(path, 1, 1);
  assert.deepEqual(await file.find('pbx.office'), ['10.0.0.5']);
  now = 5_000;
  assert.deepEqual(await file.find('pbx.office'), ['10.0.0.6']);
  rmSync(path);
  now = 10_000;
  assert.equal(await file.find('pbx.office'), undefined);
});

test('a name in the file has the addresses in the file, and none of the other family from DNS', async context => {
  const hostsFile = hosts(context, '10.0.0.5 pbx.office\n');
  const source = dnsSource({ timeoutMs: 100, hostsFile });
  context.after(() => source.close());
  assert.deepEqual(await source.ask('A', 'pbx.office'), {
    kind: 'records',
    records: [{ address: '10.0.0.5' }],
    ttlSeconds: 5,
  });
  assert.deepEqual(await source.ask('AAAA', 'pbx.office'), {
    kind: 'absent',
    why: 'no such record',
    ttlSeconds: 5,
  });
});

test('a server that is not an IP address is refused when the source is created', () => {
  for (const server of ['dns.example:53', '', '127.0.0.1:x', '::1:53:']) {
    assert.throws(() => dnsSource({ servers: [server], timeoutMs: 100 }), /expected an IP address/, server);
  }
  for (const server of ['127.0.0.1', '127.0.0.1:53', '[::1]:53', '::1']) {
    dnsSource({ servers: [server], timeoutMs: 100 }).close();
  }
});
