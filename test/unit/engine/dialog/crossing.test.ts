// Requests that cross or follow one another too closely: UPDATE, re-INVITE, reliable provisionals.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { nextRequest, startApp, type WholeDialog } from '../drachtio/testbed.ts';
import { sdp, WireCall, WirePeer } from './wire-peer.ts';

const reliable = { headers: { Require: '100rel' }, body: sdp };

describe('requests that cross', { concurrency: 8, timeout: 20_000 }, () => {
  test('a re-INVITE of ours that is refused with 491 leaves the call as it was', async context => {
    // So slow that nothing is repeated.
    const app = await startApp(context, { timers: { t1: 100, t2: 400, t4: 200 } });
    const peer = await WirePeer.open(context, app.udpPort);
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

  test('a second UPDATE before the first is answered gets 500 and when to try again', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const invited = nextRequest(app.srf, 'invite');
    const call = new WireCall(peer, app.uri('bob'), 'updates');
    call.invite();
    const dialog = await app.srf.createUAS((await invited).req, (await invited).res, { localSdp: sdp });
    const answer = await peer.hearResponse(200);
    const acknowledged = once(dialog, 'ack');
    call.ack(answer);
    await acknowledged;
    const updated = once(dialog, 'update');
    call.send('UPDATE', 2, { body: sdp });
    const [, res] = await updated;
    call.send('UPDATE', 3, { body: sdp });
    const refused = await peer.hearResponse(500, 'UPDATE');
    assert.match(refused.headers.get('Retry-After')!, /^(\d|10)$/);
    res.send(200, { body: sdp });
    await peer.hearResponse(200, 'UPDATE');
    call.send('BYE', 4);
    await peer.hearResponse(200, 'BYE');
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
    // The application made no dialog of its bare answer, and says so.
    await peer.hearResponse(404, 'BYE');
  });

  test('a CANCEL finds a 2xx that still waits: the caller hears 487', async context => {
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

  test('a provisional that overtook another is not heard before it', async context => {
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
