// Messages that arrive twice, too early, too late or at the same time. No phone rings without a call, no call is lost, and
// no state remains.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as breathe } from 'node:timers/promises';
import type { SipMessage, SipRequest } from '../../gateway/engine/message/message.ts';
import { eventually } from '../support/eventually.ts';
import { RawCall } from '../support/raw-call.ts';
import type { RawPeer } from '../support/raw-peer.ts';
import { outOfDialogRequest } from './direct-sip-client.ts';
import { ANSWER, DIRECTOR, OFFER, type Siege, startSiege } from './siege.ts';

const WS = 'SIP/2.0/WS browser.invalid';
const OTHER_OFFER = OFFER.replace('SAVPF 111 63 9 0 8', 'SAVPF 8 0 111 63 9');

/** The CANCEL that belongs to an INVITE's text. */
function cancelOf(invite: string, via = WS): string {
  return outOfDialogRequest('CANCEL', DIRECTOR, via)
    .replace(/branch=\S+/, /branch=\S+/.exec(invite)?.[0] ?? '')
    .replace(/From: .*/, /From: .*/.exec(invite)?.[0] ?? '')
    .replace(/Call-ID: .*/, /Call-ID: .*/.exec(invite)?.[0] ?? '');
}

function methodsAt(pbx: RawPeer): string[] {
  return pbx.received.map(datagram => String(datagram).split(' ', 1)[0] as string);
}

function tagOfTo(request: SipMessage): string | undefined {
  return /;tag=(.*)/.exec(request.headers.get('To') ?? '')?.[1];
}

/** Nothing of any call is left, in signalling or in media. */
async function assertQuiet(siege: Siege): Promise<void> {
  await siege.quiet();
  await eventually('no port is in use', async () => {
    const { media } = await siege.counts();
    return (media as { ports: number }).ports === 0;
  });
  assert.deepEqual(
    siege.logged.filter(({ level }) => level === 'error'),
    [],
  );
}

test('14: an INVITE that comes again gets the last answer again, and rings once', async context => {
  const siege = await startSiege(context);
  const { browser, pbx } = siege;
  const invite = outOfDialogRequest('INVITE', DIRECTOR, WS, OFFER);
  browser.send(invite);
  browser.send(invite);
  const asked = await pbx.request('INVITE');
  pbx.respond(asked, '180 Ringing');
  await browser.response(180);
  browser.send(invite);
  await browser.response(180);
  pbx.respond(asked, '486 Busy Here');
  await browser.response(486);
  browser.send(invite);
  browser.send(invite);
  await assertQuiet(siege);
  assert.deepEqual(methodsAt(pbx), ['INVITE', 'ACK']);
});

test('14: the same INVITE by another branch is answered 482, and rings once', async context => {
  const siege = await startSiege(context);
  const { browser, pbx } = siege;
  const invite = outOfDialogRequest('INVITE', DIRECTOR, WS, OFFER);
  browser.send(invite);
  browser.send(invite.replace('branch=z9hG4bK', 'branch=z9hG4bKother'));
  await browser.response(482);
  const other = await siege.visitor();
  other.send(invite.replace('branch=z9hG4bK', 'branch=z9hG4bKanother'));
  await other.response(482);
  pbx.respond(await pbx.request('INVITE'), '486 Busy Here');
  await browser.response(486);
  await assertQuiet(siege);
  assert.deepEqual(methodsAt(pbx), ['INVITE', 'ACK']);
});

test('15: a CANCEL immediately after its INVITE ends the ringing immediately', async context => {
  const siege = await startSiege(context, { limits: { responseSeconds: 5 } });
  const { browser, pbx } = siege;
  const invites = Array.from({ length: 12 }, () => outOfDialogRequest('INVITE', DIRECTOR, WS, OFFER));
  for (const [turns, invite] of invites.entries()) {
    browser.send(invite);
    // Each a little later than the one before: at the transport, before the application, before the INVITE to the PBX.
    for (let left = turns; left > 0; left--) await breathe();
    browser.send(cancelOf(invite));
  }
  for (const _ of invites) {
    await browser.response(200, 'CANCEL');
    await browser.response(487);
  }
  const called = (method: string) =>
    new Set(
      pbx.received
        .filter(datagram => datagram.toString().startsWith(method))
        .map(datagram => /Call-ID: \S+/.exec(String(datagram))?.[0]),
    );
  // Whatever of them got as far as the PBX is called back from there.
  const fallback = new Map<string | undefined, SipRequest>();
  await eventually('what had begun to ring rings no more', async () => {
    for (const message of pbx.inbox.splice(0)) {
      if (message.kind === 'response') continue;
      const id = message.headers.get('Call-ID');
      if (message.method === 'INVITE') {
        fallback.set(id, message);
        pbx.respond(message, '180 Ringing');
      } else if (message.method === 'CANCEL') {
        pbx.respond(message, '200 OK');
        pbx.respond(fallback.get(id) ?? message, '487 Request Terminated');
      }
    }
    const { calls, dialogs } = await siege.counts();
    return calls === 0 && dialogs === 0 && called('CANCEL').size === called('INVITE').size;
  });
  await assertQuiet(siege);
  assert.ok(fallback.size > 0, 'no CANCEL came late enough');
  assert.deepEqual(called('CANCEL'), called('INVITE'));
  assert.equal(called('BYE').size, 0);
  await siege.goodCall();
});

test('15: a CANCEL before the PBX has said anything waits for its first word', async context => {
  const siege = await startSiege(context, { limits: { responseSeconds: 5 } });
  const { browser, pbx } = siege;
  const call = new RawCall(browser, DIRECTOR);
  call.invite(OFFER);
  const invite = await pbx.request('INVITE');
  call.cancel();
  await browser.response(200, 'CANCEL');
  await browser.response(487);
  await siege.goodCall();
  assert.equal(methodsAt(pbx).includes('CANCEL'), false);
  pbx.respond(invite, '100 Trying');
  const cancel = await pbx.request('CANCEL');
  assert.equal(cancel.headers.get('Via'), invite.headers.get('Via'));
  pbx.respond(cancel, '200 OK');
  pbx.respond(invite, '487 Request Terminated');
  await pbx.request('ACK');
  await assertQuiet(siege);
});

test('15: a CANCEL that crosses the 200 of the PBX ends in ACK and BYE', async context => {
  const siege = await startSiege(context);
  const { browser, pbx } = siege;
  const call = new RawCall(browser, DIRECTOR);
  call.invite(OFFER);
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '180 Ringing');
  await browser.response(180);
  call.cancel();
  await browser.response(487);
  const cancel = await pbx.request('CANCEL');
  pbx.respond(invite, '200 OK', { body: ANSWER });
  pbx.respond(cancel, '481 Gone');
  await pbx.request('ACK');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await assertQuiet(siege);
});

test('15: a CANCEL that crosses our 200 ends both sides', async context => {
  const siege = await startSiege(context);
  const { browser, pbx } = siege;
  const call = new RawCall(browser, DIRECTOR);
  call.invite(OFFER);
  pbx.respond(await pbx.request('INVITE'), '200 OK', { body: ANSWER });
  await browser.response(200);
  call.cancel();
  pbx.respond(await pbx.request('BYE'), '200 OK');
  call.respond(await browser.request('BYE'), '200 OK');
  await assertQuiet(siege);
});

test('16: a CANCEL whose Via has changed finds its INVITE on the connection it came by', async context => {
  const siege = await startSiege(context);
  const { browser, pbx } = siege;
  const text = outOfDialogRequest('INVITE', DIRECTOR, WS, OFFER);
  browser.send(text);
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '180 Ringing');
  await browser.response(180);
  browser.send(cancelOf(text, 'SIP/2.0/WS 198.51.100.9:4711').replace('branch=z9hG4bK', 'branch=z9hG4bKnat'));
  await browser.response(200, 'CANCEL');
  await browser.response(487);
  pbx.respond(await pbx.request('CANCEL'), '200 OK');
  pbx.respond(invite, '487 Request Terminated');
  await assertQuiet(siege);
});

test("16: another visitor's CANCEL ends nothing, and the ringing ends at its limit", async context => {
  const siege = await startSiege(context, { limits: { ringSeconds: 1 } });
  const { browser, pbx } = siege;
  const text = outOfDialogRequest('INVITE', DIRECTOR, WS, OFFER);
  browser.send(text);
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '180 Ringing');
  await browser.response(180);
  const other = await siege.visitor();
  other.send(cancelOf(text, 'SIP/2.0/WS other.invalid'));
  await other.response(481, 'CANCEL');
  await browser.response(480);
  pbx.respond(await pbx.request('CANCEL'), '200 OK');
  pbx.respond(invite, '487 Request Terminated');
  await assertQuiet(siege);
});

test('17: of two re-INVITEs that cross the later gets 491, and the session is unharmed', async context => {
  const siege = await startSiege(context);
  const { browser, pbx } = siege;
  const { call, invite } = await siege.call();
  call.request('INVITE', OTHER_OFFER);
  const ours = await pbx.request('INVITE');
  pbx.requestWithin(invite, 'INVITE', ANSWER.replace('- 1 1', '- 1 2'), call.id);
  await pbx.response(491);
  pbx.requestWithin(invite, 'ACK', '', call.id);
  pbx.respond(ours, '491 Request Pending');
  // Once more, a moment later, as both must: towards the PBX that is the gateway's to do.
  pbx.respond(await pbx.request('INVITE'), '200 OK', { body: ANSWER });
  await browser.response(200);
  call.ackAgain();
  call.request('BYE');
  await browser.response(200, 'BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await assertQuiet(siege);
});

test('17: a re-INVITE beside the 200 is not answered before the call can judge it', async context => {
  const siege = await startSiege(context);
  const { browser, pbx } = siege;
  const call = new RawCall(browser, DIRECTOR);
  call.invite(OFFER);
  const invite = await pbx.request('INVITE');
  const changed = ANSWER.replace('- 1 1', '- 1 2').replace('audio 30000', 'audio 30200');
  pbx.respond(invite, '200 OK', { body: ANSWER, tag: call.id });
  pbx.requestWithin(invite, 'INVITE', changed, call.id);
  // RFC 3261 14.2: with another INVITE under way the answer is 491, and never a description that stood before.
  await pbx.response(491);
  pbx.requestWithin(invite, 'ACK', '', call.id);
  call.ack(await browser.response(200));
  call.request('BYE');
  await browser.response(200, 'BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await assertQuiet(siege);
});

test('18: a BYE that crosses a BYE is answered 200, and so is that', async context => {
  const siege = await startSiege(context);
  const { browser, pbx } = siege;
  const { call, invite } = await siege.call();
  call.request('BYE');
  pbx.requestWithin(invite, 'BYE', '', call.id);
  await browser.response(200, 'BYE');
  await pbx.response(200, 'BYE');
  // A side whose BYE was already sent gets no second one.
  for (const peer of [pbx, browser]) {
    const bye = peer.inbox.find(message => message.kind === 'request' && message.method === 'BYE');
    if (bye) peer.respond(bye as SipRequest, '200 OK');
  }
  await assertQuiet(siege);
});

test('18: a BYE that crosses a re-INVITE ends the call, and the re-INVITE is answered', async context => {
  const siege = await startSiege(context);
  const { browser, pbx } = siege;
  const { call, invite } = await siege.call();
  call.request('INVITE', OTHER_OFFER);
  const reinvite = await pbx.request('INVITE');
  pbx.requestWithin(invite, 'BYE', '', call.id);
  await pbx.response(200, 'BYE');
  pbx.respond(reinvite, '487 Request Terminated');
  call.respond(await browser.request('BYE'), '200 OK');
  const answer = await eventually('an answer to the re-INVITE', () =>
    browser.inbox.find(message => message.kind === 'response' && message.status >= 300),
  );
  assert.match(answer.headers.get('CSeq') ?? '', /INVITE/);
  await assertQuiet(siege);
});

test('27: what is answered may differ from early media; the second 2xx of a fork is ended, the first goes on', async context => {
  const siege = await startSiege(context);
  const { browser, pbx } = siege;
  const call = new RawCall(browser, DIRECTOR);
  call.invite(OFFER);
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '183 Session Progress', { body: ANSWER, tag: 'early' });
  const early = await browser.response(183);
  const other = ANSWER.replace('audio 30000 RTP/AVP 0', 'audio 30002 RTP/AVP 8').replace('0 PCMU', '8 PCMA');
  pbx.respond(invite, '200 OK', { body: other, tag: 'first' });
  pbx.respond(invite, '200 OK', { body: ANSWER, tag: 'second' });
  const answered = await browser.response(200);
  assert.match(String(early.body), /m=audio \d+ UDP\/TLS\/RTP\/SAVPF 0\r/);
  assert.match(String(answered.body), /m=audio \d+ UDP\/TLS\/RTP\/SAVPF 8\r/);
  call.ack(answered);
  const acknowledged = [await pbx.request('ACK'), await pbx.request('ACK')].map(tagOfTo);
  assert.deepEqual(acknowledged.sort(), ['first', 'second']);
  const released = await pbx.request('BYE');
  assert.equal(tagOfTo(released), 'second');
  pbx.respond(released, '200 OK');
  call.request('INFO');
  await browser.response(200, 'INFO');
  call.request('BYE');
  const bye = await pbx.request('BYE');
  assert.equal(tagOfTo(bye), 'first');
  pbx.respond(bye, '200 OK');
  await assertQuiet(siege);
});
