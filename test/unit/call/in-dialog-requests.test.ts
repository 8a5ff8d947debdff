// Requests in a dialog are answered by the gateway, each performed or refused, however early they come: drachtio-srf
// answers with 200, with an old description or not at all what has no listener yet.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SipRequest } from '../../../gateway/engine/message/message.ts';
import { RawCall } from '../../support/raw-call.ts';
import type { RawPeer } from '../../support/raw-peer.ts';
import { type Scene, SDP, startScene } from '../../support/signalling-gateway.ts';
import { asked, fromPbx } from './asked.ts';

const DIRECTOR = 'sip:director@mysite.test';
const OTHER = SDP.replace('o=- 1 1', 'o=- 1 2').replace('audio 30000', 'audio 30200');

interface Called extends Scene {
  readonly pbx: RawPeer;
  readonly call: RawCall;
  readonly invite: SipRequest;
}

async function called(context: TestContext): Promise<Called> {
  const scene = await startScene(context, { limits: { responseSeconds: 20 } });
  const [pbx] = scene.pbxs as [RawPeer];
  const call = new RawCall(scene.browser, DIRECTOR);
  call.invite(SDP);
  return { ...scene, pbx, call, invite: await pbx.request('INVITE') };
}

async function answered(context: TestContext): Promise<Called> {
  const scene = await called(context);
  scene.pbx.respond(scene.invite, '200 OK', { body: SDP });
  scene.call.ack(await scene.browser.response(200));
  await scene.pbx.request('ACK');
  return scene;
}

async function hangsUp({ browser, call, pbx, quiet }: Called): Promise<void> {
  call.request('BYE');
  await browser.response(200, 'BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await quiet();
}

for (const request of asked) {
  const { what, method, status, body, headers, type } = request;

  test(`${what} of the page right behind its ACK is answered with ${status}`, async context => {
    const scene = await called(context);
    const { browser, pbx, invite, call } = scene;
    pbx.respond(invite, '200 OK', { body: SDP });
    const ok = await browser.response(200);
    call.ack(ok);
    call.request(method, body, headers, type);
    await browser.response(status, method);
    await pbx.request('ACK');
    assert.deepEqual(pbx.inbox, []);
    await hangsUp(scene);
  });

  test(`${what} of the PBX right behind its 200 is answered with ${status}`, async context => {
    const scene = await called(context);
    const { browser, pbx, invite, call } = scene;
    pbx.respond(invite, '200 OK', { body: SDP });
    fromPbx(pbx, invite, request, 1);
    await pbx.response(status, method);
    call.ack(await browser.response(200));
    await pbx.request('ACK');
    assert.equal(browser.inbox.filter(({ kind }) => kind === 'request').length, 0);
    await hangsUp(scene);
  });

  test(`${what} of the PBX before it answers is answered with ${status}`, async context => {
    const scene = await called(context);
    const { browser, pbx, invite, call } = scene;
    pbx.respond(invite, '183 Session Progress', { body: SDP, headers: ['Require: 100rel', 'RSeq: 1'] });
    // Right behind the response that makes the early dialog, and before its PRACK is answered.
    fromPbx(pbx, invite, request, 1);
    pbx.respond(await pbx.request('PRACK'), '200 OK');
    await pbx.response(status, method);
    pbx.respond(invite, '200 OK');
    call.ack(await browser.response(200));
    await pbx.request('ACK');
    await hangsUp(scene);
  });
}

test('an offer of the page right behind its ACK is carried to the PBX', async context => {
  for (const method of ['INVITE', 'UPDATE']) {
    const scene = await called(context);
    const { browser, pbx, invite, call } = scene;
    pbx.respond(invite, '200 OK', { body: SDP });
    call.ack(await browser.response(200));
    call.request(method, OTHER);
    await pbx.request('ACK');
    const reinvite = await pbx.request('INVITE');
    assert.equal(reinvite.body.toString(), OTHER);
    pbx.respond(reinvite, '200 OK', { body: SDP });
    assert.equal((await browser.response(200, method)).body.toString(), SDP);
    if (method === 'INVITE') call.ackAgain();
    await pbx.request('ACK');
    await hangsUp(scene);
  }
});

test('an offer of the PBX before it answers is answered, and holds once it has', async context => {
  const scene = await called(context);
  const { browser, pbx, invite, call } = scene;
  pbx.respond(invite, '183 Session Progress', { body: SDP, headers: ['Require: 100rel', 'RSeq: 1'] });
  pbx.respond(await pbx.request('PRACK'), '200 OK');
  await browser.response(183);
  pbx.requestWithin(invite, 'UPDATE', OTHER);
  assert.ok((await pbx.response(200, 'UPDATE')).body.length > 0);
  pbx.respond(invite, '200 OK');
  const ok = await browser.response(200);
  assert.equal(ok.body.toString(), OTHER);
  call.ack(ok);
  await pbx.request('ACK');
  await hangsUp(scene);
});

test('an INVITE without an offer gets ours, and the answer in its ACK is taken', async context => {
  const scene = await answered(context);
  const { browser, pbx, invite, call } = scene;
  pbx.requestWithin(invite, 'INVITE');
  assert.equal((await pbx.response(200)).body.toString(), SDP);
  pbx.requestWithin(invite, 'ACK', OTHER);
  // The page is told, for it would notice: here nothing stands between the two.
  const told = await browser.request('INVITE');
  assert.equal(told.body.toString(), OTHER);
  call.respond(told, '200 OK', SDP);
  await browser.request('ACK');
  await hangsUp(scene);
});

test('a page that puts our own offer off with 491 gets it again', async context => {
  const scene = await answered(context);
  const { browser, pbx, invite, call } = scene;
  pbx.requestWithin(invite, 'INVITE');
  await pbx.response(200);
  pbx.requestWithin(invite, 'ACK', OTHER);
  call.respond(await browser.request('INVITE'), '491 Request Pending');
  await browser.request('ACK');
  const again = await browser.request('INVITE');
  assert.equal(again.body.toString(), OTHER);
  call.respond(again, '200 OK', SDP);
  await browser.request('ACK');
  await hangsUp(scene);
});

test('while the answer to our offer is to come in an ACK, another offer waits', async context => {
  const scene = await answered(context);
  const { browser, pbx, invite, call } = scene;
  pbx.requestWithin(invite, 'INVITE');
  await pbx.response(200);
  call.request('INVITE', OTHER);
  await browser.response(491);
  pbx.requestWithin(invite, 'ACK', SDP);
  call.request('INFO');
  await browser.response(200, 'INFO');
  call.request('INVITE', OTHER);
  pbx.respond(await pbx.request('INVITE'), '200 OK', { body: SDP });
  await browser.response(200);
  call.ackAgain();
  await pbx.request('ACK');
  await hangsUp(scene);
});

test('a new offer that is withdrawn is withdrawn on the other side too', async context => {
  const scene = await answered(context);
  const { browser, pbx, invite, call } = scene;
  pbx.requestWithin(invite, 'INVITE', OTHER);
  const reinvite = await browser.request('INVITE');
  call.respond(reinvite, '180 Ringing');
  cancelWithin(pbx, invite);
  await pbx.response(200, 'CANCEL');
  await pbx.response(487);
  const cancel = await browser.request('CANCEL');
  call.respond(cancel, '200 OK');
  call.respond(reinvite, '487 Request Terminated');
  await browser.request('ACK');
  // The session is as it was, and may be changed.
  call.request('INVITE', OTHER);
  pbx.respond(await pbx.request('INVITE'), '200 OK', { body: SDP });
  await browser.response(200);
  call.ackAgain();
  await pbx.request('ACK');
  await hangsUp(scene);
});

/** The CANCEL of the first request that `pbx.requestWithin` sent. */
function cancelWithin(pbx: RawPeer, invite: SipRequest): void {
  const contact = /<([^>]*)>/.exec(invite.headers.get('Contact') ?? '')?.[1];
  pbx.send(
    [
      `CANCEL ${contact} SIP/2.0`,
      `Via: SIP/2.0/UDP ${pbx.address}:${pbx.port};branch=z9hG4bK${invite.headers.get('Call-ID')}1INVITE;rport`,
      'Max-Forwards: 70',
      `From: ${invite.headers.get('To')};tag=peer`,
      `To: ${invite.headers.get('From')}`,
      `Call-ID: ${invite.headers.get('Call-ID')}`,
      'CSeq: 1 CANCEL',
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n'),
  );
}

for (const [type, body] of [
  ['application/dtmf-relay', 'Signal=5\r\nDuration=100\r\n'],
  ['application/dtmf-relay', 'Duration= 100\nSignal= 5'],
  ['application/dtmf', '5'],
] as const) {
  test(`a digit of the page in ${type} goes to the PBX`, async context => {
    const scene = await answered(context);
    const { browser, pbx, call } = scene;
    call.request('INFO', body, [], type);
    const info = await pbx.request('INFO');
    assert.equal(info.headers.get('Content-Type'), 'application/dtmf-relay');
    assert.match(info.body.toString(), /^Signal=5\r\nDuration=1[06]0\r\n$/);
    pbx.respond(info, '200 OK');
    await browser.response(200, 'INFO');
    call.request('INFO', body, [], type);
    pbx.respond(await pbx.request('INFO'), '415 Unsupported Media Type');
    await browser.response(415, 'INFO');
    await hangsUp(scene);
  });
}

test('what is no digit goes nowhere', async context => {
  const scene = await answered(context);
  const { browser, pbx, call } = scene;
  for (const body of ['Signal=55', 'Signal=5\r\nX: y\r\nSignal=\r\n', 'x', `Signal=5${' '.repeat(10_000)}`]) {
    call.request('INFO', body, [], 'application/dtmf-relay');
    await browser.response(400, 'INFO');
  }
  assert.deepEqual(pbx.inbox, []);
  await hangsUp(scene);
});

for (const [what, allow, takes] of [
  ['names INFO', 'INVITE, ACK, BYE, INFO', true],
  ['leaves INFO out', 'INVITE, ACK, BYE', false],
] as const) {
  test(`a page whose PBX ${what} in Allow is told so`, async context => {
    const scene = await called(context);
    const { browser, pbx, invite, call } = scene;
    pbx.respond(invite, '200 OK', { body: SDP, headers: [`Allow: ${allow}`] });
    const ok = await browser.response(200);
    assert.equal(ok.headers.all('Allow').includes('INFO'), takes);
    call.ack(ok);
    await pbx.request('ACK');
    call.request('INFO', 'Signal=5', [], 'application/dtmf-relay');
    if (takes) pbx.respond(await pbx.request('INFO'), '200 OK');
    await browser.response(takes ? 200 : 415, 'INFO');
    await hangsUp(scene);
  });
}

test('digits of the PBX are refused: nobody on a page takes them', async context => {
  const scene = await answered(context);
  const { pbx, invite, browser } = scene;
  fromPbx(
    pbx,
    invite,
    { what: '', method: 'INFO', status: 415, body: 'Signal=5', type: 'application/dtmf-relay' },
    1,
  );
  await pbx.response(415, 'INFO');
  assert.equal(browser.inbox.filter(({ kind }) => kind === 'request').length, 0);
  await hangsUp(scene);
});
