// The engine called by a raw peer: what reaches the application, and what the peer receives.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import type { SipResponse } from '../../../../gateway/engine/message/message.ts';
import { type App, nextRequest, startApp, type WholeDialog } from '../drachtio/testbed.ts';
import { sdp, WireCall, WirePeer } from './wire-peer.ts';

function accepting(app: App): Promise<WholeDialog> {
  return new Promise((resolve, reject) => {
    app.srf.use('invite', (req, res) => {
      app.srf.createUAS(req, res, { localSdp: sdp }).then(resolve, reject);
    });
  });
}

async function established(
  app: App,
  peer: WirePeer,
  callId: string,
): Promise<[WireCall, WholeDialog, SipResponse]> {
  const accepted = accepting(app);
  const call = new WireCall(peer, app.uri('bob'), callId);
  call.invite();
  const answer = await peer.hearResponse(200);
  const dialog = await accepted;
  const acknowledged = once(dialog, 'ack');
  call.ack(answer);
  await acknowledged;
  return [call, dialog, answer];
}

// Each test has a separate engine, so they run in parallel.
describe('the engine called', { concurrency: 8, timeout: 100_000 }, () => {
  test('a retransmitted INVITE reaches the application once, and its answer is retransmitted', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    let seen = 0;
    app.srf.use('invite', (_req, res) => {
      seen++;
      setTimeout(() => res.send(486), 50);
    });
    const call = new WireCall(peer, app.uri('bob'), 'retransmitted');
    call.invite();
    await peer.hearResponse(100);
    call.invite();
    await peer.hearResponse(100);
    call.ack(await peer.hearResponse(486));
    assert.equal(seen, 1);
  });

  test('the same INVITE by another path is answered 482', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const pending = nextRequest(app.srf, 'invite');
    const call = new WireCall(peer, app.uri('bob'), 'merged');
    call.invite();
    const { res } = await pending;
    call.invite({ branch: call.branch('other path').replaceAll(' ', '-') });
    await peer.hearResponse(482);
    res.send(486);
    call.ack(await peer.hearResponse(486));
  });

  test('a CANCEL is answered with 200, its INVITE with 487, and the application receives it', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const pending = nextRequest(app.srf, 'invite');
    const call = new WireCall(peer, app.uri('bob'), 'cancelled');
    call.invite();
    const { req, res } = await pending;
    const cancelled = once(req, 'cancel');
    call.cancel({ headers: ['Reason: SIP;cause=200;text="elsewhere"'] });
    await peer.hearResponse(200, 'CANCEL');
    call.ack(await peer.hearResponse(487));
    const [cancel] = (await cancelled) as [{ get(name: string): string }];
    assert.equal(cancel.get('Reason'), 'SIP;cause=200;text="elsewhere"');
    // An answer that is too late is refused and not sent.
    const late = await new Promise(resolve => res.send(200, { body: sdp }, resolve));
    assert.match(String(late), /unknown transaction/);
  });

  test('a CANCEL with a changed Via still matches its INVITE', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const pending = nextRequest(app.srf, 'invite');
    const call = new WireCall(peer, app.uri('bob'), 'changed-via');
    call.invite();
    await pending;
    call.cancel({ branch: 'z9hG4bK-not-the-one' });
    await peer.hearResponse(200, 'CANCEL');
    call.ack(await peer.hearResponse(487));
  });

  test('a CANCEL of an INVITE that the engine itself refused matches nothing, and reaches no application', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    app.srf.use('invite', () => assert.fail('the engine refuses this by itself'));
    const call = new WireCall(peer, app.uri('bob'), 'refused');
    call.invite({ headers: ['Supported: timer', 'Session-Expires: 10'] });
    const refusal = await peer.hearResponse(422);
    // It was refused without a transaction (RFC 3261 8.2.7).
    call.cancel();
    await peer.hearResponse(481, 'CANCEL');
    call.ack(refusal);
    assert.ok(!peer.heard.some(message => message.kind === 'response' && message.status === 487));
  });

  test('a CANCEL without an INVITE is answered with 481', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    new WireCall(peer, app.uri('bob'), 'stray').cancel();
    await peer.hearResponse(481, 'CANCEL');
  });

  test('a 2xx is retransmitted until its ACK arrives, and the ACK reaches the application', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const accepted = accepting(app);
    const call = new WireCall(peer, app.uri('bob'), 'lost-ack');
    call.invite();
    await peer.hearResponse(200);
    const again = await peer.hearResponse(200);
    const dialog = await accepted;
    const acknowledged = once(dialog, 'ack');
    call.ack(again);
    await acknowledged;
    const before = peer.heard.length;
    call.send('INFO', 2);
    await peer.hearResponse(200, 'INFO');
    assert.equal(peer.heard.length, before + 1, 'no 2xx of the INVITE after its ACK');
    call.send('BYE', 3);
    await peer.hearResponse(200, 'BYE');
  });

  test('without an ACK a BYE ends the dialog and the application gets the reason', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const accepted = accepting(app);
    new WireCall(peer, app.uri('bob'), 'no-ack').invite();
    const dialog = await accepted;
    const [, reason] = await once(dialog, 'destroy');
    assert.equal(reason, 'ACK timeout');
    const bye = await peer.hearRequest('BYE');
    assert.match(bye.headers.get('Reason')!, /ACK timeout/);
    peer.respond(bye, '200 OK');
  });

  test('an outgoing BYE waits for the ACK of our 2xx', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const accepted = accepting(app);
    const call = new WireCall(peer, app.uri('bob'), 'early-bye');
    call.invite();
    const answer = await peer.hearResponse(200);
    const dialog = await accepted;
    const destroyed = dialog.destroy();
    await peer.hearResponse(200);
    assert.ok(!peer.heard.some(message => message.kind === 'request'), 'no BYE before the ACK');
    call.ack(answer);
    peer.respond(await peer.hearRequest('BYE'), '200 OK');
    await destroyed;
  });

  test('a CANCEL that crosses our 2xx ends the session with a BYE', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const accepted = accepting(app);
    const call = new WireCall(peer, app.uri('bob'), 'crossing');
    call.invite();
    await peer.hearResponse(200);
    const destroyed = once(await accepted, 'destroy');
    call.cancel();
    await peer.hearResponse(481, 'CANCEL');
    const bye = await peer.hearRequest('BYE');
    assert.match(bye.headers.get('Reason')!, /CANCEL after 200 OK/);
    peer.respond(bye, '200 OK');
    assert.equal((await destroyed)[1], 'CANCEL after 200 OK');
  });

  test('a CANCEL after the ACK has no effect', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const [call, dialog] = await established(app, peer, 'late-cancel');
    call.cancel({ to: `<${app.uri('bob')}>` });
    // RFC 3261 9.2: it "has no effect", which a 200 reports while the INVITE is remembered.
    await peer.hearResponse(200, 'CANCEL');
    const destroyed = dialog.destroy();
    peer.respond(await peer.hearRequest('BYE'), '200 OK');
    await destroyed;
  });

  test('a request with an unknown local tag is answered with 481', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    for (const method of ['BYE', 'INFO', 'UPDATE', 'INVITE', 'MESSAGE']) {
      const call = new WireCall(peer, app.uri('bob'), `unknown-${method}`);
      call.send(method, 5, { to: `<${app.uri('bob')}>;tag=never` });
      const answer = await peer.hearResponse(481, method);
      if (method === 'INVITE')
        call.send('ACK', 5, { branch: call.branch('INVITE5'), to: answer.headers.get('To')! });
    }
  });

  test('a request out of order is answered 500', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const [call] = await established(app, peer, 'order');
    call.send('INFO', 7);
    await peer.hearResponse(200, 'INFO');
    call.send('INFO', 6);
    await peer.hearResponse(500, 'INFO');
    call.send('BYE', 8);
    await peer.hearResponse(200, 'BYE');
  });

  test('a re-INVITE that crosses one of ours is answered with 491, and ours continues', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const [call, dialog] = await established(app, peer, 'glare');
    const modified = dialog.modify(sdp.replace('4000', '4004'));
    const ours = await peer.hearRequest('INVITE');
    call.send('INVITE', 2, { body: sdp });
    const refused = await peer.hearResponse(491);
    call.send('ACK', 2, { branch: call.branch('INVITE2'), to: refused.headers.get('To')! });
    peer.respond(ours, '200 OK', { body: sdp });
    assert.equal(await modified, sdp);
    await peer.hearRequest('ACK');
    call.send('BYE', 3);
    await peer.hearResponse(200, 'BYE');
  });

  test('a target refresh changes the target of our requests', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const [call, dialog] = await established(app, peer, 'refresh');
    const moved = await WirePeer.open(context, app.udpPort);
    const elsewhere = new WireCall(moved, app.uri('bob'), 'refresh');
    const to = `<${app.uri('bob')}>;tag=${dialog.sip.localTag}`;
    elsewhere.send('INVITE', 2, { to, body: sdp });
    const answer = await moved.hearResponse(200);
    elsewhere.ack(answer, 2);
    const destroyed = dialog.destroy();
    const bye = await moved.hearRequest('BYE');
    assert.equal(bye.uri, `sip:peer@127.0.0.1:${moved.port}`);
    moved.respond(bye, '200 OK');
    await destroyed;
    assert.equal(call.callId, 'refresh');
  });

  test('a caller may end an early dialog with BYE: the application receives a CANCEL', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const pending = nextRequest(app.srf, 'invite');
    const call = new WireCall(peer, app.uri('bob'), 'early-bye-of-caller');
    call.invite();
    const { req, res } = await pending;
    const cancelled = once(req, 'cancel');
    res.send(180);
    call.follow(await peer.hearResponse(180));
    call.send('BYE', 2);
    await peer.hearResponse(200, 'BYE');
    call.ack(await peer.hearResponse(487));
    await cancelled;
  });

  test('the engine numbers and retransmits a reliable provisional, and accepts its PRACK', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const pending = nextRequest(app.srf, 'invite');
    const call = new WireCall(peer, app.uri('bob'), 'prack');
    call.invite({ headers: ['Supported: 100rel'] });
    const { res } = await pending;
    res.send(183, { headers: { Require: '100rel', RSeq: '7' }, body: sdp });
    await peer.hearResponse(183);
    const ringing = await peer.hearResponse(183);
    const rseq = ringing.headers.get('RSeq');
    assert.ok(rseq !== undefined && rseq !== '7');
    assert.ok(ringing.headers.has('Contact'));
    call.follow(ringing);
    call.send('PRACK', 2, { headers: [`RAck: ${Number(rseq) + 1} 1 INVITE`] });
    await peer.hearResponse(481, 'PRACK');
    call.send('PRACK', 3, { headers: [`RAck: ${rseq} 1 INVITE`] });
    await peer.hearResponse(200, 'PRACK');
    res.send(486);
    call.ack(await peer.hearResponse(486));
  });

  test('a Record-Route is copied into the answer, and our requests follow it', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const accepted = accepting(app);
    const call = new WireCall(peer, app.uri('bob'), 'record-route');
    const proxy = `<sip:127.0.0.1:${peer.port};lr>`;
    call.invite({ headers: [`Record-Route: ${proxy}`, 'Record-Route: <sip:far.example;lr>'] });
    const answer = await peer.hearResponse(200);
    assert.deepEqual(answer.headers.all('Record-Route'), [proxy, '<sip:far.example;lr>']);
    const dialog = await accepted;
    call.ack(answer);
    const destroyed = dialog.destroy();
    const bye = await peer.hearRequest('BYE');
    assert.deepEqual(bye.headers.all('Route'), [proxy, '<sip:far.example;lr>']);
    peer.respond(bye, '200 OK');
    await destroyed;
  });

  test('malformed requests are answered with 400 if possible, and leave no state', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const call = new WireCall(peer, app.uri('bob'), 'pipe|in-call-id');
    call.invite();
    await peer.hearResponse(400);
    new WireCall(peer, app.uri('bob'), 'odd').send('OPTIONS', 1, { from: '<sip:a@b>;tag=a|b' });
    await peer.hearResponse(400, 'OPTIONS');
    peer.send('complete nonsense\r\n\r\n');
    new WireCall(peer, app.uri('bob'), 'alive').send('OPTIONS', 1);
    await peer.hearResponse(503, 'OPTIONS');
  });
});
