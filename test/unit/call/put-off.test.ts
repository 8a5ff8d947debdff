// A PBX that puts a page's offer off with 491 (RFC 3261 14.1): the gateway is the UAC there, and repeats it.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SipRequest } from '../../../gateway/engine/message/message.ts';
import { RawCall } from '../../support/raw-call.ts';
import type { RawPeer } from '../../support/raw-peer.ts';
import { type Scene, SDP, startScene } from '../../support/signalling-gateway.ts';

const DIRECTOR = 'sip:director@mysite.test';
const OTHER = SDP.replace('o=- 1 1', 'o=- 1 2').replace('audio 30000', 'audio 30200');
const THEIRS = SDP.replace('o=- 1 1', 'o=- 9 2').replace('audio 30000', 'audio 30400');

interface Called extends Scene {
  readonly pbx: RawPeer;
  readonly call: RawCall;
  readonly invite: SipRequest;
}

/** A call that is up, in which the PBX has put the page's offer off. */
async function putOff(context: TestContext): Promise<Called> {
  const scene = await startScene(context);
  const [pbx] = scene.pbxs as [RawPeer];
  const call = new RawCall(scene.browser, DIRECTOR);
  call.invite(SDP);
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '200 OK', { body: SDP });
  call.ack(await scene.browser.response(200));
  await pbx.request('ACK');
  call.request('INVITE', OTHER);
  await postpone(pbx);
  return { ...scene, pbx, call, invite };
}

async function postpone(pbx: RawPeer): Promise<void> {
  pbx.respond(await pbx.request('INVITE'), '491 Request Pending');
  await pbx.request('ACK');
}

async function hangsUp({ browser, call, pbx, quiet }: Called): Promise<void> {
  call.request('BYE');
  await browser.response(200, 'BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await quiet();
}

const isFinal = (message: RawPeer['inbox'][number]) => message.kind === 'response' && message.status >= 200;

test('it is repeated, and the page sees nothing of that', async context => {
  const scene = await putOff(context);
  const { browser, pbx, call } = scene;
  const again = await pbx.request('INVITE');
  assert.equal(again.body.toString(), OTHER);
  assert.deepEqual(browser.inbox.filter(isFinal), []);
  pbx.respond(again, '200 OK', { body: SDP });
  assert.equal((await browser.response(200)).body.toString(), SDP);
  call.ackAgain();
  await pbx.request('ACK');
  await hangsUp(scene);
});

test('a PBX that goes on like that is asked three times, and then the page is told', async context => {
  const scene = await putOff(context);
  const { browser, pbx } = scene;
  for (const _ of ['again', 'for the last time']) await postpone(pbx);
  await browser.response(491);
  await hangsUp(scene);
});

for (const method of ['INVITE', 'UPDATE']) {
  test(`an ${method} of the PBX meanwhile comes first: the page is told, and then offered that`, async context => {
    const scene = await putOff(context);
    const { browser, pbx, call, invite } = scene;
    pbx.requestWithin(invite, method, THEIRS);
    await browser.response(491);
    const offered = await browser.request('INVITE');
    assert.equal(offered.body.toString(), THEIRS);
    call.respond(offered, '200 OK', SDP);
    await browser.request('ACK');
    assert.equal((await pbx.response(200, method)).body.toString(), SDP);
    if (method === 'INVITE') pbx.requestWithin(invite, 'ACK');
    // What the page wanted it may offer now.
    call.request('INVITE', OTHER);
    pbx.respond(await pbx.request('INVITE'), '200 OK', { body: SDP });
    await browser.response(200);
    call.ackAgain();
    await pbx.request('ACK');
    await hangsUp(scene);
  });
}

test('an UPDATE of the page is answered at once', async context => {
  const scene = await startScene(context);
  const [pbx] = scene.pbxs as [RawPeer];
  const call = new RawCall(scene.browser, DIRECTOR);
  call.invite(SDP);
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '200 OK', { body: SDP });
  call.ack(await scene.browser.response(200));
  await pbx.request('ACK');
  call.request('UPDATE', OTHER);
  await postpone(pbx);
  await scene.browser.response(491, 'UPDATE');
  await hangsUp({ ...scene, pbx, call, invite });
});

test('a page that hangs up meanwhile ends the call, and nothing is repeated', async context => {
  const scene = await putOff(context);
  await hangsUp(scene);
  assert.deepEqual(
    scene.pbx.inbox.filter(({ kind }) => kind === 'request'),
    [],
  );
});

test('a PBX that hangs up meanwhile ends the call', async context => {
  const { browser, pbx, call, invite, quiet } = await putOff(context);
  pbx.requestWithin(invite, 'BYE');
  await pbx.response(200, 'BYE');
  call.respond(await browser.request('BYE'), '200 OK');
  await quiet();
});
