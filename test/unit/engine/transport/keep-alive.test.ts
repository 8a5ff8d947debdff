// The keep-alives that the engine sends on its own connections, against a raw TCP peer.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type StreamLimits, streamLimits } from '../../../../gateway/engine/transport/stream-limits.ts';
import { TcpTransport } from '../../../../gateway/engine/transport/tcp.ts';
import { codeOf, Recorder, sip } from './recorder.ts';

async function connected(t: TestContext, limits: Partial<StreamLimits>) {
  const server = createServer({ noDelay: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const user = new Recorder();
  const tcp = new TcpTransport(user, { ...streamLimits, ...limits });
  t.after(async () => {
    server.close();
    await tcp.close();
  });
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const flow = await tcp.flowTo({ address: '127.0.0.1', port: (server.address() as AddressInfo).port });
  const [peer] = await accepted;
  peer.on('error', () => {});
  return { flow, peer, user };
}

test('a connection to a peer that never answers keep-alives stays open', async t => {
  const { flow, peer } = await connected(t, { keepAliveMs: 20, pongMs: 5 });
  for (let i = 0; i < 3; i++) assert.equal(String((await once(peer, 'data'))[0]), '\r\n\r\n');
  assert.equal(flow.closed, false);
});

test('a connection to a peer that stops answering keep-alives is lost', { timeout: 30_000 }, async t => {
  const { peer, user } = await connected(t, { keepAliveMs: 400, pongMs: 200 });
  await once(peer, 'data');
  peer.write('\r\n');
  await once(peer, 'data');
  peer.write('\r\n');
  await once(peer, 'data');
  assert.equal(codeOf((await user.closing()).error), 'ETIMEDOUT');
});

test('a message counts as an answer to a keep-alive', { timeout: 30_000 }, async t => {
  const { flow, peer, user } = await connected(t, { keepAliveMs: 400, pongMs: 200 });
  await once(peer, 'data');
  peer.write('\r\n');
  for (let i = 1; i <= 2; i++) {
    await once(peer, 'data');
    peer.write(sip('something'));
    await user.message(i);
  }
  assert.equal(flow.closed, false);
});

test('keep-alives do not keep an idle connection open', { timeout: 30_000 }, async t => {
  const { user } = await connected(t, { idleMs: 60, keepAliveMs: 20 });
  assert.equal((await user.closing()).error, undefined);
});
