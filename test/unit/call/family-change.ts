// A PBX that describes itself in the call with an address of the other family. Where the gateway has that family too,
// media goes there from its own address of that family. The same on each media relay.

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
const PCMA = 8;

export type Relay = 'embedded' | MediaRelay;
/** Starts a relay that has these families. */
export type StartRelay = (families: readonly (4 | 6)[]) => Promise<Relay>;

interface Talk extends Scene {
  readonly pbx: RawPeer;
  readonly call: RawCall;
  readonly leg: WebRtcLeg;
  readonly invite: SipRequest;
  readonly four: Ear;
  readonly six: Ear;
}

async function called(context: TestContext, relay: Relay, own: readonly string[]): Promise<Talk> {
  const allow = ['127.0.0.0/8', '::1'];
  const scene = await startScene(context, { relay, settings: { address: [...own] }, allow });
  const [pbx] = scene.pbxs as [RawPeer];
  const [leg, four, six] = [await WebRtcLeg.open(), await Ear.open(), await Ear.open('::1')];
  context.after(() => {
    for (const one of [leg, four, six]) one.close();
  });
  const call = new RawCall(scene.browser, DIRECTOR);
  call.invite(leg.offer());
  return { ...scene, pbx, call, leg, four, six, invite: await pbx.request('INVITE') };
}

async function answered(context: TestContext, relay: Relay, own = ['127.0.0.1', '::1']): Promise<Talk> {
  const talk = await called(context, relay, own);
  const { pbx, invite, browser, call, leg, four } = talk;
  pbx.respond(invite, '200 OK', { body: four.describe(PCMU) });
  const ok = await browser.response(200);
  call.ack(ok);
  await pbx.request('ACK');
  await leg.connect(ofIpv4(String(ok.body)));
  await four.hears(leg, PCMU);
  return talk;
}

async function hangsUp({ browser, call, pbx, quiet }: Talk): Promise<void> {
  call.request('BYE');
  await browser.response(200, 'BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await quiet();
}

/** The page gets an offer, and takes it with the first codec or refuses it. */
async function pageIsAsked({ browser, call, leg }: Talk, status = '200 OK'): Promise<void> {
  const offer = await browser.request('INVITE');
  const answer = leg.offer().replace('a=setup:actpass', 'a=setup:active').replace('SAVPF 0 8 126', 'SAVPF 0');
  call.respond(offer, status, status.startsWith('2') ? answer : '');
  await browser.request('ACK');
}

/** The simulated browser has IPv4 alone. */
function ofIpv4(sdp: string): string {
  return sdp.replace(/^a=candidate:\S+ 1 \S+ \d+ \S*:\S* .*\r\n/gm, '');
}

export function tellFamilyChanges(start: StartRelay): void {
  for (const method of ['INVITE', 'UPDATE']) {
    test(`${method} of the PBX with the other family in the call: it hears the visitor there, and back`, async context => {
      const talk = await answered(context, await start([4, 6]));
      const { pbx, invite, leg, four, six, browser } = talk;
      for (const [ear, own] of [
        [six, /^c=IN IP6 ::1\r$/m],
        [four, /^c=IN IP4 127\.\d+\.\d+\.\d+\r$/m],
      ] as const) {
        pbx.requestWithin(invite, method, ear.describe(PCMU));
        if (ear === six) await pageIsAsked(talk);
        const reply = String((await pbx.response(200, method)).body);
        if (method === 'INVITE') pbx.requestWithin(invite, 'ACK');
        assert.match(reply, own);
        await ear.hears(leg, PCMU);
        await ear.isHeard(leg, reply);
      }
      assert.deepEqual(
        browser.inbox.filter(({ kind }) => kind === 'request'),
        [],
      );
      await hangsUp(talk);
    });
  }

  test('an offer of the other family that the page refuses leaves the sound where it was', async context => {
    const talk = await answered(context, await start([4, 6]));
    const { pbx, invite, leg, four, six } = talk;
    pbx.requestWithin(invite, 'INVITE', six.describe(PCMU));
    await pageIsAsked(talk, '488 Not Acceptable Here');
    await pbx.response(488);
    await four.hears(leg, PCMU);
    await hangsUp(talk);
  });

  test('an UPDATE with the other family before the answer is answered truly', async context => {
    const talk = await called(context, await start([4, 6]), ['127.0.0.1', '::1']);
    const { pbx, invite, browser, call, leg, four, six } = talk;
    pbx.respond(invite, '183 Session Progress', { body: four.describe(PCMU), headers: RELIABLE });
    pbx.respond(await pbx.request('PRACK'), '200 OK');
    await leg.connect(ofIpv4(String((await browser.response(183)).body)));
    await four.hears(leg, PCMU);
    pbx.requestWithin(invite, 'UPDATE', six.describe(PCMA));
    const reply = String((await pbx.response(200, 'UPDATE')).body);
    assert.match(reply, /^c=IN IP6 ::1\r$/m);
    await six.hears(leg, PCMA);
    await six.isHeard(leg, reply, PCMA);
    pbx.respond(invite, '200 OK');
    call.ack(await browser.response(200));
    await pbx.request('ACK');
    await six.hears(leg, PCMA);
    await six.isHeard(leg, reply, PCMA);
    await hangsUp(talk);
  });

  test('an ACK that answers with the other family: the visitor is heard there, and the PBX gets another offer', async context => {
    const talk = await answered(context, await start([4, 6]));
    const { pbx, invite, leg, six } = talk;
    pbx.requestWithin(invite, 'INVITE');
    await pbx.response(200);
    pbx.requestWithin(invite, 'ACK', six.describe(PCMU));
    const offer = await pbx.request('INVITE');
    assert.match(String(offer.body), /^c=IN IP6 ::1\r$/m);
    pbx.respond(offer, '200 OK', { body: six.describe(PCMU) });
    await pbx.request('ACK');
    await six.hears(leg, PCMU);
    await six.isHeard(leg, String(offer.body));
    await hangsUp(talk);
  });

  test('without an address of that family an offer is refused with the cause, and the sound stays', async context => {
    const talk = await answered(context, await start([4]), ['127.0.0.1']);
    const { pbx, invite, leg, four, six, logged } = talk;
    for (const method of ['INVITE', 'UPDATE']) {
      pbx.requestWithin(invite, method, six.describe(PCMU));
      await pbx.response(488, method);
      await four.hears(leg, PCMU);
    }
    const reasons = logged.filter(({ msg }) => msg === 'new description refused').map(({ reason }) => reason);
    const reason = 'c= names ::1, which has no IPv4 address';
    assert.deepEqual(reasons, [reason, reason]);
    await hangsUp(talk);
  });
}
