// Requests of a source above its limit are dropped, without an effect on other sources.

import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { UdpTransport, udpLimits } from '../../../../gateway/engine/transport/udp.ts';
import { UdpSources } from '../../../../gateway/engine/transport/udp-sources.ts';
import { Recorder, sip } from './recorder.ts';

const limits = { requestsPerSecond: 10, burst: 20, sources: 4 };
const invite = Buffer.from('INVITE sip:a@b SIP/2.0\r\n');

function admitted(sources: UdpSources, address: string, now: number, count = 1_000): number {
  let passed = 0;
  for (let i = 0; i < count; i++) if (sources.admits(invite, address, now)) passed++;
  return passed;
}

test('a source may send its burst immediately, then its rate', () => {
  const sources = new UdpSources(limits);
  assert.equal(admitted(sources, '192.0.2.1', 0), 20);
  assert.equal(admitted(sources, '192.0.2.1', 1_000), 10);
  assert.equal(sources.dropped, 1_970);
});

test('a flood from one source does not affect another', () => {
  const sources = new UdpSources(limits);
  admitted(sources, '192.0.2.1', 0);
  assert.equal(admitted(sources, '192.0.2.2', 0), 20);
});

test('the addresses of one IPv6 subnet are one source', () => {
  const sources = new UdpSources(limits);
  assert.equal(admitted(sources, '2001:db8::1', 0), 20);
  assert.equal(admitted(sources, '2001:db8::ffff:1', 0), 0);
  assert.equal(admitted(sources, '2001:db8:0:1::1', 0), 20);
  assert.equal(admitted(sources, '::1', 0), 20);
});

test('responses and ACKs create no transaction and are never counted', () => {
  const sources = new UdpSources(limits);
  admitted(sources, '192.0.2.1', 0);
  for (const start of ['SIP/2.0 200 OK', 'ACK sip:a@b SIP/2.0']) {
    assert.ok(sources.admits(Buffer.from(start), '192.0.2.1', 0));
  }
  assert.ok(!sources.admits(Buffer.from('SUBSCRIBE sip:a@b SIP/2.0'), '192.0.2.1', 0));
});

test('the number of sources is limited, and quiet ones are removed', () => {
  const sources = new UdpSources(limits);
  for (let i = 0; i < 100; i++) admitted(sources, `192.0.2.${i}`, 0, 1);
  assert.equal(sources.size, 4);
  sources.sweep(2_001);
  assert.equal(sources.size, 0);
});

test('a flood is dropped before parsing, except from peers that we called', async t => {
  const user = new Recorder();
  const udp = new UdpTransport(user, { ...udpLimits, perSource: { ...limits, requestsPerSecond: 0.001 } });
  t.after(() => udp.close());
  await udp.listen('127.0.0.1', 0);
  const [stranger, called] = [createSocket('udp4'), createSocket('udp4')];
  for (const socket of [stranger, called]) {
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    t.after(() => socket.close());
  }
  await udp.flowTo(called.address());
  for (let i = 0; i < 60; i++) stranger.send(sip(`flood-${i}`), udp.bound.port, '127.0.0.1');
  for (let i = 0; i < 60; i++) called.send(sip(`answer-${i}`), udp.bound.port, '127.0.0.1');
  await user.message(80);
  assert.equal(user.messages.filter(({ text }) => text.includes('flood')).length, 20);
  assert.equal(user.messages.filter(({ text }) => text.includes('answer')).length, 60);
});
