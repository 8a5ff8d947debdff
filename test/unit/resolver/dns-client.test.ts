// The DNS client on real sockets, with proper servers and attackers.

import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import dns from 'dns-packet';
import { DnsClient, type QueryResult } from '../../../gateway/resolver/dns-client.ts';
import type { DnsServerAddress } from '../../../gateway/resolver/dns-exchange.ts';
import { closedPort } from '../../support/closed-port.ts';
import { eventually, PATIENCE_MS } from '../../support/eventually.ts';
import { soonest } from '../../support/soonest.ts';
import { addressRecord, answerTo, type DnsPeer, dnsPeer } from './dns-peer.ts';

/** A question that waits for a server waits for longer than its test. */
const FAR_LONGER_MS = 3_600_000;

const name = 'pbx.test';
const right = addressRecord(name, '192.0.2.1');
const wrong = addressRecord(name, '192.0.2.66');

function client(test: TestContext, servers: readonly DnsServerAddress[], timeoutMs = 6_000): DnsClient {
  const client = new DnsClient(
    () => servers,
    timeoutMs,
    () => performance.now(),
  );
  test.after(() => client.close());
  return client;
}

function addressesIn(heard: QueryResult): unknown[] {
  assert.ok('reply' in heard, JSON.stringify(heard));
  return heard.reply.answers.map(answer => 'data' in answer && answer.data);
}

async function deadServer(test: TestContext): Promise<DnsServerAddress> {
  const { port, release } = await closedPort('127.0.0.1');
  test.after(release);
  return { address: '127.0.0.1', port };
}

test('an answer with another id, name, type or number of questions, or that is a question, is ignored', async t => {
  const server = await dnsPeer(t, ({ query, send }) => {
    const id = query.id ?? 0;
    send(answerTo(query, [wrong], { id: id ^ 1 }));
    send(answerTo(query, [wrong], { questions: [{ name: 'other.test', type: 'A' }] }));
    send(answerTo(query, [wrong], { questions: [{ name, type: 'AAAA' }] }));
    send(answerTo(query, [wrong], { questions: [{ name, type: 'A', class: 'CH' }] }));
    send(answerTo(query, [wrong], { questions: [] }));
    send(answerTo(query, [wrong], { questions: [...query.questions!, ...query.questions!] }));
    send(answerTo(query, [wrong], { type: 'query' }));
    send(answerTo(query, [right]));
  });
  assert.deepEqual(addressesIn(await client(t, [server]).ask('A', name)), ['192.0.2.1']);
});

test('an answer from another address or port than that of the server is ignored', async t => {
  const stranger = createSocket('udp4').bind(0, '127.0.0.1');
  const far = createSocket('udp4').bind(0, '127.0.0.2');
  await Promise.all([once(stranger, 'listening'), once(far, 'listening')]);
  t.after(() => {
    stranger.close();
    far.close();
  });
  const server = await dnsPeer(t, ({ query, send, from }) => {
    const spoofed = answerTo(query, [wrong]);
    send(spoofed, far);
    stranger.send(spoofed, from.port, from.address, () => send(answerTo(query, [right])));
  });
  assert.deepEqual(addressesIn(await client(t, [server]).ask('A', name)), ['192.0.2.1']);
});

test('ids and source ports are unpredictable', async t => {
  const server = await dnsPeer(t, ({ query, send }) => send(answerTo(query, [right])));
  const asking = client(t, [server]);
  for (let count = 0; count < 60; count++) await asking.ask('A', name);
  const ids = server.heard.map(({ query }) => query.id ?? 0);
  const ports = server.heard.map(({ from }) => from.port);
  for (const numbers of [ids, ports]) {
    assert.ok(new Set(numbers).size > 50);
    const steps = numbers.slice(1).map((number, index) => number - numbers[index]!);
    assert.ok(new Set(steps).size > 40, 'they follow a rule');
  }
});

test('questions ask for recursion and offer 1232 bytes', async t => {
  const server = await dnsPeer(t, ({ query, send }) => send(answerTo(query, [right])));
  await client(t, [server]).ask('A', name);
  const { query } = server.heard[0]!;
  assert.equal(query.flag_rd, true);
  const [option] = query.additionals ?? [];
  assert.equal(option?.type === 'OPT' && option.udpPayloadSize, 1232);
});

test('the name in an answer matches in any case', async t => {
  const server = await dnsPeer(t, ({ query, send }) => {
    send(answerTo(query, [right], { questions: [{ name: 'PBX.Test', type: 'A' }] }));
  });
  assert.deepEqual(addressesIn(await client(t, [server]).ask('A', name)), ['192.0.2.1']);
});

test('a lost datagram is sent again', async t => {
  const server = await dnsPeer(t, ({ query, send }, count) => {
    if (count > 1) send(answerTo(query, [right]));
  });
  assert.deepEqual(addressesIn(await client(t, [server], 1_500).ask('A', name)), ['192.0.2.1']);
});

test('bytes that are not DNS are ignored, and the question is sent again', async t => {
  const server = await dnsPeer(t, ({ query, bytes, send }, count) => {
    send(Buffer.alloc(0));
    send(bytes.subarray(0, 11));
    send(Buffer.from(answerTo(query, [wrong])).fill(0xc0, 12));
    send(Buffer.from(answerTo(query, [wrong])).fill(0xff, 4));
    if (count > 1) send(answerTo(query, [right]));
  });
  assert.deepEqual(addressesIn(await client(t, [server], 1_500).ask('A', name)), ['192.0.2.1']);
});

test('a silent server costs a part of the time, and is asked after the others from then on', async t => {
  const silent = await dnsPeer(t, () => {});
  const second = await dnsPeer(t, ({ query, send }) => send(answerTo(query, [right])));
  const asking = client(t, [silent, second], 3_000);
  assert.deepEqual(addressesIn(await asking.ask('A', name)), ['192.0.2.1']);
  assert.deepEqual(addressesIn(await asking.ask('AAAA', name)), ['192.0.2.1']);
  assert.equal(silent.heard.length, 1);
});

test('the answer of a slow server is still accepted while the next one is asked', async t => {
  let answerLate = () => {};
  const slow = await dnsPeer(t, ({ query, send }) => {
    answerLate = () => send(answerTo(query, [right]));
  });
  const silent = await dnsPeer(t, () => answerLate());
  assert.deepEqual(addressesIn(await client(t, [slow, silent], 1_500).ask('A', name)), ['192.0.2.1']);
});

test('a server that refuses, or fails, is skipped immediately', { timeout: PATIENCE_MS }, async t => {
  const failing = await dnsPeer(t, ({ query, send }) => send(answerTo(query, [], { flags: 2 })));
  const refusing = await dnsPeer(t, ({ query, send }) => send(answerTo(query, [], { flags: 5 })));
  const good = await dnsPeer(t, ({ query, send }) => send(answerTo(query, [right])));
  const asking = client(t, [await deadServer(t), failing, refusing, good], FAR_LONGER_MS);
  assert.deepEqual(addressesIn(await asking.ask('A', name)), ['192.0.2.1']);
});

test('when all fail, the last failure is returned, without waiting', { timeout: PATIENCE_MS }, async t => {
  const failing = await dnsPeer(t, ({ query, send }) => send(answerTo(query, [], { flags: 2 })));
  const heard = await client(t, [await deadServer(t), failing], FAR_LONGER_MS).ask('A', name);
  assert.deepEqual(heard, { failed: 'SERVFAIL' });
  assert.equal(failing.heard.length, 1);
});

test('a server without EDNS is asked again without it, and immediately so from then on', async t => {
  const old = await dnsPeer(t, ({ query, send }) => {
    const bare = { questions: [], flags: 1 };
    send(query.additionals?.length ? answerTo(query, [], bare) : answerTo(query, [right]));
  });
  const asking = client(t, [old]);
  assert.deepEqual(addressesIn(await asking.ask('A', name)), ['192.0.2.1']);
  assert.deepEqual(addressesIn(await asking.ask('A', name)), ['192.0.2.1']);
  assert.equal(old.heard.length, 3);
});

test('a truncated answer is not used; without TCP the next server is asked', async t => {
  const truncating = await dnsPeer(t, ({ query, send }) => {
    send(answerTo(query, [wrong], { flags: dns.TRUNCATED_RESPONSE }));
  });
  const good = await dnsPeer(t, ({ query, send }) => send(answerTo(query, [right])));
  assert.deepEqual(addressesIn(await client(t, [truncating, good]).ask('A', name)), ['192.0.2.1']);
});

/** A server that truncates every answer over UDP, and has `connected` take connections over TCP. */
async function truncatingOverUdp(t: TestContext, connected: (socket: Socket) => void): Promise<DnsPeer> {
  for (;;) {
    const peer = await dnsPeer(t, ({ query, send }) => {
      send(answerTo(query, [], { flags: dns.TRUNCATED_RESPONSE }));
    });
    const tcp = createServer(connected);
    tcp.listen(peer.port, peer.address);
    try {
      await once(tcp, 'listening');
      t.after(() => tcp.close());
      return peer;
    } catch (error) {
      // Another program has this port over TCP.
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}

test('over TCP too, excessive lengths and answers to other questions are refused', async t => {
  const replies = [Buffer.from([0xff, 0xff]), Buffer.from([0, 12, ...Buffer.alloc(12)])];
  const server = await truncatingOverUdp(t, socket => {
    socket.on('error', () => {});
    socket.once('data', () => socket.write(replies.shift()!));
  });
  const asking = client(t, [server]);
  assert.deepEqual(await asking.ask('A', name), { failed: 'the answer is too long' });
  assert.deepEqual(await asking.ask('A', name), { failed: 'no answer to the question' });
});

test('a server that never answers costs the timeout and no more', async t => {
  const silent = await dnsPeer(t, () => {});
  const asking = client(t, [silent], 1_000);
  let times = 0;
  const elapsed = await soonest(1_900, async () => {
    times++;
    assert.deepEqual(await asking.ask('A', name), { failed: 'no answer in time' });
  });
  assert.ok(elapsed < 1_900, `${elapsed} ms`);
  await eventually('it was asked three times', () => silent.heard.length >= 3);
  assert.ok(silent.heard.length <= 3 * times);
});

test('closing fails current and later questions', async t => {
  const silent = await dnsPeer(t, () => {});
  const asking = client(t, [silent], 5_000);
  const pending = asking.ask('A', name);
  asking.close();
  assert.deepEqual(await pending, { failed: 'closed' });
  assert.deepEqual(await asking.ask('A', name), { failed: 'closed' });
});

test('questions above the limit are refused', async t => {
  const silent = await dnsPeer(t, () => {});
  const asking = client(t, [silent], 5_000);
  const pending = Array.from({ length: 513 }, (_, index) => asking.ask('A', `host${index}.test`));
  assert.deepEqual(await pending[512], { failed: 'too many simultaneous questions' });
  asking.close();
  await Promise.all(pending);
});
