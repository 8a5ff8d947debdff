// Session timers (RFC 4028) on a manual clock, with a peer on a real socket.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { forgotten, TimedScene } from './timed-scene.ts';
import { sdp, WireCall } from './wire-peer.ts';

describe('a session', { concurrency: 4, timeout: 100_000 }, () => {
  test('too short is refused with 422 and Min-SE', async context => {
    const scene = await TimedScene.open(context);
    const call = new WireCall(scene.peer, scene.app.uri('bob'), 'short');
    call.invite({ headers: ['Supported: timer', 'Session-Expires: 60'] });
    const refused = await scene.peer.hearResponse(422);
    assert.equal(refused.headers.get('Min-SE'), '90');
    call.ack(refused);
  });

  test('that the caller refreshes ends without a refresh', async context => {
    const scene = await TimedScene.open(context);
    const { dialog, answered } = await scene.called(['Supported: timer', 'Session-Expires: 120']);
    assert.equal(answered, '120;refresher=uac timer');
    await scene.ended(dialog, () => scene.clock.pass(88_000));
  });

  test('continues when the caller refreshes it, by UPDATE or by re-INVITE', async context => {
    const scene = await TimedScene.open(context);
    const headers = ['Supported: timer', 'Session-Expires: 120;refresher=uac'];
    const { call, dialog } = await scene.called(headers);
    scene.clock.pass(60_000);
    call.send('UPDATE', 2, { headers });
    const updated = await scene.peer.hearResponse(200, 'UPDATE');
    assert.equal(updated.headers.get('Session-Expires'), '120;refresher=uac');
    scene.clock.pass(60_000);
    call.send('INVITE', 3, { headers, body: sdp });
    const answer = await scene.peer.hearResponse(200);
    const acknowledged = once(dialog, 'ack');
    call.ack(answer, 3);
    await acknowledged;
    scene.clock.pass(60_000);
    assert.equal(scene.requests('BYE').length, 0);
    await scene.hangUp(dialog);
  });

  test('whose caller does not support session timers is refreshed by the engine, with the current offer', async context => {
    const scene = await TimedScene.open(context);
    const { dialog, answered } = await scene.called(['Session-Expires: 120']);
    assert.equal(answered, '120;refresher=uas');
    scene.clock.pass(60_000 - forgotten);
    const refresh = await scene.peer.hearRequest('INVITE');
    assert.equal(refresh.headers.get('Session-Expires'), '120;refresher=uac');
    assert.equal(refresh.body.toString(), dialog.local.sdp);
    scene.peer.respond(refresh, '200 OK', { body: sdp, headers: ['Session-Expires: 120;refresher=uac'] });
    await scene.peer.hearRequest('ACK');
    scene.clock.pass(50_000);
    assert.equal(scene.requests('BYE').length, 0);
    await scene.hangUp(dialog);
  });

  test('with a callee that supports UPDATE is refreshed by an UPDATE without an offer', async context => {
    const scene = await TimedScene.open(context);
    const dialog = await scene.calling([
      'Allow: INVITE, ACK, BYE, CANCEL, UPDATE',
      'Session-Expires: 200;refresher=uac',
    ]);
    scene.clock.pass(100_000 - forgotten);
    const refresh = await scene.peer.hearRequest('UPDATE');
    assert.equal(refresh.body.length, 0);
    scene.peer.respond(refresh, '422 Session Interval Too Small', { headers: ['Min-SE: 600'] });
    // A later message shows that the 422 has been read.
    const asked = dialog.request({ method: 'INFO' });
    scene.peer.respond(await scene.peer.hearRequest('INFO'), '200 OK');
    await asked;
    await scene.until('UPDATE', 2);
    const longer = await scene.peer.hearRequest('UPDATE');
    assert.equal(longer.headers.get('Session-Expires'), '600;refresher=uac');
    // RFC 4028 7.4.
    assert.equal(longer.headers.get('Min-SE'), '600');
    scene.peer.respond(longer, '200 OK', { headers: ['Session-Expires: 600;refresher=uac'] });
    await scene.hangUp(dialog);
  });

  test('ends immediately when its refresh is answered with 481', async context => {
    const scene = await TimedScene.open(context);
    const dialog = await scene.calling(['Allow: UPDATE', 'Session-Expires: 200;refresher=uac']);
    scene.clock.pass(100_000 - forgotten);
    const refresh = await scene.peer.hearRequest('UPDATE');
    await scene.ended(dialog, () => scene.peer.respond(refresh, '481 Call/Transaction Does Not Exist'));
  });

  test('that crosses a re-INVITE of the peer is refreshed a little later', async context => {
    const scene = await TimedScene.open(context);
    const dialog = await scene.calling(['Session-Expires: 200;refresher=uac']);
    scene.clock.pass(100_000 - forgotten);
    scene.peer.respond(await scene.peer.hearRequest('INVITE'), '491 Request Pending');
    await scene.peer.hearRequest('ACK');
    await scene.until('INVITE', 3);
    const again = scene.requests('INVITE').at(-1)!;
    scene.peer.respond(again, '200 OK', { body: sdp, headers: ['Session-Expires: 200;refresher=uac'] });
    await scene.peer.hearRequest('ACK');
    await scene.hangUp(dialog);
  });

  test('without an agreement ends after a day', async context => {
    const scene = await TimedScene.open(context);
    const dialog = await scene.calling([]);
    scene.clock.pass(86_000_000);
    assert.equal(scene.requests('BYE').length, 0);
    await scene.ended(dialog, () => scene.clock.pass(400_000));
  });
});
