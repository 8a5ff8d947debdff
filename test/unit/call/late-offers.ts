// Offers and answers that come late or early, with sound: where a PBX says that it listens is where the visitor is
// heard. The same on each media relay.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SipRequest } from '../../../gateway/engine/message/message.ts';
import type { MediaRelay } from '../../../gateway/media/relay.ts';
import { WebRtcLeg } from '../../bench/webrtc-leg.ts';
import { RawCall } from '../../support/raw-call.ts';
import type { RawPeer } from '../../support/raw-peer.ts';
import { type Scene, startScene } from '../../support/signalling-gateway.ts';
import { Ear } from './ear.ts';

const DIRECTOR = 'sip:director@mysite.test';
const RELIABLE = ['Require: 100rel', 'RSeq: 1'];
const PCMU = 0;
/** RFC 3551 4.5.9: no side has it, and no relay converts it. */
const G728 = 15;
const PCMA = 8;

interface Talk extends Scene {
  readonly pbx: RawPeer;
  readonly call: RawCall;
  readonly leg: WebRtcLeg;
  readonly invite: SipRequest;
}

/** Two places where the PBX may listen. */
async function ears(context: TestContext): Promise<readonly [Ear, Ear]> {
  const both = [await Ear.open(), await Ear.open()] as const;
  context.after(() => {
    for (const ear of both) ear.close();
  });
  return both;
}

async function called(context: TestContext, relay: 'embedded' | MediaRelay): Promise<Talk> {
  const scene = await startScene(context, { relay });
  const [pbx] = scene.pbxs as [RawPeer];
  const leg = await WebRtcLeg.open();
  context.after(() => leg.close());
  const call = new RawCall(scene.browser, DIRECTOR);
  call.invite(leg.offer());
  return { ...scene, pbx, call, leg, invite: await pbx.request('INVITE') };
}

/** The call is up, and the visitor is heard at `ear`. */
async function answered(context: TestContext, relay: 'embedded' | MediaRelay, ear: Ear): Promise<Talk> {
  const talk = await called(context, relay);
  const { pbx, invite, browser, call, leg } = talk;
  pbx.respond(invite, '200 OK', { body: ear.describe(PCMU) });
  const ok = await browser.response(200);
  call.ack(ok);
  await pbx.request('ACK');
  await leg.connect(String(ok.body));
  await ear.hears(leg, PCMU);
  return talk;
}

async function hangsUp({ browser, call, pbx, quiet }: Talk): Promise<void> {
  call.request('BYE');
  await browser.response(200, 'BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await quiet();
}

/** The page takes whatever it is offered; answers as it did before, with the codec. */
async function pageTakes({ browser, call, leg }: Talk): Promise<string> {
  const offer = await browser.request('INVITE');
  const direction = /^a=(sendrecv|sendonly|recvonly|inactive)/m.exec(String(offer.body))?.[1] ?? 'sendrecv';
  const answer = leg
    .offer()
    .replace('a=setup:actpass', 'a=setup:active')
    .replace('a=sendrecv', `a=${{ sendonly: 'recvonly', recvonly: 'sendonly' }[direction] ?? direction}`);
  call.respond(offer, '200 OK', answer);
  await browser.request('ACK');
  return String(offer.body);
}

export function tellLateOffers(start: (context: TestContext) => Promise<'embedded' | MediaRelay>): void {
  test('the answer of a reliable 183 is where the visitor is heard after a 200 without one', async context => {
    const [ear] = await ears(context);
    const talk = await called(context, await start(context));
    const { pbx, invite, browser, call, leg } = talk;
    pbx.respond(invite, '183 Session Progress', { body: ear.describe(PCMU), headers: RELIABLE });
    pbx.respond(await pbx.request('PRACK'), '200 OK');
    pbx.respond(invite, '200 OK');
    const ok = await browser.response(200);
    call.ack(ok);
    await pbx.request('ACK');
    await leg.connect(String(ok.body));
    await ear.hears(leg, PCMU);
    await hangsUp(talk);
  });

  test('an UPDATE before the answer is answered truly, and is where the visitor is heard', async context => {
    const [before, after] = await ears(context);
    const talk = await called(context, await start(context));
    const { pbx, invite, browser, call, leg } = talk;
    pbx.respond(invite, '183 Session Progress', { body: before.describe(PCMU), headers: RELIABLE });
    pbx.respond(await pbx.request('PRACK'), '200 OK');
    await leg.connect(String((await browser.response(183)).body));
    await before.hears(leg, PCMU);
    pbx.requestWithin(invite, 'UPDATE', after.describe(PCMA));
    const reply = String((await pbx.response(200, 'UPDATE')).body);
    assert.match(reply, /^m=audio \d+ RTP\/AVP 8\r$/m);
    assert.equal(portOf(reply), portOf(String(invite.body)));
    await after.hears(leg, PCMA);
    pbx.respond(invite, '200 OK');
    const ok = await browser.response(200);
    assert.match(String(ok.body), /^m=audio \d+ UDP\/TLS\/RTP\/SAVPF 8\r$/m);
    call.ack(ok);
    await pbx.request('ACK');
    await after.hears(leg, PCMA);
    await hangsUp(talk);
  });

  test('an UPDATE before the answer that cannot be taken leaves all as it was', async context => {
    const [before, after] = await ears(context);
    const talk = await called(context, await start(context));
    const { pbx, invite, browser, call, leg } = talk;
    pbx.respond(invite, '183 Session Progress', { body: before.describe(PCMU), headers: RELIABLE });
    pbx.respond(await pbx.request('PRACK'), '200 OK');
    await leg.connect(String((await browser.response(183)).body));
    pbx.requestWithin(invite, 'UPDATE', after.describe(G728));
    await pbx.response(488, 'UPDATE');
    const more = `${after.describe(PCMU)}m=video 30400 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n`;
    pbx.requestWithin(invite, 'UPDATE', more);
    await pbx.response(488, 'UPDATE');
    await before.hears(leg, PCMU);
    pbx.respond(invite, '200 OK');
    call.ack(await browser.response(200));
    await pbx.request('ACK');
    await before.hears(leg, PCMU);
    await hangsUp(talk);
  });

  test('of two forks the one that picks up is heard, whichever spoke last', async context => {
    const [one, two] = await ears(context);
    const talk = await called(context, await start(context));
    const { pbx, invite, browser, call, leg } = talk;
    for (const [tag, ear] of [
      ['one', one],
      ['two', two],
    ] as const) {
      pbx.respond(invite, '183 Session Progress', { body: ear.describe(PCMU), headers: RELIABLE, tag });
      pbx.respond(await pbx.request('PRACK'), '200 OK');
      await browser.response(183);
    }
    pbx.respond(invite, '200 OK', { tag: 'one' });
    const ok = await browser.response(200);
    call.ack(ok);
    await pbx.request('ACK');
    await leg.connect(String(ok.body));
    await one.hears(leg, PCMU);
    await hangsUp(talk);
  });

  test('the answer in the ACK of an INVITE without an offer is where the visitor is heard', async context => {
    const [before, after] = await ears(context);
    const talk = await answered(context, await start(context), before);
    const { pbx, invite, leg, browser } = talk;
    pbx.requestWithin(invite, 'INVITE');
    const offer = String((await pbx.response(200)).body);
    assert.match(offer, /^m=audio \d+ RTP\/AVP 0 8/m);
    assert.equal(portOf(offer), portOf(String(invite.body)));
    pbx.requestWithin(invite, 'ACK', after.describe(PCMU));
    await after.hears(leg, PCMU);
    // Nothing is different for the page.
    assert.equal(browser.inbox.filter(({ kind }) => kind === 'request').length, 0);
    await hangsUp(talk);
  });

  test('an answer in an ACK that takes another codec is passed on to the page', async context => {
    const [before, after] = await ears(context);
    const talk = await answered(context, await start(context), before);
    const { pbx, invite, leg } = talk;
    pbx.requestWithin(invite, 'INVITE');
    await pbx.response(200);
    pbx.requestWithin(invite, 'ACK', after.describe(PCMA));
    assert.match(await pageTakes(talk), /^m=audio \d+ UDP\/TLS\/RTP\/SAVPF 8\r$/m);
    await after.hears(leg, PCMA);
    await hangsUp(talk);
  });

  test('an answer in an ACK that is inactive stops the sound, and the next INVITE brings it back', async context => {
    const [before, after] = await ears(context);
    const talk = await answered(context, await start(context), before);
    const { pbx, invite, leg } = talk;
    pbx.requestWithin(invite, 'INVITE');
    await pbx.response(200);
    pbx.requestWithin(invite, 'ACK', before.describe(PCMU, 'inactive'));
    assert.match(await pageTakes(talk), /^a=inactive\r$/m);
    await before.hearsNothing(leg, PCMU);
    // As a PBX takes up a held call again: it asks what we can do.
    pbx.requestWithin(invite, 'INVITE');
    assert.match(String((await pbx.response(200)).body), /^a=sendrecv\r$/m);
    pbx.requestWithin(invite, 'ACK', after.describe(PCMU));
    assert.match(await pageTakes(talk), /^a=sendrecv\r$/m);
    await after.hears(leg, PCMU);
    await hangsUp(talk);
  });

  test('an answer in an ACK that cannot be used leaves the sound where it was', async context => {
    const [before] = await ears(context);
    const talk = await answered(context, await start(context), before);
    const { pbx, invite, leg, logged } = talk;
    pbx.requestWithin(invite, 'INVITE');
    await pbx.response(200);
    pbx.requestWithin(invite, 'ACK', before.describe(G728));
    await before.hears(leg, PCMU);
    pbx.requestWithin(invite, 'UPDATE');
    await pbx.response(200, 'UPDATE');
    assert.ok(logged.some(({ msg, level }) => msg === 'new description refused' && level === 'info'));
    await hangsUp(talk);
  });
}

function portOf(sdp: string): string | undefined {
  return /^m=audio (\d+)/m.exec(sdp)?.[1];
}
