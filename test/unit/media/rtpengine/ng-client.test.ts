import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { NgClient, NgError } from '../../../../gateway/media/rtpengine/ng-client.ts';
import { closedPort } from '../../../support/closed-port.ts';
import { eventually } from '../../../support/eventually.ts';
import { NgPeer } from './ng-peer.ts';

async function scene(context: TestContext, timeoutMs = 10_000) {
  const peer = await NgPeer.open(context);
  const client = new NgClient({ ...peer.server, timeoutMs });
  context.after(() => client.close());
  return { peer, client };
}

const failsAs = (kind: NgError['kind']) => (error: unknown) =>
  error instanceof NgError && error.kind === kind;

test('a request is JSON with a cookie, and the answer with that cookie belongs to it', async context => {
  const { peer, client } = await scene(context);
  peer.onRequest = ({ message, answer }) =>
    answer({ result: 'ok', said: message.command, of: message['call-id'] });
  const [one, two] = await Promise.all([
    client.request('query', { 'call-id': 'a' }),
    client.request('query', { 'call-id': 'b' }),
  ]);
  assert.deepEqual([one.of, two.of], ['a', 'b']);
  assert.equal(client.open, 0);
});

test('a request without an answer is repeated with the same cookie', async context => {
  const { peer, client } = await scene(context);
  peer.onRequest = request => {
    if (peer.received.length === 3) request.answer({ result: 'pong' });
  };
  await client.request('ping');
  assert.equal(new Set(peer.received.map(({ cookie }) => cookie)).size, 1);
});

test('answers with an unknown cookie, repeated ones, and malformed ones are dropped and counted', async context => {
  const { peer, client } = await scene(context);
  peer.onRequest = ({ cookie, answer, raw }) => {
    answer({ result: 'ok', forged: true }, 'another');
    for (const rubbish of ['', 'rubbish', `${cookie} `, `${cookie} {`, `${cookie} []`, `${cookie} null`])
      raw(rubbish);
    answer({ result: 'ok' });
    answer({ result: 'ok', late: true });
  };
  assert.deepEqual(await client.request('list'), { result: 'ok' });
  await eventually('the late answer is counted', () => client.late === 2);
  assert.equal(client.unreadable, 6);
  peer.onRequest = ({ answer }) => answer({ result: 'pong' });
  assert.equal((await client.request('ping')).result, 'pong');
});

test('an answer that comes after the time limit is dropped and counted', async context => {
  const { peer, client } = await scene(context);
  await client.request('ping');
  peer.onRequest = () => {};
  await assert.rejects(client.request('offer', {}, 50), failsAs('silent'));
  await eventually('the request has arrived', () => peer.commands('offer').length > 0);
  peer.commands('offer')[0]?.answer({ result: 'ok' });
  await eventually('it is counted', () => client.late === 1);
  assert.equal(client.open, 0);
});

test('a closed port is reported immediately', async context => {
  const { port, release } = await closedPort('127.0.0.1');
  context.after(release);
  const client = new NgClient({ host: '127.0.0.1', port, timeoutMs: 60_000 });
  context.after(() => client.close());
  await assert.rejects(client.request('ping'), failsAs('refused'));
});

test('an rtpengine that was absent and is now present gets the request', async context => {
  const { port, release } = await closedPort('127.0.0.1');
  const client = new NgClient({ host: '127.0.0.1', port, timeoutMs: 10_000 });
  context.after(() => client.close());
  await assert.rejects(client.request('ping'), failsAs('refused'));
  await release();
  await NgPeer.open(context, port);
  assert.equal((await client.request('ping')).result, 'pong');
});

test('an error has the text of the rtpengine', async context => {
  const { peer, client } = await scene(context);
  peer.onRequest = ({ answer }) => answer({ result: 'error', 'error-reason': 'Unknown call-id' });
  await assert.rejects(client.request('query'), {
    name: 'NgError',
    kind: 'error',
    message: 'Unknown call-id',
  });
});

test('the number of pending requests is limited', async context => {
  const { peer, client } = await scene(context);
  peer.onRequest = () => {};
  const waiting = Array.from({ length: 2000 }, () => client.request('ping').catch(error => error.kind));
  await assert.rejects(client.request('ping'), failsAs('full'));
  client.close();
  assert.deepEqual(new Set(await Promise.all(waiting)), new Set(['refused']));
  assert.equal(client.open, 0);
});
