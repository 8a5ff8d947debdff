import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HostLookup } from '../../../../gateway/media/sdp/hosts.ts';
import { writer } from './sdp-notation.ts';

const named = (...names: string[]) =>
  writer({ c: `IN IP4 ${names[0]}` })(
    ...names.slice(1).flatMap(name => ['m=audio 10200 RTP/AVP 0', `c=IN IP4 ${name}`]),
    'm=audio 10200 RTP/AVP 0',
  );

test('a name is looked up once, and keeps its first address while that address is allowed', async () => {
  const asked: string[] = [];
  const replies = [['192.0.2.1', '192.0.2.2'], ['192.0.2.2', '192.0.2.1'], ['192.0.2.3']];
  const lookup = new HostLookup(async host => {
    asked.push(host);
    return replies[asked.length - 1]!;
  });
  const first = async () =>
    (await lookup.read(named('pbx.test', 'PBX.test', 'pbx.test.'))).found.get('pbx.test')?.addresses[0];
  assert.deepEqual([await first(), await first(), await first()], ['192.0.2.1', '192.0.2.1', '192.0.2.3']);
  assert.deepEqual(asked, ['pbx.test', 'pbx.test', 'pbx.test']);
});

test('a description causes at most four look-ups, and none for an address', async () => {
  const asked: string[] = [];
  const lookup = new HostLookup(async host => {
    asked.push(host);
    return [];
  });
  await lookup.read(named('192.0.2.1', '::1', '[::1]', '0.0.0.0', 'x.invalid', '1.2.3', 'a..b', '-'));
  assert.deepEqual(asked, []);
  await lookup.read(named(...Array.from({ length: 40 }, (_, index) => `h${index}.test`)));
  assert.deepEqual(asked, ['h0.test', 'h1.test', 'h2.test', 'h3.test']);
});

test('the descriptions of one call cause at most sixteen look-ups', async () => {
  const asked: string[] = [];
  const lookup = new HostLookup(async host => {
    asked.push(host);
    return ['192.0.2.1'];
  });
  const found = async (name: string) => (await lookup.read(named(name))).found.get(name);
  for (let count = 0; count < 100; count++) await found(`h${count}.test`);
  assert.equal(asked.length, 16);
  assert.deepEqual(await found('h99.test'), { addresses: [], why: 'too many host names' });
  // Names that were looked up before are still looked up.
  assert.equal((await found('h0.test'))?.addresses[0], '192.0.2.1');
});

test('lines that are refused, or are neither audio nor video, are not looked up', async () => {
  const asked: string[] = [];
  const lookup = new HostLookup(async host => {
    asked.push(host);
    return [];
  });
  const lines = ['m=image 4400 udptl t38', 'c=IN IP4 fax.test', 'm=audio 0 RTP/AVP 0', 'c=IN IP4 old.test'];
  await lookup.read(writer({ c: '' })(...lines, 'm=audio 10200 RTP/AVP 0', 'c=IN IP4 pbx.test'));
  assert.deepEqual(asked, ['pbx.test']);
});
