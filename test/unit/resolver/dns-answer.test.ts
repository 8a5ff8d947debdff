import assert from 'node:assert/strict';
import { test } from 'node:test';
import dns, { type Answer as WireRecord } from 'dns-packet';
import { answerOf } from '../../../gateway/resolver/dns-answer.ts';
import { composeQuery, type DnsReply, readReply } from '../../../gateway/resolver/dns-message.ts';
import { cpuTime } from '../engine/message/cpu-time.ts';

const reply = (answers: readonly WireRecord[], more: Partial<DnsReply> = {}): DnsReply => {
  return { code: 0, truncated: false, answers, authorities: [], additionals: [], ...more };
};
const a = (name: string, data: string, ttl = 60): WireRecord => ({ name, type: 'A', class: 'IN', ttl, data });
const cname = (name: string, data: string, ttl = 60): WireRecord => {
  return { name, type: 'CNAME', class: 'IN', ttl, data };
};
const soa = (ttl: number, minimum: number): WireRecord => {
  return { name: 'test', type: 'SOA', class: 'IN', ttl, data: { mname: 'ns', rname: 'me', minimum } };
};
const srv = (name: string, target: string): WireRecord => {
  const data = { priority: 10, weight: 0, port: 5060, target };
  return { name, type: 'SRV', class: 'IN', ttl: 60, data };
};

test('records behind aliases are found, and last as long as the shortest TTL', () => {
  const answers = [
    a('Real.test', '192.0.2.1', 300),
    cname('also.test', 'real.test.', 20),
    cname('x.test', 'ALSO.test'),
  ];
  assert.deepEqual(answerOf(reply(answers), 'A', 'X.test'), {
    kind: 'records',
    records: [{ address: '192.0.2.1' }],
    ttlSeconds: 20,
  });
});

test('aliases in a loop are a failure, not a hang', () => {
  const loop = [cname('x.test', 'y.test'), cname('y.test', 'x.test')];
  assert.deepEqual(answerOf(reply(loop), 'A', 'x.test'), { kind: 'failed', why: 'aliases in a loop' });
});

test('records of other names, types and classes in the answer do not count', () => {
  const answers: WireRecord[] = [
    a('other.test', '192.0.2.66'),
    { name: 'x.test', type: 'A', class: 'CH', ttl: 60, data: '192.0.2.67' },
    { name: 'x.test', type: 'AAAA', class: 'IN', ttl: 60, data: '2001:db8::1' },
  ];
  assert.equal(answerOf(reply(answers), 'A', 'x.test').kind, 'absent');
});

test('a TTL with its highest bit set is 0', () => {
  const answer = answerOf(reply([a('x.test', '192.0.2.1', 0x8000_0001)]), 'A', 'x.test');
  assert.equal(answer.kind === 'records' && answer.ttlSeconds, 0);
});

test('absence lasts as long as the SOA says, by its TTL or its minimum, and 0 without SOA', () => {
  const absent = (authorities: WireRecord[], code: number) =>
    answerOf(reply([], { authorities, code }), 'NAPTR', 'x.test');
  assert.deepEqual(absent([soa(300, 30)], 3), { kind: 'absent', why: 'no such name', ttlSeconds: 30 });
  assert.deepEqual(absent([soa(20, 30)], 0), { kind: 'absent', why: 'no such record', ttlSeconds: 20 });
  assert.deepEqual(absent([], 0), { kind: 'absent', why: 'no such record', ttlSeconds: 0 });
});

test('additional records are kept by name, and the answer lasts no longer', () => {
  const additionals = [
    a('PBX.test', '192.0.2.1', 5),
    a('pbx.test', '192.0.2.2'),
    srv('_sip._udp.x.test', 'y.test'),
  ];
  const answer = answerOf(reply([srv('x.test', 'pbx.test')], { additionals }), 'SRV', 'x.test');
  assert.equal(answer.kind, 'records');
  assert.deepEqual(answer.kind === 'records' && answer.additional, [
    { type: 'A', name: 'pbx.test', records: [{ address: '192.0.2.1' }, { address: '192.0.2.2' }] },
    {
      type: 'SRV',
      name: '_sip._udp.x.test',
      records: [{ priority: 10, weight: 0, port: 5060, target: 'y.test' }],
    },
  ]);
  assert.equal(answer.kind === 'records' && answer.ttlSeconds, 5);
});

test('of a thousand records a hundred are kept', () => {
  const many = Array.from({ length: 1000 }, (_, index) => srv('x.test', `host${index}.test`));
  const answer = answerOf(reply(many), 'SRV', 'x.test');
  assert.equal(answer.kind === 'records' && answer.records.length, 100);
});

test('the root is an empty name, in SRV and NAPTR', () => {
  const naptr: WireRecord = {
    name: 'x.test',
    type: 'NAPTR',
    class: 'IN',
    ttl: 60,
    data: { order: 1, preference: 2, flags: 'u', services: 'E2U+sip', regexp: '!a!b!', replacement: '.' },
  };
  assert.deepEqual(answerOf(reply([srv('x.test', '.')]), 'SRV', 'x.test'), {
    kind: 'records',
    records: [{ priority: 10, weight: 0, port: 5060, target: '' }],
    ttlSeconds: 60,
  });
  const read = answerOf(reply([naptr]), 'NAPTR', 'x.test');
  assert.deepEqual(read.kind === 'records' && read.records, [
    { order: 1, preference: 2, flags: 'u', service: 'E2U+sip', regexp: '!a!b!', replacement: '' },
  ]);
});

test('parsing never throws or hangs, whatever the bytes', () => {
  const query = composeQuery('SRV', '_sip._udp.x.test', true);
  const whole = dns.encode({
    type: 'response',
    id: query.id,
    questions: [{ name: query.name, type: 'SRV' }],
    answers: [cname('_sip._udp.x.test', 'y.test'), srv('y.test', 'pbx.test')],
    authorities: [soa(60, 60)],
    additionals: [a('pbx.test', '192.0.2.1')],
  });
  let seed = 7;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return (seed >>> 8) % below;
  };
  let read = 0;
  const before = process.cpuUsage();
  for (let round = 0; round < 20_000; round++) {
    const bytes = Buffer.from(whole.subarray(0, round % 3 === 0 ? random(whole.length) : whole.length));
    for (let change = random(4); change > 0 && bytes.length > 3; change--) {
      bytes[2 + random(bytes.length - 2)] = random(256);
    }
    const reply = readReply(bytes, query);
    if (!reply) continue;
    read++;
    answerOf(reply, 'SRV', query.name);
  }
  assert.ok(read > 1_000, `only ${read} were read at all`);
  assert.ok(process.cpuUsage(before).user < 10_000_000);
});

test('the slowest possible answer is parsed quickly', () => {
  const query = composeQuery('A', 'x.test', false);
  const bytes = Buffer.alloc(16_384);
  query.bytes.copy(bytes);
  bytes[2] = 0x84;
  // A record of an unread type, whose data is a chain of pointers, each to the one before.
  let at = query.bytes.length;
  bytes.writeUInt16BE(99, at + 1);
  bytes.writeUInt16BE(1, at + 3);
  const ladder = at + 11;
  const top = 8_190;
  bytes.writeUInt16BE(0xc00c, ladder);
  for (at = ladder + 2; at <= top; at += 2) bytes.writeUInt16BE(0xc000 + at - 2, at);
  // Then as many records as fit, all named by the last pointer of the chain.
  let count = 1;
  const last = at - 2;
  for (; at + 12 <= bytes.length; at += 12, count++) {
    bytes.writeUInt16BE(0xc000 + last, at);
    bytes.writeUInt16BE(99, at + 2);
    bytes.writeUInt16BE(1, at + 4);
  }
  bytes.writeUInt16BE(at - ladder - (count - 1) * 12, ladder - 2);
  bytes.writeUInt16BE(count, 6);
  const took = cpuTime(() => {
    const reply = readReply(bytes.subarray(0, at), query);
    assert.equal(reply?.answers.length, count);
    assert.equal(reply?.answers.at(-1)?.name, 'x.test');
  });
  assert.ok(took < 500, `${took} ms`);
});
