import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Fleet, type RtpengineServer } from '../../../../gateway/media/rtpengine/fleet.ts';
import { NgError } from '../../../../gateway/media/rtpengine/ng-client.ts';
import { eventually } from '../../../support/eventually.ts';
import { NgPeer } from './ng-peer.ts';

async function scene(context: TestContext) {
  const peers = [await NgPeer.open(context), await NgPeer.open(context)] as const;
  const changes: string[] = [];
  const servers = peers.map(({ server }) => server);
  const fleet = new Fleet({ servers, timeoutMs: 1500, setupMs: 9000 }, ({ state }) => changes.push(state));
  context.after(() => fleet.close());
  await fleet.pingAll();
  return { peers, fleet, changes };
}

const offer = (engine: RtpengineServer, timeoutMs: number) => engine.ng.request('offer', {}, timeoutMs);

test('calls are placed on one rtpengine after the other', async context => {
  const { peers, fleet } = await scene(context);
  for (let call = 0; call < 4; call++) await fleet.place(offer);
  assert.deepEqual(
    peers.map(peer => peer.commands('offer').length),
    [2, 2],
  );
});

test('a call that one rtpengine does not take goes to the other, and further calls go there immediately', async context => {
  const { peers, fleet, changes } = await scene(context);
  const [one, two] = peers;
  one.close();
  await fleet.place(offer);
  await fleet.place(offer);
  assert.equal(two.commands('offer').length, 2);
  await eventually('the first one is away', () => fleet.servers[0]?.state === 'unavailable');
  assert.deepEqual(changes, ['available', 'available', 'unavailable']);
});

test('an rtpengine that reports no capacity is skipped', async context => {
  const { peers, fleet } = await scene(context);
  const [one, two] = peers;
  one.onRequest = ({ answer }) =>
    answer({ result: 'error', 'error-reason': 'Parallel session limit reached' });
  for (let call = 0; call < 2; call++) await fleet.place(offer);
  assert.equal(two.commands('offer').length, 2);
  two.onRequest = one.onRequest;
  await assert.rejects(fleet.place(offer), { name: 'NgError', message: 'Parallel session limit reached' });
});

test('when no rtpengine answers, that is reported at the time limit', async context => {
  const { peers, fleet } = await scene(context);
  for (const peer of peers) peer.onRequest = () => {};
  await assert.rejects(
    fleet.place(offer),
    (error: unknown) => error instanceof NgError && error.kind === 'silent',
  );
});

test('one lost ping does not make an rtpengine away; two do, and the next answer brings it back', async context => {
  const { peers, fleet, changes } = await scene(context);
  const [one] = peers;
  const usual = one.onRequest;
  const engine = fleet.servers[0]!;
  one.onRequest = () => {};
  await fleet.ping(engine);
  assert.equal(engine.state, 'available');
  await fleet.ping(engine);
  assert.equal(engine.state, 'unavailable');
  one.onRequest = usual;
  await fleet.ping(engine);
  assert.deepEqual(changes, ['available', 'available', 'unavailable', 'available']);
});

test('a call that could not be deleted is deleted once the rtpengine is back', async context => {
  const { peers, fleet } = await scene(context);
  const [one] = peers;
  const usual = one.onRequest;
  const engine = fleet.servers[0]!;
  one.onRequest = () => {};
  assert.equal(await fleet.forget(engine, 'late'), null);
  assert.deepEqual([...engine.pendingDeletions], ['late']);
  one.onRequest = usual;
  const before = one.commands('delete').length;
  await fleet.ping(engine);
  await eventually('the request has arrived', () => one.commands('delete').length > before);
  assert.equal(one.commands('delete').at(-1)?.message['call-id'], 'late');
  assert.equal(engine.pendingDeletions.size, 0);
});

test('a call that rtpengine does not have needs no deletion', async context => {
  const { peers, fleet } = await scene(context);
  peers[0].onRequest = ({ answer }) => answer({ result: 'error', 'error-reason': 'Unknown call-id' });
  assert.equal(await fleet.forget(fleet.servers[0]!, 'unknown'), null);
  assert.equal(fleet.servers[0]?.pendingDeletions.size, 0);
});
