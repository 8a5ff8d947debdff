// A call whose WebSocket is lost: only the page that made the call can resume it.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createCertificate } from '../../gateway/media/embedded/dtls/certificate.ts';
import { WebRtcLeg } from '../bench/webrtc-leg.ts';
import { eventually } from '../support/eventually.ts';
import { RawCall } from '../support/raw-call.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { PAGE, type SceneOptions, SDP } from '../support/signalling-gateway.ts';
import { echoAnswer, RtpEcho } from '../unit/media/rtp-echo.ts';
import { DIRECTOR, startSiege } from './siege.ts';

const OTHER_PAGE = 'http://other.test';

/** A call with sound in it, between a browser's media and a PBX that echoes. */
async function talking(context: TestContext, limits: SceneOptions['limits'] = {}) {
  const siege = await startSiege(context, { limits, site: { origins: [PAGE, OTHER_PAGE] } });
  const [leg, echo] = [await WebRtcLeg.open(), await RtpEcho.open()];
  context.after(() => {
    leg.close();
    echo.close();
  });
  const call = new RawCall(siege.browser, DIRECTOR);
  call.invite(leg.offer());
  const invite = await siege.pbx.request('INVITE');
  siege.pbx.respond(invite, '200 OK', { body: echoAnswer(invite.body.toString(), echo, /pcmu/i) });
  const answered = await siege.browser.response(200);
  call.ack(answered);
  await siege.pbx.request('ACK');
  call.request('INFO');
  await siege.browser.response(200, 'INFO');
  await leg.connect(answered.body.toString());
  let seq = 0;
  const hear = () =>
    new Promise<void>(resolve => {
      leg.onRtp = () => resolve();
      const packet = Buffer.alloc(172, 0x55);
      packet[0] = 0x80;
      packet[1] = 0;
      packet.writeUInt16BE(++seq, 2);
      packet.writeUInt32BE(seq * 160, 4);
      packet.writeUInt32BE(leg.ssrc, 8);
      leg.sendRtp(packet);
    });
  await hear();
  return { ...siege, leg, echo, call, invite, hear };
}

type Talk = Awaited<ReturnType<typeof talking>>;

/** The PBX sends a request to the page, which gets it only over its own WebSocket. */
async function pbxReaches({ pbx, invite, call }: Talk, page: RawPeer): Promise<void> {
  pbx.requestWithin(invite, 'OPTIONS');
  await pbx.response(200, 'OPTIONS');
  pbx.requestWithin(invite, 'BYE');
  call.respond(await page.request('BYE'), '200 OK');
  await pbx.response(200, 'BYE');
}

async function portsFreed({ gateway, quiet }: Talk): Promise<void> {
  await quiet();
  await eventually('no port is held', async () => {
    const { media } = (await gateway.health()) as unknown as { media: { calls: number; ports: number } };
    return media.calls + media.ports === 0;
  });
}

test('12: sound outlives the WebSocket for the grace; then BYE to the PBX, and the ports are free', async context => {
  const talk = await talking(context, { reconnectSeconds: 0.5 });
  talk.browser.close();
  for (let i = 0; i < 5; i++) await talk.hear();
  const bye = await talk.pbx.request('BYE');
  assert.match(bye.headers.get('Reason') ?? '', /The caller is gone/);
  talk.pbx.respond(bye, '200 OK');
  await portsFreed(talk);
  await talk.goodCall();
});

test('13: the page that made the call has it again by a new WebSocket, with ICE begun anew', async context => {
  const talk = await talking(context, { reconnectSeconds: 0.5 });
  talk.browser.close();
  const again = await talk.visitor();
  talk.call.moveTo(again);
  talk.leg.restart();
  talk.call.request('INVITE', talk.leg.offer());
  const answered = await again.response(200);
  talk.call.ackAgain();
  talk.leg.heed(answered.body.toString());
  await talk.leg.check();
  await talk.hear();
  await pbxReaches(talk, again);
  await portsFreed(talk);
});

for (const [who, attack] of [
  ['guesses its tags', (talk: Talk) => talk.call.impostor({ guess: true })],
  ['knows its tags, from a page of another origin', (talk: Talk) => talk.call.impostor({})],
] as const) {
  for (const there of [true, false]) {
    test(`13: another page that ${who} gets 481 ${there ? 'in the call' : 'while its page is away'}`, async context => {
      const talk = await talking(context, { reconnectSeconds: 20 });
      if (!there) talk.browser.close();
      const stranger = await RawPeer.browser(talk.gateway.url, OTHER_PAGE);
      context.after(() => stranger.close());
      const impostor = attack(talk);
      impostor.moveTo(stranger);
      for (const method of ['INVITE', 'UPDATE']) {
        impostor.request(method, talk.leg.offer());
        await stranger.response(481, method);
      }
      await talk.hear();
      // No effect: the PBX got no offer, and the page can still resume the call.
      assert.deepEqual(talk.pbx.inbox, []);
      const page = there ? talk.browser : await talk.visitor();
      talk.call.moveTo(page);
      // With the tags an attacker can use the page's next CSeq; the page must then send its request again.
      talk.call.request('UPDATE');
      talk.call.request('UPDATE');
      await page.response(200, 'UPDATE');
      await pbxReaches(talk, page);
      await portsFreed(talk);
    });
  }
}

test('13: with the tags and the origin, but without the key, an attacker gets neither media nor requests', async context => {
  const talk = await talking(context);
  const thief = await talk.visitor();
  const impostor = talk.call.impostor({});
  impostor.moveTo(thief);
  const { fingerprint } = createCertificate(new Date());
  impostor.request('INVITE', talk.leg.offer().replace(/sha-256 \S+/, `sha-256 ${fingerprint}`));
  await thief.response(488);
  impostor.request('INFO');
  await thief.response(200, 'INFO');
  thief.close();
  await talk.hear();
  assert.deepEqual(talk.pbx.inbox, []);
  await pbxReaches(talk, talk.browser);
  await portsFreed(talk);
});

test('a PBX that names a third party in mid-call gets 488, and the call goes on', async context => {
  const talk = await talking(context);
  talk.pbx.requestWithin(talk.invite, 'INVITE', SDP.replace('c=IN IP4 127.0.0.1', 'c=IN IP4 192.168.7.7'));
  await talk.pbx.response(488);
  talk.pbx.requestWithin(talk.invite, 'ACK');
  await talk.hear();
  await pbxReaches(talk, talk.browser);
  await portsFreed(talk);
});
