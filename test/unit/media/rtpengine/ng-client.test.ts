import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { NgClient, NgError } from '../../../../gateway/media/rtpengine/ng-client.ts';
import { eventually } from '../../../support/eventually.ts';
import { freePort } from '../../../support/free-port.ts';
import { NgPeer } from './ng-peer.ts';

async function scene(context: TestContext, patienceMs = 10_000) {
  const peer = await NgPeer.open(context);
  const client = new NgClient({ ...peer.server, patienceMs });
  context.after(() => client.close());
  return { peer, client };
}

const failsAs = (kind: NgError['kind']) => (error: unknown) =>
  error instanceof NgError && error.kind === kind;

test('a request is JSON with a cookie, and the answer with that cookie belongs to it', async context => {
  const { peer, client } = await scene(context);
  peer.onQuestion = ({ message, answer }) =>
    answer({ result: 'ok', said: message.command, of: message['call-id'] });
  const [one, two] = await Promise.all([
    client.ask('query', { 'call-id': 'a' }),
    client.ask('query', { 'call-id': 'b' }),
  ]);
  assert.deepEqual([one.of, two.of], ['a', 'b']);
  assert.equal(client.open, 0);
});

test('a request without an answer is repeated with the same cookie', async context => {
  const { peer, client } = await scene(context);
  peer.onQuestion = question => {
    if (peer.asked.length === 3) question.answer({ result: 'pong' });
  };
  await client.ask('ping');
  assert.equal(new Set(peer.asked.map(({ cookie }) => cookie)).size, 1);
});

test('answers with an unknown cookie, repeated ones, and malformed ones are dropped and counted', async context => {
  const { peer, client } = await scene(context);
  peer.onQuestion = ({ cookie, answer, raw }) => {
    answer({ result: 'ok', forged: true }, 'another');
    for (const rubbish of ['', 'rubbish', `${cookie} `, `${cookie} {`, `${cookie} []`, `${cookie} null`])
      raw(rubbish);
    answer({ result: 'ok' });
    answer({ result: 'ok', late: true });
  };
  assert.deepEqual(await client.ask('list'), { result: 'ok' });
  await eventually('the late answer is counted', () => client.late === 2);
  assert.equal(client.unreadable, 6);
  peer.onQuestion = ({ answer }) => answer({ result: 'pong' });
  assert.equal((await client.ask('ping')).result, 'pong');
});

test('an answer that comes after the time limit is dropped and counted', async context => {
  const { peer, client } = await scene(context);
  await client.ask('ping');
  peer.onQuestion = () => {};
  await assert.rejects(client.ask('offer', {}, 50), failsAs('silent'));
  await eventually('the request has arrived', () => peer.commands('offer').length > 0);
  peer.commands('offer')[0]?.answer({ result: 'ok' });
  await eventually('it is counted', () => client.late === 1);
  assert.equal(client.open, 0);
});

test('a closed port is reported immediately', async context => {
  const client = new NgClient({ host: '127.0.0.1', port: await freePort('127.0.0.1'), patienceMs: 60_000 });
  context.after(() => client.close());
  await assert.rejects(client.ask('ping'), failsAs('refused'));
});

test('an rtpengine that was absent and is now present gets the request', async context => {
  const port = await freePort('127.0.0.1');
  const client = new NgClient({ host: '127.0.0.1', port, patienceMs: 10_000 });
  context.after(() => client.close());
  await assert.rejects(client.ask('ping'), failsAs('refused'));
  await NgPeer.open(context, port);
  assert.equal((await client.ask('ping')).result, 'pong');
});

test('an error has the text of the rtpengine', async context => {
  const { peer, client } = await scene(context);
  peer.onQuestion = ({ answer }) => answer({ result: 'error', 'error-reason': 'Unknown call-id' });
  await assert.rejects(client.ask('query'), { name: 'NgError', kind: 'error', message: 'Unknown call-id' });
});

test('the number of pending requests is limited', async context => {
  const { peer, client } = await scene(context);
  peer.onQuestion = () => {};
  const waiting = Array.from({ length: 2000 }, () => client.ask('ping').catch(error => error.kind));
  await assert.rejects(client.ask('ping'), failsAs('full'));
  client.close();
  assert.deepEqual(new Set(await Promise.all(waiting)), new Set(['refused']));
  assert.equal(client.open, 0);
});
