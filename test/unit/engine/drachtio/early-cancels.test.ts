// CANCELs immediately after their INVITE, on a manual clock.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { TimedScene } from '../dialog/timed-scene.ts';
import { WireCall, WirePeer } from '../dialog/wire-peer.ts';
import { nextRequest } from './testbed.ts';

describe('a CANCEL immediately after its INVITE', { timeout: 100_000 }, () => {
  test('reaches a B2BUA as soon as the echo of its own INVITE has arrived', async context => {
    const { app, clock, peer } = await TimedScene.open(context);
    const callee = await WirePeer.open(context, app.udpPort);
    const invited = nextRequest(app.srf, 'invite');
    const call = new WireCall(peer, app.uri('bob'), 'instant-cancel');
    call.invite();
    call.cancel();
    await peer.hearResponse(200, 'CANCEL');
    call.ack(await peer.hearResponse(487));
    // drachtio-srf has the CANCEL now if it was passed on immediately or after the 20 ms.
    clock.pass(20);
    const { req, res } = await invited;
    const outcome = app.srf.createB2BUA(req, res, `sip:x@127.0.0.1:${callee.port}`, { localSdpB: req.body });
    const failed = assert.rejects(outcome, { status: 487 });
    const invite = await callee.hearRequest('INVITE');
    callee.respond(invite, '180 Ringing', { tag: 'b' });
    callee.respond(await callee.hearRequest('CANCEL'), '200 OK', { tag: 'b' });
    callee.respond(invite, '487 Request Terminated', { tag: 'b' });
    await callee.hearRequest('ACK');
    await failed;
  });

  test('does not depend on the date, which may be set back', async context => {
    const { app, clock, peer } = await TimedScene.open(context);
    const invited = nextRequest(app.srf, 'invite');
    const call = new WireCall(peer, app.uri('bob'), 'set-back');
    call.invite();
    const { req } = await invited;
    const cancelled = once(req, 'cancel');
    clock.jump(-3_600_000);
    call.cancel();
    call.ack(await peer.hearResponse(487));
    clock.pass(200);
    await cancelled;
  });

  test('waits at most 200 ms for an application that sends no INVITE', async context => {
    const { app, clock, peer } = await TimedScene.open(context);
    const invited = nextRequest(app.srf, 'invite');
    const call = new WireCall(peer, app.uri('bob'), 'nobody-called');
    call.invite();
    const { req } = await invited;
    let heard = false;
    const cancelled = once(req, 'cancel').then(() => (heard = true));
    call.cancel();
    call.ack(await peer.hearResponse(487));
    clock.pass(199);
    // Another request and its answer use the same connection in the meantime.
    new WireCall(peer, app.uri('bob'), 'between').send('OPTIONS', 1);
    const options = await nextRequest(app.srf, 'options');
    options.res.send(200);
    await peer.hearResponse(200, 'OPTIONS');
    assert.equal(heard, false);
    clock.pass(1);
    await cancelled;
  });
});
