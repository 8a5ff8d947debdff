// The engine calls a raw peer: forks, crossing messages, retransmissions.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { type App, type SrfRequest, startApp, type WholeDialog } from '../drachtio/testbed.ts';
import { TimedScene } from './timed-scene.ts';
import { sdp, WireCall, WirePeer } from './wire-peer.ts';

interface Attempt {
  readonly sent: Promise<SrfRequest>;
  readonly outcome: Promise<WholeDialog>;
}

function call(app: App, peer: WirePeer, options: Record<string, unknown> = {}): Attempt {
  let outcome: Promise<WholeDialog> | undefined;
  const sent = new Promise<SrfRequest>((resolve, reject) => {
    outcome = app.srf.createUAC(
      `sip:x@127.0.0.1:${peer.port}`,
      { localSdp: sdp, ...options },
      { cbRequest: (error, request) => (request === undefined ? reject(error) : resolve(request)) },
    );
  });
  // Tests await the outcome after the wire messages. Until then the promise has no listener.
  outcome!.catch(() => {});
  return { sent, outcome: outcome! };
}

async function hangUp(dialog: WholeDialog, peer: WirePeer): Promise<void> {
  const destroyed = dialog.destroy();
  peer.respond(await peer.hearRequest('BYE', dialog.sip.remoteTag), '200 OK');
  await destroyed;
}

// Each test has a separate engine, so they run in parallel.
describe('the engine calling', { concurrency: 8, timeout: 100_000 }, () => {
  test('a CANCEL waits for the first provisional', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const { sent, outcome } = call(app, peer);
    const invite = await peer.hearRequest('INVITE');
    (await sent).cancel({ headers: { Reason: 'SIP;cause=200;text="elsewhere"' } });
    // A retransmission shows that time has passed without a CANCEL.
    await peer.hearRequest('INVITE');
    assert.ok(!peer.heard.some(message => message.kind === 'request' && message.method === 'CANCEL'));
    peer.respond(invite, '100 Trying');
    const cancel = await peer.hearRequest('CANCEL');
    assert.equal(cancel.headers.get('Via'), invite.headers.get('Via'));
    assert.equal(cancel.headers.get('Reason'), 'SIP;cause=200;text="elsewhere"');
    peer.respond(cancel, '200 OK', { tag: 'b' });
    peer.respond(invite, '487 Request Terminated', { tag: 'b' });
    await peer.hearRequest('ACK');
    await assert.rejects(outcome, { status: 487 });
  });

  test('a 200 that crosses our CANCEL is acknowledged and ended with a BYE', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const { sent, outcome } = call(app, peer);
    const invite = await peer.hearRequest('INVITE');
    peer.respond(invite, '180 Ringing', { tag: 'b' });
    (await sent).cancel();
    const cancel = await peer.hearRequest('CANCEL');
    peer.respond(invite, '200 OK', { tag: 'b', body: sdp });
    peer.respond(cancel, '200 OK', { tag: 'b' });
    await peer.hearRequest('ACK');
    const bye = await peer.hearRequest('BYE');
    const destroyed = outcome.then(dialog => once(dialog, 'destroy'));
    peer.respond(bye, '200 OK');
    await destroyed;
  });

  test('the wait for the answer to a CANCEL ends after 64*T1', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const { sent, outcome } = call(app, peer);
    peer.respond(await peer.hearRequest('INVITE'), '180 Ringing', { tag: 'b' });
    (await sent).cancel();
    await assert.rejects(outcome, { status: 408 });
  });

  test('a retransmitted 2xx is acknowledged again, and reaches the application once', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const { outcome } = call(app, peer);
    const invite = await peer.hearRequest('INVITE');
    peer.respond(invite, '200 OK', { tag: 'b', body: sdp });
    const first = await peer.hearRequest('ACK');
    peer.respond(invite, '200 OK', { tag: 'b', body: sdp });
    const second = await peer.hearRequest('ACK');
    assert.equal(second.headers.get('Via'), first.headers.get('Via'));
    await hangUp(await outcome, peer);
  });

  test('when a call forks, the first answer is accepted and every other fork released', async context => {
    // On a manual clock: the forks have 64*T1 to answer, which a busy machine may use up.
    const { app, peer } = await TimedScene.open(context);
    const { outcome } = call(app, peer);
    const invite = await peer.hearRequest('INVITE');
    peer.respond(invite, '180 Ringing', { tag: 'one' });
    peer.respond(invite, '180 Ringing', { tag: 'two' });
    peer.respond(invite, '200 OK', { tag: 'one', body: sdp });
    const dialog = await outcome;
    assert.equal(dialog.sip.remoteTag, 'one');
    assert.match((await peer.hearRequest('ACK')).headers.get('To')!, /tag=one$/);
    for (const tag of ['two', 'three']) {
      peer.respond(invite, '200 OK', { tag, body: sdp });
      assert.match((await peer.hearRequest('ACK')).headers.get('To')!, new RegExp(`tag=${tag}$`));
      peer.respond(await peer.hearRequest('BYE', tag), '200 OK');
    }
    // The chosen fork did not receive its ACK and gets the same ACK again.
    const acks = peer.transactions('ACK');
    peer.respond(invite, '200 OK', { tag: 'one', body: sdp });
    const repeated = await peer.hearRequest('ACK');
    assert.match(repeated.headers.get('To')!, /tag=one$/);
    assert.equal(peer.transactions('ACK'), acks);
    await hangUp(dialog, peer);
  });

  test('the engine acknowledges a failure, once per retransmission', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const { outcome } = call(app, peer);
    const invite = await peer.hearRequest('INVITE');
    peer.respond(invite, '486 Busy Here', { tag: 'b' });
    const ack = await peer.hearRequest('ACK');
    assert.equal(ack.headers.get('Via'), invite.headers.get('Via'));
    assert.match(ack.headers.get('To')!, /tag=b$/);
    peer.respond(invite, '486 Busy Here', { tag: 'b' });
    await peer.hearRequest('ACK');
    await assert.rejects(outcome, { status: 486 });
  });

  test('a 2xx without a Contact is acknowledged and ended if the application cannot use it', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const { outcome } = call(app, peer);
    const invite = await peer.hearRequest('INVITE');
    peer.respond(invite, '200 OK', { tag: 'b', body: sdp, contact: false });
    await peer.hearRequest('ACK');
    const bye = await peer.hearRequest('BYE');
    assert.equal(bye.uri, invite.uri);
    peer.respond(bye, '200 OK');
    await assert.rejects(outcome, { status: 500 });
  });

  test('a 2xx without a Contact makes a dialog with its source address', async context => {
    const app = await startApp(context, { takesAnyAnswer: true });
    const peer = await WirePeer.open(context, app.udpPort);
    const { outcome } = call(app, peer);
    const invite = await peer.hearRequest('INVITE');
    peer.respond(invite, '200 OK', { tag: 'b', body: sdp, contact: false });
    assert.equal((await peer.hearRequest('ACK')).uri, invite.uri);
    const dialog = await outcome;
    assert.equal(dialog.remote.uri, invite.uri);
    await hangUp(dialog, peer);
  });

  test('a 202 makes a dialog like a 200 (RFC 3261 8.1.3.2)', async context => {
    const app = await startApp(context, { takesAnyAnswer: true });
    const peer = await WirePeer.open(context, app.udpPort);
    const { outcome } = call(app, peer);
    peer.respond(await peer.hearRequest('INVITE'), '202 Accepted', { tag: 'b', body: sdp });
    await peer.hearRequest('ACK');
    await hangUp(await outcome, peer);
  });

  test('a route that cannot be parsed is left out', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const { outcome } = call(app, peer);
    const invite = await peer.hearRequest('INVITE');
    const good = `<sip:127.0.0.1:${peer.port};lr>`;
    const headers = [`Record-Route: <<>>, ${good}, <mailto:x@y>, nonsense`];
    peer.respond(invite, '200 OK', { tag: 'b', body: sdp, headers });
    assert.deepEqual((await peer.hearRequest('ACK')).headers.all('Route'), [good]);
    await hangUp(await outcome, peer);
  });

  test('a reliable provisional gets one PRACK, however often it is retransmitted', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const { outcome } = call(app, peer);
    const invite = await peer.hearRequest('INVITE');
    const reliable = { tag: 'b', headers: ['Require: 100rel', 'RSeq: 17'], body: sdp };
    peer.respond(invite, '183 Session Progress', reliable);
    peer.respond(invite, '183 Session Progress', reliable);
    const prack = await peer.hearRequest('PRACK');
    assert.equal(prack.headers.get('RAck'), '17 1 INVITE');
    assert.equal(prack.headers.get('CSeq'), '2 PRACK');
    peer.respond(prack, '200 OK');
    peer.respond(invite, '200 OK', { tag: 'b', body: sdp });
    const ack = await peer.hearRequest('ACK');
    assert.equal(ack.headers.get('CSeq'), '1 ACK');
    await hangUp(await outcome, peer);
    assert.equal(peer.transactions('PRACK'), 1);
  });

  test('the callee may send BYE immediately, and may retransmit it', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const { outcome } = call(app, peer);
    const invite = await peer.hearRequest('INVITE');
    peer.respond(invite, '200 OK', { tag: 'b', body: sdp });
    const dialog = await outcome;
    const destroyed = once(dialog, 'destroy');
    await peer.hearRequest('ACK');
    const bye = {
      branch: 'z9hG4bK-bye',
      from: `${invite.headers.get('To')};tag=b`,
      to: invite.headers.get('From')!,
      callId: invite.headers.get('Call-ID')!,
    };
    const back = new WireCall(peer, app.uri('x'), 'unused');
    back.send('BYE', 1, bye);
    await peer.hearResponse(200, 'BYE');
    back.send('BYE', 1, bye);
    await peer.hearResponse(200, 'BYE');
    await destroyed;
  });

  test('a lost dialog is reported to the application with the text that it expects', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const { outcome } = call(app, peer);
    peer.respond(await peer.hearRequest('INVITE'), '200 OK', { tag: 'b', body: sdp });
    const dialog = await outcome;
    await hangUp(dialog, peer);
    await assert.rejects(dialog.request({ method: 'INFO' }), { code: 'ENODIALOG' });
  });
});
