// Requests that cross each other or follow too closely: UPDATE, re-INVITE, reliable provisionals.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import type { SipResponse } from '../../../../gateway/engine/message/message.ts';
import { RawApp } from '../drachtio/raw-app.ts';
import { type App, nextRequest, startApp, type WholeDialog } from '../drachtio/testbed.ts';
import { TimedScene } from './timed-scene.ts';
import { sdp, WireCall, WirePeer } from './wire-peer.ts';

/** A call from the peer that the application has answered, including the ACK. */
async function established(app: App, peer: WirePeer, callId: string): Promise<[WireCall, WholeDialog]> {
  const invited = nextRequest(app.srf, 'invite');
  const call = new WireCall(peer, app.uri('bob'), callId);
  call.invite();
  const { req, res } = await invited;
  const dialog = await app.srf.createUAS(req, res, { localSdp: sdp });
  const acknowledged = once(dialog, 'ack');
  call.ack(await peer.hearResponse(200));
  await acknowledged;
  return [call, dialog];
}

/** RFC 3311 5.2: "a randomly chosen value between 0 and 10 seconds". */
function assertRetryAfter(refused: SipResponse): void {
  assert.match(refused.headers.get('Retry-After') ?? '', /^(\d|10)$/);
}

const reliable = { headers: { Require: '100rel' }, body: sdp };

describe('requests that cross', { concurrency: 8, timeout: 100_000 }, () => {
  test('an outgoing re-INVITE that is refused with 491 changes nothing', async context => {
    const { app, peer } = await TimedScene.open(context);
    const outcome = app.srf.createUAC(`sip:x@127.0.0.1:${peer.port}`, { localSdp: sdp });
    peer.respond(await peer.hearRequest('INVITE'), '200 OK', { tag: 'b', body: sdp });
    const dialog: WholeDialog = await outcome;
    await peer.hearRequest('ACK');
    const refused = dialog.modify(sdp.replace('4000', '4002'));
    refused.catch(() => {});
    peer.respond(await peer.hearRequest('INVITE'), '491 Request Pending');
    await peer.hearRequest('ACK');
    await assert.rejects(refused, { status: 491 });
    const destroyed = dialog.destroy();
    peer.respond(await peer.hearRequest('BYE'), '200 OK');
    await destroyed;
  });

  test('a second UPDATE before the answer to the first gets 500 with Retry-After', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const [call, dialog] = await established(app, peer, 'updates');
    const updated = once(dialog, 'update');
    call.send('UPDATE', 2, { body: sdp });
    const [, res] = await updated;
    call.send('UPDATE', 3, { body: sdp });
    const refused = await peer.hearResponse(500, 'UPDATE');
    assertRetryAfter(refused);
    res.send(200, { body: sdp });
    await peer.hearResponse(200, 'UPDATE');
    call.send('BYE', 4);
    await peer.hearResponse(200, 'BYE');
  });

  test('an UPDATE with an offer that crosses one of ours is answered with 491, and ours continues', async context => {
    const { app, peer } = await TimedScene.open(context);
    const [call, dialog] = await established(app, peer, 'update-glare');
    const updated = dialog.request({ method: 'UPDATE', body: sdp });
    const ours = await peer.hearRequest('UPDATE');
    call.send('UPDATE', 2, { body: sdp });
    await peer.hearResponse(491, 'UPDATE');
    peer.respond(ours, '200 OK', { body: sdp });
    assert.equal((await updated).status, 200);
    call.send('BYE', 4);
    await peer.hearResponse(200, 'BYE');
  });

  test('an UPDATE with an offer that crosses an outgoing re-INVITE is answered with 491', async context => {
    const { app, peer } = await TimedScene.open(context);
    const [call, dialog] = await established(app, peer, 'update-reinvite');
    const modified = dialog.modify(sdp.replace('4000', '4004'));
    const ours = await peer.hearRequest('INVITE');
    call.send('UPDATE', 2, { body: sdp });
    await peer.hearResponse(491, 'UPDATE');
    peer.respond(ours, '200 OK', { body: sdp });
    await modified;
    await peer.hearRequest('ACK');
    call.send('BYE', 4);
    await peer.hearResponse(200, 'BYE');
  });

  test('an UPDATE with an offer during an unanswered re-INVITE of the peer gets 500, one without an offer is accepted', async context => {
    const { app: srfApp, peer } = await TimedScene.open(context);
    // Without drachtio-srf, because drachtio-srf refuses such an UPDATE too.
    const app = await RawApp.authenticated(srfApp.engine, 'invite');
    context.after(() => app.socket.destroy());
    const call = new WireCall(peer, 'sip:bob@127.0.0.1', 'reinvite-update');
    const answer = async (what: string) => {
      const frame = await app.frame();
      assert.match(frame, new RegExp(`\r\n${what} sip:`));
      return async () => {
        app.answer(frame, '200 OK');
        assert.match(await app.frame(), /\|OK\|/);
      };
    };
    call.invite();
    await (await answer('INVITE'))();
    call.ack(await peer.hearResponse(200));
    assert.match(await app.frame(), /\r\nACK /);
    call.send('INVITE', 2, { body: sdp });
    const accept = await answer('INVITE');
    call.send('UPDATE', 3, { body: sdp });
    assertRetryAfter(await peer.hearResponse(500, 'UPDATE'));
    call.send('UPDATE', 4);
    await (await answer('UPDATE'))();
    await peer.hearResponse(200, 'UPDATE');
    await accept();
    call.ack(await peer.hearResponse(200), 2);
    assert.match(await app.frame(), /\r\nACK /);
    call.send('BYE', 5);
    await (await answer('BYE'))();
    await peer.hearResponse(200, 'BYE');
  });

  test('a re-INVITE that crosses an outgoing UPDATE with an offer is answered with 491', async context => {
    const { app, peer } = await TimedScene.open(context);
    const [call, dialog] = await established(app, peer, 'reinvite-meets-update');
    const updated = dialog.request({ method: 'UPDATE', body: sdp });
    const ours = await peer.hearRequest('UPDATE');
    call.send('INVITE', 2, { body: sdp });
    const refused = await peer.hearResponse(491);
    call.send('ACK', 2, { branch: call.branch('INVITE2'), to: refused.headers.get('To')! });
    peer.respond(ours, '200 OK', { body: sdp });
    await updated;
    call.send('BYE', 3);
    await peer.hearResponse(200, 'BYE');
  });

  test("a re-INVITE before the answer to the peer's UPDATE gets 500 with Retry-After", async context => {
    const { app, peer } = await TimedScene.open(context);
    const [call, dialog] = await established(app, peer, 'reinvite-on-update');
    const updated = once(dialog, 'update');
    call.send('UPDATE', 2, { body: sdp });
    const [, res] = await updated;
    call.send('INVITE', 3, { body: sdp });
    const refused = await peer.hearResponse(500);
    assertRetryAfter(refused);
    call.send('ACK', 3, { branch: call.branch('INVITE3'), to: refused.headers.get('To')! });
    res.send(200, { body: sdp });
    await peer.hearResponse(200, 'UPDATE');
    call.send('BYE', 4);
    await peer.hearResponse(200, 'BYE');
  });

  test('an offer of the application is refused immediately while another offer is open', async context => {
    const { app, peer } = await TimedScene.open(context);
    const [call, dialog] = await established(app, peer, 'two-offers');
    const modified = dialog.modify(sdp.replace('4000', '4004'));
    const ours = await peer.hearRequest('INVITE');
    await assert.rejects(dialog.request({ method: 'UPDATE', body: sdp }), /Request Pending/);
    peer.respond(ours, '200 OK', { body: sdp });
    await modified;
    await peer.hearRequest('ACK');
    call.send('BYE', 2);
    await peer.hearResponse(200, 'BYE');
  });

  test('an UPDATE with an offer before the answer to the INVITE gets 500, after a reliable answer it is accepted', async context => {
    const { app, peer } = await TimedScene.open(context);
    const invited = nextRequest(app.srf, 'invite');
    const call = new WireCall(peer, app.uri('bob'), 'early-update');
    call.invite({ headers: ['Supported: 100rel'] });
    const { req, res } = await invited;
    const updated = once(req, 'update');
    res.send(180);
    call.follow(await peer.hearResponse(180));
    call.send('UPDATE', 2, { body: sdp });
    assertRetryAfter(await peer.hearResponse(500, 'UPDATE'));
    res.send(183, reliable);
    const answered = await peer.hearResponse(183);
    call.send('PRACK', 3, { headers: [`RAck: ${answered.headers.get('RSeq')} 1 INVITE`] });
    await peer.hearResponse(200, 'PRACK');
    call.send('UPDATE', 4, { body: sdp });
    const [, again] = await updated;
    again.send(200, { body: sdp });
    await peer.hearResponse(200, 'UPDATE');
    res.send(486);
    call.ack(await peer.hearResponse(486));
  });

  test('a second reliable provisional waits for the PRACK of the first', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const invited = nextRequest(app.srf, 'invite');
    const call = new WireCall(peer, app.uri('bob'), 'queued');
    call.invite({ headers: ['Supported: 100rel'] });
    const { res } = await invited;
    res.send(183, reliable);
    res.send(180, { headers: { Require: '100rel' } });
    const first = await peer.hearResponse(183);
    await peer.hearResponse(183);
    assert.ok(!peer.heard.some(message => message.kind === 'response' && message.status === 180));
    call.follow(first);
    const rseq = Number(first.headers.get('RSeq'));
    call.send('PRACK', 2, { headers: [`RAck: ${rseq} 1 INVITE`] });
    const second = await peer.hearResponse(180);
    assert.equal(Number(second.headers.get('RSeq')), rseq + 1);
    call.send('PRACK', 3, { headers: [`RAck: ${rseq + 1} 1 INVITE`] });
    await peer.hearResponse(200, 'PRACK');
    res.send(486);
    call.ack(await peer.hearResponse(486));
  });

  test('a 2xx waits for the PRACK of a provisional that described the session', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const invited = nextRequest(app.srf, 'invite');
    const call = new WireCall(peer, app.uri('bob'), 'held');
    call.invite({ headers: ['Supported: 100rel'] });
    const { res } = await invited;
    res.send(183, reliable);
    res.send(200, { body: sdp });
    const first = await peer.hearResponse(183);
    await peer.hearResponse(183);
    assert.ok(!peer.heard.some(message => message.kind === 'response' && message.status === 200));
    call.follow(first);
    call.send('PRACK', 2, { headers: [`RAck: ${first.headers.get('RSeq')} 1 INVITE`] });
    call.ack(await peer.hearResponse(200));
    call.send('BYE', 3);
    // The application made no dialog from its answer without a body, and answers 404.
    await peer.hearResponse(404, 'BYE');
  });

  test('a CANCEL while the 2xx still waits: the caller receives 487', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const invited = nextRequest(app.srf, 'invite');
    const call = new WireCall(peer, app.uri('bob'), 'held-cancel');
    call.invite({ headers: ['Supported: 100rel'] });
    const { res } = await invited;
    res.send(183, reliable);
    res.send(200, { body: sdp });
    await peer.hearResponse(183);
    call.cancel();
    await peer.hearResponse(200, 'CANCEL');
    call.ack(await peer.hearResponse(487));
    peer.respond(await peer.hearRequest('BYE'), '481 Call/Transaction Does Not Exist');
  });

  test('a provisional that overtook another is not passed on before it', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const heard: number[] = [];
    const outcome = app.srf.createUAC(
      `sip:x@127.0.0.1:${peer.port}`,
      { localSdp: sdp },
      { cbProvisional: response => heard.push(Number(response.get('RSeq'))) },
    );
    outcome.catch(() => {});
    const invite = await peer.hearRequest('INVITE');
    for (const rseq of [5, 7, 6, 7]) {
      peer.respond(invite, '183 Session Progress', {
        tag: 'b',
        headers: ['Require: 100rel', `RSeq: ${rseq}`],
        body: sdp,
      });
    }
    for (let i = 0; i < 3; i++) peer.respond(await peer.hearRequest('PRACK'), '200 OK');
    peer.respond(invite, '486 Busy Here', { tag: 'b' });
    await assert.rejects(outcome, { status: 486 });
    assert.deepEqual(heard, [5, 6, 7]);
    await peer.hearRequest('ACK');
  });
});
