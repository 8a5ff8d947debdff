// Visitors who share an address: an office, a seminar, a mobile carrier. A hundred visitors may do the same at the same time,
// and none is disconnected or banned for it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RawCall } from '../support/raw-call.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { SDP, startDeserted } from '../support/signalling-gateway.ts';
import { DIRECTOR, knock, tokenOf } from './authorization-scene.ts';
import { startWatched } from './security-scene.ts';

for (const [whose, limits] of [
  ['its address', { connectionsPerAddress: 1 }],
  ['the gateway', { connections: 1 }],
] as const) {
  test(`a call finds back from a broken WebSocket although ${whose} holds as many as it may`, async context => {
    const scene = await startWatched(context, { site: { tokens: undefined }, limits });
    const answer = await knock(scene, { protocols: ['sip', `token.${await tokenOf(scene)}`] });
    const { back } = await answer.greeting;
    const browser = RawPeer.over(answer.socket);
    const call = new RawCall(browser, DIRECTOR);
    call.invite(SDP);
    const invite = await scene.pbxs[0]!.request('INVITE');
    scene.pbxs[0]!.respond(invite, '200 OK', { body: SDP });
    call.ack(await browser.response(200));
    await scene.pbxs[0]!.request('ACK');

    // The network changed: the old WebSocket is open as far as the gateway knows.
    const found = await knock(scene, { protocols: ['sip', `back.${back}`] });
    assert.equal(found.status, 101, found.body);
    const again = RawPeer.over(found.socket);
    const stranger = await knock(scene, { protocols: ['sip', 'back.AAAAAAAAAAAAAAAAAAAAAAAA'] });
    assert.notEqual(stranger.status, 101, 'nobody else gets a place');
    call.moveTo(again);
    call.request('BYE');
    await again.response(200, 'BYE');
    scene.pbxs[0]!.respond(await scene.pbxs[0]!.request('BYE'), '200 OK');
    await scene.quiet();
    for (const { socket } of [found, answer]) socket.terminate();
  });
}

test('pages of an office beyond the bound of its address get 429, and it is no offence', async context => {
  const scene = await startWatched(context, { limits: { connectionsPerAddress: 2 } });
  for (let count = 0; count < 2; count++) {
    const { status, socket } = await knock(scene, {});
    context.after(() => socket.terminate());
    assert.equal(status, 101);
  }
  for (let count = 0; count < 20; count++) assert.equal((await knock(scene, {})).status, 429);
  await scene.offend();
  scene.assertOffences('missing-origin');
});

test('a seminar of 100 from one address, which its owner allows, gets its tokens in one second', async context => {
  const instant = performance.now();
  context.mock.method(performance, 'now', () => instant);
  const scene = await startDeserted(context, {
    site: { tokens: undefined },
    limits: { connectionsPerAddress: 100 },
  });
  for (let count = 0; count < 100; count++) await tokenOf(scene);
});
