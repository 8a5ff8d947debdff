// A PBX that is called by one family of addresses and describes itself with another: media goes there where the gateway has
// that family, and the PBX is told where from.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { WebRtcLeg } from '../../bench/webrtc-leg.ts';
import { RawCall } from '../../support/raw-call.ts';
import type { RawPeer } from '../../support/raw-peer.ts';
import { startScene } from '../../support/signalling-gateway.ts';
import { Ear } from './ear.ts';

const DIRECTOR = 'sip:director@mysite.test';
const PCMU = 0;

async function called(context: TestContext, own: readonly string[]) {
  const settings = { address: [...own] };
  const allow = ['127.0.0.0/8', '::1'];
  const scene = await startScene(context, { relay: 'embedded', settings, allow });
  const [pbx] = scene.pbxs as [RawPeer];
  const [leg, ear] = [await WebRtcLeg.open(), await Ear.open('::1')];
  context.after(() => {
    leg.close();
    ear.close();
  });
  const call = new RawCall(scene.browser, DIRECTOR);
  call.invite(leg.offer());
  const invite = await pbx.request('INVITE');
  assert.match(String(invite.body), /^c=IN IP4 127\.\d+\.\d+\.\d+\r$/m);
  return { ...scene, pbx, leg, ear, call, invite };
}

/** The simulated browser has IPv4 alone. */
const ofIpv4 = (sdp: string) => sdp.replace(/^a=candidate:\S+ 1 \S+ \d+ \S*:\S* .*\r\n/gm, '');

for (const early of [false, true]) {
  test(`where the gateway has both, the visitor is heard there, and the PBX gets another offer${early ? ', after early media' : ''}`, async context => {
    const { browser, pbx, leg, ear, call, invite, quiet } = await called(context, ['127.0.0.1', '::1']);
    const answer = ear.describe(PCMU);
    if (early) {
      pbx.respond(invite, '183 Session Progress', { body: answer });
      await browser.response(183);
    }
    pbx.respond(invite, '200 OK', { body: answer });
    const ok = await browser.response(200);
    call.ack(ok);
    await pbx.request('ACK');
    const told = await pbx.request('INVITE');
    assert.match(String(told.body), /^c=IN IP6 ::1\r$/m);
    pbx.respond(told, '200 OK', { body: ear.describe(PCMU) });
    await pbx.request('ACK');
    await leg.connect(ofIpv4(String(ok.body)));
    await ear.hears(leg, PCMU);
    assert.deepEqual(
      browser.inbox.filter(({ kind }) => kind === 'request'),
      [],
    );
    call.request('BYE');
    await browser.response(200, 'BYE');
    pbx.respond(await pbx.request('BYE'), '200 OK');
    await quiet();
  });
}

test('where it has one alone, the call ends with the cause', async context => {
  const { browser, pbx, ear, invite, logged, quiet } = await called(context, ['127.0.0.1']);
  pbx.respond(invite, '200 OK', { body: ear.describe(PCMU) });
  await browser.response(502);
  await pbx.request('ACK');
  const bye = await pbx.request('BYE');
  assert.match(bye.headers.get('Reason') ?? '', /sdp-no-address: c= names ::1, which has no IPv4 address/);
  pbx.respond(bye, '200 OK');
  await quiet();
  assert.equal(logged.find(({ msg }) => msg === 'call ended')?.cause, 'sdp-no-address');
});
