// Texts of the browser do not reach the PBX, and texts of the PBX do not reach the browser: the gateway writes what each
// side receives.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RawCall } from '../support/raw-call.ts';
import { outOfDialogRequest } from './direct-sip-client.ts';
import { assertPermitted } from './permitted-datagrams.ts';
import { ANSWER, DIRECTOR, OFFER, type Siege, startSiege } from './siege.ts';

const PEOPLE = ['director', 'alex', '101'];

function assertAllLawful({ pbx }: Siege): void {
  const contacts = [`sip:peer@127.0.0.1:${pbx.port}`];
  assert.ok(pbx.received.length > 0);
  for (const datagram of pbx.received) assertPermitted(datagram, { users: PEOPLE, contacts });
}

test('5: a forged caller, forged identities and headers of all kinds end at the gateway', async context => {
  const siege = await startSiege(context);
  const { call } = await siege.call([
    'P-Asserted-Identity: "The Boss" <sip:+14165551212@evil.example>',
    'P-Preferred-Identity: <tel:+14165551212>',
    'Remote-Party-ID: <sip:+14165551212@evil.example>;party=calling',
    'Diversion: <sip:boss@evil.example>',
    'History-Info: <sip:boss@evil.example>;index=1',
    'Referred-By: <sip:boss@mysite.test>',
    'Replaces: 1;to-tag=2;from-tag=3',
    'Join: 1;to-tag=2;from-tag=3',
    'Alert-Info: <http://evil.example/ring.wav>',
    'Call-Info: <http://evil.example/icon.png>;purpose=icon',
    'Authorization: Digest username="x", realm="y", nonce="z", uri="sip:y", response="0"',
    'User-Agent: evil',
    'Subject: evil',
    'X-Anything: evil',
    'X-Sip-Call: evil',
    'X-Sip-Call-Address: evil',
    'Privacy: none',
    'Session-Expires: 90;refresher=uac',
  ]);
  call.request('BYE', '', ['X-Evil: 1', 'Reason: SIP;cause=200;text="evil"']);
  siege.pbx.respond(await siege.pbx.request('BYE'), '200 OK');
  assertAllLawful(siege);
  assert.doesNotMatch(siege.pbx.received.join(), /evil/i);
});

test('5: a display name of 10 kB, or with control characters, does not change the INVITE to the PBX', async context => {
  const siege = await startSiege(context);
  const { browser, pbx } = siege;
  const names = [
    'x'.repeat(10_000),
    'a\\\r\\\nRoute: b',
    'a\\\x00b',
    'a\\\x1b[31mb',
    '\u202eevil',
    '<script>',
  ];
  for (const name of names) {
    const invite = outOfDialogRequest('INVITE', DIRECTOR, 'SIP/2.0/WS browser.invalid', OFFER);
    browser.send(invite.replace('From: <', `From: "${name}" <`));
    // What is quoted may be a control character by the letter of RFC 3261. A line break may not even so, and where
    // From cannot be parsed no answer can be built.
    if (name.includes('\r')) continue;
    pbx.respond(await pbx.request('INVITE'), '486 Busy Here');
    await browser.response(486);
  }
  await siege.goodCall();
  assertAllLawful(siege);
});

test('a redirection of the PBX is followed nowhere, nor shown to the page', async context => {
  const siege = await startSiege(context);
  for (const status of ['300 Multiple Choices', '301 Moved', '302 Moved', '305 Use Proxy', '380 Other']) {
    const call = new RawCall(siege.browser, DIRECTOR);
    call.invite(OFFER);
    siege.pbx.respond(await siege.pbx.request('INVITE'), status, {
      contact: `sip:+14165551212@${siege.bystander.hostPort}`,
      headers: [`Diversion: <sip:x@${siege.bystander.hostPort}>`],
    });
    const heard = await siege.browser.response(480);
    assert.doesNotMatch(JSON.stringify([...heard.headers]), /127\.0\.0\.2|\+1416/);
  }
  await siege.goodCall();
  siege.bystander.assertUntouched();
  assertAllLawful(siege);
});

test('whatever words a PBX refuses with, the page gets ours', async context => {
  const siege = await startSiege(context);
  const { browser, pbx } = siege;
  for (const said of [
    '486 <script>alert(1)</script>',
    '486 Занято \u202e',
    `486 ${'x'.repeat(8_000)}`,
    '486',
  ]) {
    new RawCall(browser, DIRECTOR).invite(OFFER);
    pbx.respond(await pbx.request('INVITE'), said, {
      headers: ['Warning: 399 x "<script>"', 'Reason: SIP;cause=486;text="<script>"', 'Server: <script>'],
      ...(said.startsWith('486 <') && { body: '<script>' }),
    });
    const { reason } = await browser.response(486);
    assert.equal(reason, 'Busy Here');
  }
  // Bytes that are no SIP are no answer: the server counts as silent.
  new RawCall(browser, DIRECTOR).invite(OFFER);
  pbx.respond(await pbx.request('INVITE'), '486 \x1b[31mBusy\x07');
  await browser.response(503);
  // The transaction did not count it either, and has retransmitted meanwhile.
  pbx.inbox.length = 0;
  const { call, invite } = await siege.call();
  pbx.requestWithin(invite, 'BYE', '', call.id);
  call.respond(await browser.request('BYE'), '200 OK');
  assert.doesNotMatch(browser.received.join(), /script|x{100}|Server|[\x07\x1b]/);
  assert.doesNotMatch(JSON.stringify(siege.logged), /script|x{100}|\\u001b/);
  await siege.goodCall();
});

for (const [status, header] of [
  ['401 Unauthorized', 'WWW-Authenticate'],
  ['407 Proxy Authentication Required', 'Proxy-Authenticate'],
] as const) {
  test(`a ${status} of the PBX is never answered with credentials, to the INVITE, in the call or to the BYE`, async context => {
    const siege = await startSiege(context);
    const { browser, pbx } = siege;
    const challenge = { headers: [`${header}: Digest realm="mysite.test", nonce="abc", algorithm=MD5`] };
    new RawCall(browser, DIRECTOR).invite(OFFER);
    pbx.respond(await pbx.request('INVITE'), status, challenge);
    const heard = await browser.response(502);
    assert.equal(heard.headers.has(header), false);
    const { call } = await siege.call();
    call.request('INVITE', OFFER.replace('a1B2', 'c3D4').replace(' 0 8', ' 8 0'));
    pbx.respond(await pbx.request('INVITE'), status, { ...challenge, tag: call.id });
    assert.equal((await browser.response(500)).headers.has(header), false);
    call.request('BYE');
    await browser.response(200, 'BYE');
    pbx.respond(await pbx.request('BYE'), status, challenge);
    await siege.goodCall();
    assertAllLawful(siege);
    const byes = pbx.received.filter(datagram => datagram.toString().startsWith('BYE'));
    assert.equal(new Set(byes.map(bye => /branch=\w+/.exec(String(bye))?.[0])).size, 2);
    assert.doesNotMatch(pbx.received.join(), /authorization/i);
  });
}

test('5: what a page calls its PBX-side offer stays its own: SDP crosses line by line, never as it came', async context => {
  const siege = await startSiege(context);
  const { browser, pbx, bystander } = siege;
  for (const [from, to] of [
    ['s=-', `s=x\r\ni=evil\r\nu=http://evil.example\r\ne=evil@evil.example\r\nk=clear:evil`],
    ['s=-', `s=-\r\na=evil\r\nc=IN IP4 ${bystander.address}`],
    ['useinbandfec=1', 'useinbandfec=1;x="<script>"'],
    ['useinbandfec=1', 'useinbandfec=1\u0085c=IN IP4 192.0.2.1'],
    ['useinbandfec=1', `useinbandfec=1\rc=IN IP4 ${bystander.address}`],
    ['a=mid:0', `a=mid:0\r\na=ptime:20 evil\r\na=evil:1\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:evil`],
    ['10.0.0.5 50000', `${bystander.address} ${bystander.port}`],
  ] as const) {
    new RawCall(browser, DIRECTOR).invite(OFFER.replace(from, to));
    pbx.respond(await pbx.request('INVITE'), '486 Busy Here', { body: ANSWER });
    await browser.response(486);
  }
  await siege.goodCall();
  bystander.assertUntouched();
  assertAllLawful(siege);
  assert.doesNotMatch(pbx.received.join(), /evil|script/);
});
