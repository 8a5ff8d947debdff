// Answers that are odd, on a running gateway with its own relay: who has picked up is talked to, whatever else is in the
// description or around it. What cannot be taken is refused where it can be, and ended with where it cannot.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SipRequest } from '../../../gateway/engine/message/message.ts';
import { RawCall } from '../../support/raw-call.ts';
import type { RawPeer } from '../../support/raw-peer.ts';
import { SDP, startScene } from '../../support/signalling-gateway.ts';
import { chromium } from '../media/sdp-samples.ts';

const DIRECTOR = 'sip:director@mysite.test';
const OFFER = chromium();

async function called(context: TestContext) {
  const scene = await startScene(context, { relay: 'embedded' });
  const call = new RawCall(scene.browser, DIRECTOR);
  call.invite(OFFER);
  const pbx = scene.pbxs[0] as RawPeer;
  return { ...scene, call, pbx, invite: await pbx.request('INVITE') };
}

interface Said {
  readonly body: string;
  readonly type?: string;
  readonly headers?: readonly string[];
}

const isup = (handling: string) =>
  `Content-Type: application/isup;version=itu-t92+\r\nContent-Disposition: signal;handling=${handling}\r\n\r\n\u0001\u0010`;
const sdpPart = `Content-Type: application/sdp\r\nContent-Disposition: session;handling=required\r\n\r\n${SDP}`;
const parts = (...all: string[]) => `${all.map(part => `--cut\r\n${part}\r\n`).join('')}--cut--\r\n`;
const mixed = 'multipart/mixed;boundary=cut';

const odd: readonly (readonly [what: string, said: Said])[] = [
  ['a=rtcp of a private address', { body: `${SDP}a=rtcp:30001 IN IP4 192.168.10.5\r\n` }],
  ['a number of ports', { body: SDP.replace('30000', '30000/2') }],
  ['opus without channels', { body: SDP.replace('AVP 0', 'AVP 96').replace('0 PCMU/8000', '96 opus/48000') }],
  ['a host name', { body: SDP.replace('c=IN IP4 127.0.0.1', 'c=IN IP4 pbx.mysite.test') }],
  ['an empty first line', { body: `\r\n${SDP}` }],
  ['ISUP after its SDP', { body: parts(sdpPart, isup('optional')), type: mixed }],
  ['ISUP that has to be understood', { body: parts(isup('required'), sdpPart), type: mixed }],
  [
    'parts within parts',
    {
      body: parts(`Content-Type: multipart/related;boundary=in\r\n\r\n--in\r\n${sdpPart}\r\n--in--\r\n`),
      type: mixed,
    },
  ],
  [
    'parts in lines that end in LF',
    { body: parts(isup('optional'), sdpPart).replaceAll('\r\n', '\n'), type: mixed },
  ],
  ['a type in odd case', { body: SDP, type: 'Application/SDP; charset=utf-8' }],
  ['an encoding that is none', { body: SDP, headers: ['e: identity'] }],
];

for (const [what, said] of odd) {
  test(`a PBX that answers with ${what} is talked to`, async context => {
    const { pbx, browser, call, invite, media } = await called(context);
    pbx.respond(invite, '183 Session Progress', said);
    assert.match(String((await browser.response(183)).body), /^m=audio \d+ UDP\/TLS\/RTP\/SAVPF/m);
    pbx.respond(invite, '200 OK', said);
    const answered = await browser.response(200);
    assert.match(String(answered.body), /^m=audio \d+ UDP\/TLS\/RTP\/SAVPF/m);
    call.ack(answered);
    await pbx.request('ACK');
    assert.equal((await media.counts()).calls, 0, 'the relay is the gateway’s own');
  });
}

for (const [what, said] of [
  ['G.729 alone', { body: SDP.replace('AVP 0', 'AVP 18').replace('0 PCMU', '18 G729') }],
  ['a host that nobody knows', { body: SDP.replace('c=IN IP4 127.0.0.1', 'c=IN IP4 gone.mysite.test') }],
  ['a packed body', { body: SDP, headers: ['Content-Encoding: gzip'] }],
] as const) {
  test(`a PBX that answers with ${what} is hung up on, and the page is told`, async context => {
    const { pbx, browser, invite, quiet } = await called(context);
    pbx.respond(invite, '200 OK', said);
    assert.equal(await browser.final(), 502);
    await hungUp(pbx);
    await quiet();
  });
}

async function hungUp(pbx: RawPeer): Promise<SipRequest> {
  await pbx.request('ACK');
  const bye = await pbx.request('BYE');
  pbx.respond(bye, '200 OK');
  return bye;
}

test('a new offer with a part that has to be understood, and is not, is refused with what is', async context => {
  const { pbx, browser, call, invite } = await called(context);
  pbx.respond(invite, '200 OK', { body: SDP });
  call.ack(await browser.response(200));
  await pbx.request('ACK');
  call.request('INFO');
  await browser.response(200, 'INFO');
  call.request('INVITE', parts(isup('required'), sdpPart), [], mixed);
  const refused = await browser.response(415);
  assert.match(refused.headers.all('Accept').join(), /application\/sdp/);
  call.request('INVITE', 'x', ['Content-Encoding: gzip']);
  assert.equal((await browser.response(415)).headers.get('Accept-Encoding'), 'identity');
});
