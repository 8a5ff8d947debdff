// Unusual answers and requests of a PBX, and methods in unusual spelling. Messages that the engine accepts and the library of
// the application does not must leave no call without end, and no request without answer.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SipRequest } from '../../gateway/engine/message/message.ts';
import { RawCall } from '../support/raw-call.ts';
import { ANSWER, DIRECTOR, OFFER, type Siege, startSiege } from './siege.ts';

/** A call of the siege's page that the PBX has. */
async function called(context: TestContext) {
  const siege = await startSiege(context);
  const call = new RawCall(siege.browser, DIRECTOR);
  call.invite(OFFER);
  return { siege, call, invite: await siege.pbx.request('INVITE') };
}

/** A 200 of the PBX with that line in place of its Contact. */
function answerWith(contact: string, invite: SipRequest): string {
  return [
    'SIP/2.0 200 OK',
    ...invite.headers.all('Via').map(value => `Via: ${value}`),
    `From: ${invite.headers.get('From')}`,
    `To: ${invite.headers.get('To')};tag=odd`,
    `Call-ID: ${invite.headers.get('Call-ID')}`,
    `CSeq: ${invite.headers.get('CSeq')}`,
    contact,
    'Content-Type: application/sdp',
    `Content-Length: ${ANSWER.length}`,
    '',
    ANSWER,
  ].join('\r\n');
}

/** The PBX gets a BYE, and no state of the call remains. */
async function assertHungUp({ pbx, quiet }: Siege): Promise<void> {
  await pbx.request('ACK');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await quiet();
}

for (const [what, contact] of [
  ['cannot be read', 'Contact: reception'],
  ['is empty', 'Contact:'],
  ['is too long to be handed on', `Contact: <sip:${'a'.repeat(2_100)}@127.0.0.1>`],
] as const) {
  test(`a PBX whose Contact ${what} is talked to where its answer came from`, async context => {
    const { siege, invite, call } = await called(context);
    const { pbx, browser, quiet } = siege;
    pbx.send(answerWith(contact, invite));
    call.ack(await browser.response(200));
    await pbx.request('ACK');
    call.request('BYE');
    await browser.response(200, 'BYE');
    pbx.respond(await pbx.request('BYE'), '200 OK');
    await quiet();
    await siege.goodCall();
  });
}

test('a PBX that sends BYE before its answer: the call ends, and the visitor gets the reason', async context => {
  const { siege, invite } = await called(context);
  const { pbx, browser } = siege;
  pbx.respond(invite, '183 Session Progress', { body: ANSWER });
  await browser.response(183);
  pbx.requestWithin(invite, 'BYE');
  await pbx.request('CANCEL');
  pbx.respond(invite, '200 OK', { body: ANSWER });
  assert.ok((await browser.final()) >= 300);
  await assertHungUp(siege);
  await siege.goodCall();
});

test('a fork of a PBX that ends its call and answers beside another fork leaves no dialog of either', async context => {
  const { siege, invite } = await called(context);
  const { pbx, browser } = siege;
  for (const tag of ['one', 'two']) {
    pbx.respond(invite, '183 Session Progress', { body: ANSWER, tag });
    await browser.response(183);
  }
  pbx.requestWithin(invite, 'BYE', '', 'one');
  await pbx.request('CANCEL');
  pbx.respond(invite, '200 OK', { body: ANSWER, tag: 'one' });
  assert.ok((await browser.final()) >= 300);
  await assertHungUp(siege);
  await siege.goodCall();
});

/** A running call with a re-INVITE of the page that the PBX has not answered yet. */
async function changing(context: TestContext) {
  const siege = await startSiege(context);
  const { call, invite } = await siege.call();
  call.request('INVITE', OFFER.replace('a=sendrecv', 'a=sendonly'));
  return { siege, call, invite, change: await siege.pbx.request('INVITE') };
}

test('an UPDATE of a PBX is answered while a request of ours waits for its answer', async context => {
  const { siege, call, invite } = await changing(context);
  siege.pbx.requestWithin(invite, 'UPDATE', '', call.id);
  await siege.pbx.response(200, 'UPDATE');
});

test('a provisional answer to a re-INVITE is not final', async context => {
  const { siege, call, change } = await changing(context);
  const { pbx, browser } = siege;
  pbx.respond(change, '183 Session Progress', { tag: call.id });
  pbx.respond(change, '200 OK', { body: ANSWER, tag: call.id });
  assert.equal(await browser.final(), 200);
});

/** An answer with ISUP before or after its SDP: bytes that are no UTF-8. */
function withIsup(order: 'before' | 'after', status: string, invite: SipRequest): Buffer {
  const sdp = Buffer.from(`Content-Type: application/sdp\r\n\r\n${ANSWER}`);
  const isup = Buffer.concat([
    Buffer.from('Content-Type: application/isup;version=itu-t92+\r\nContent-Disposition: signal\r\n\r\n'),
    Buffer.from([0x06, 0x16, 0x0d, 0x0a, 0x80, 0xff, 0xfe, 0xc3, 0x28, 0x00]),
  ]);
  const parts = order === 'before' ? [isup, sdp] : [sdp, isup];
  const body = Buffer.concat([
    ...parts.flatMap(part => [Buffer.from('--cut\r\n'), part, Buffer.from('\r\n')]),
    Buffer.from('--cut--\r\n'),
  ]);
  const head = answerWith(`Contact: <sip:gateway@127.0.0.1:5062>`, invite)
    .replace('200 OK', status)
    .replace('application/sdp', 'multipart/mixed;boundary=cut')
    .replace(/Content-Length: [\s\S]*$/, `Content-Length: ${body.length}\r\n\r\n`);
  return Buffer.concat([Buffer.from(head), body]);
}

for (const order of ['before', 'after'] as const) {
  test(`a PBX that sends ISUP ${order} its SDP is talked to`, async context => {
    const { siege, invite } = await called(context);
    const { pbx, browser } = siege;
    pbx.send(withIsup(order, '183 Session Progress', invite));
    await browser.response(183);
    pbx.send(withIsup(order, '200 OK', invite));
    assert.equal(await browser.final(), 200);
  });
}

for (const method of ['invite', 'Invite']) {
  test(`${method} is no method, and starts no call`, async context => {
    const siege = await startSiege(context);
    const { browser, pbx } = siege;
    browser.send(
      [
        `${method} ${DIRECTOR} SIP/2.0`,
        'Via: SIP/2.0/WS browser.invalid;branch=z9hG4bKspelling',
        'Max-Forwards: 69',
        `To: <${DIRECTOR}>`,
        'From: <sip:anonymous@anonymous.invalid>;tag=spelling',
        'Call-ID: spelling',
        `CSeq: 1 ${method}`,
        'Contact: <sip:browser@browser.invalid;transport=ws>',
        'Content-Type: application/sdp',
        `Content-Length: ${Buffer.byteLength(OFFER)}`,
        '',
        OFFER,
      ].join('\r\n'),
    );
    await browser.response(501, method);
    assert.equal((await siege.gateway.health()).calls, 0);
    assert.deepEqual(pbx.inbox, []);
  });
}
