// Destinations that an attacker requests: numbers, dial strings, other hosts, routes, other methods. Each gets the same
// refusal as an unknown name, and uses no resources: no DNS query, no request to a PBX, no port.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SipResponse } from '../../gateway/engine/message/message.ts';
import { eventually } from '../support/eventually.ts';
import { RawCall } from '../support/raw-call.ts';
import type { RawPeer } from '../support/raw-peer.ts';
import { outOfDialogRequest } from './direct-sip-client.ts';
import { DIRECTOR, OFFER, type Siege, startSiege } from './siege.ts';

const WS = 'SIP/2.0/WS browser.invalid';

/** The final answer to the call with that Call-ID. */
function verdict(browser: RawPeer, id: string): Promise<SipResponse> {
  return eventually(
    `a verdict on ${id}`,
    () =>
      browser.inbox.find(
        (message): message is SipResponse =>
          message.kind === 'response' && message.status >= 200 && message.headers.get('Call-ID') === id,
      ),
    { every: 5 },
  );
}

async function asked(siege: Siege, uri: string, headers: readonly string[] = []): Promise<SipResponse> {
  const call = new RawCall(siege.browser, uri);
  call.invite(OFFER, headers);
  return await verdict(siege.browser, call.id);
}

/** The attempts so far have used no resources; a permitted call after them uses those of one call. */
async function assertFree(siege: Siege): Promise<void> {
  assert.deepEqual(siege.asked, []);
  assert.deepEqual(siege.pbx.received, []);
  const { calls, dialogs, media } = await siege.counts();
  const { ports, draining } = media as Record<string, number>;
  assert.deepEqual({ calls, dialogs, ports, draining }, { calls: 0, dialogs: 0, ports: 0, draining: 0 });
  await siege.goodCall();
  siege.bystander.assertUntouched();
}

test('2: telephone numbers, dial strings and nested escapes select no person', async context => {
  const siege = await startSiege(context);
  for (const user of [
    '+14165551212',
    '%2B14165551212',
    '%252B14165551212',
    '%25252B14165551212',
    '0014165551212',
    '810381414165551212',
    '500&SIP/x/1',
    '500%26SIP%2Fx%2F1',
    '101%40pbx.mysite.test',
    '101;phone-context=+1',
    '101,1,1',
    '*98',
    '#31#101',
    '%2364',
    'director%00',
    'director%20',
    'director%0d%0aRoute:%20x',
    'director%ff',
    'dir%2565ctor',
    'h',
    's',
    'i',
    't',
    '_.',
    'a'.repeat(1_000),
  ]) {
    const { status } = await asked(siege, `sip:${user}@mysite.test`);
    // Invalid URIs get 400 for every name.
    assert.ok(status === 403 || (status === 400 && /[#]|%ff/.test(user)), `${status} for ${user}`);
  }
  assert.equal((await asked(siege, 'tel:+14165551212')).status, 416);
  await assertFree(siege);
});

test('3: another host, a parameter or a header in the Request-URI is refused', async context => {
  const siege = await startSiege(context);
  const { hostPort, address } = siege.bystander;
  for (const [uri, status] of [
    [`sip:director@${hostPort}`, 403],
    [`sip:director@${address}`, 403],
    ['sip:director@pbx.mysite.test', 403],
    ['sip:director@mysite.test.evil.example', 403],
    ['sip:director@mysite.test:5060', 403],
    [`sip:director@mysite.test;maddr=${address}`, 403],
    ['sip:director@mysite.test;transport=tcp', 403],
    ['sip:director@mysite.test;lr', 403],
    ['sip:director@mysite.test;user=phone', 403],
    ['sip:director:secret@mysite.test', 403],
    ['sip:mysite.test', 403],
    // RFC 3261 26.2.2: sips requires TLS on every hop, which this gateway cannot guarantee.
    ['sips:director@mysite.test', 403],
    [`sip:director@mysite.test?Route=%3Csip:${hostPort}%3Blr%3E`, 400],
    ['sip:director@mysite.test?Replaces=1%3Bto-tag%3D2%3Bfrom-tag%3D3', 400],
    [`sip:director@mysite.test@${hostPort}`, 400],
    ['sip:director@mysite.test;lr;lr', 400],
  ] as const) {
    assert.equal((await asked(siege, uri)).status, status, uri);
  }
  await assertFree(siege);
});

test('4: a request with a Route header is refused, loose or strict', async context => {
  const siege = await startSiege(context);
  const { hostPort } = siege.bystander;
  for (const headers of [
    [`Route: <sip:${hostPort};lr>`],
    [`Route: <sip:${hostPort}>`],
    [`Route: <sip:mysite.test;lr>, <sip:${hostPort};lr>`],
    ['Route: <sip:mysite.test;lr>', `Route: <sip:${hostPort}>`],
    [`Path: <sip:${hostPort};lr>`],
    [`Route: <sip:${hostPort}/${'x'.repeat(5_000)};lr>`],
    ['Route: '],
  ]) {
    const { status } = await asked(siege, DIRECTOR, headers);
    assert.ok(status === 403 || (status === 400 && headers[0] === 'Route: '), `${status} for ${headers}`);
  }
  await assertFree(siege);
});

test('6: other methods outside of a dialog are refused with what is allowed, and never passed on', async context => {
  const siege = await startSiege(context);
  for (const [method, status] of [
    ['REGISTER', 405],
    ['SUBSCRIBE', 405],
    ['MESSAGE', 405],
    ['PUBLISH', 405],
    ['REFER', 405],
    ['NOTIFY', 405],
    ['INFO', 405],
    ['FOO', 501],
  ] as const) {
    siege.browser.send(outOfDialogRequest(method, DIRECTOR, WS));
    const answer = await siege.browser.response(status, method);
    assert.match(answer.headers.all('Allow').join(), /INVITE/i, method);
  }
  await assertFree(siege);
});

test('6: in a call other methods end at the gateway, from the page as from the PBX', async context => {
  const siege = await startSiege(context);
  const { call, invite } = await siege.call();
  const before = siege.pbx.received.length;
  for (const [method, status] of [
    ['REFER', 603],
    ['MESSAGE', 405],
    ['SUBSCRIBE', 489],
    ['REGISTER', 405],
    ['FOO', 501],
    ['INFO', 200],
  ] as const) {
    call.request(method, '', ['Refer-To: <sip:+14165551212@evil.example>', 'Event: dialog']);
    await siege.browser.response(status, method);
  }
  assert.equal(siege.pbx.received.length, before);
  siege.pbx.requestWithin(invite, 'REFER', '', call.id);
  await siege.pbx.response(603, 'REFER');
  await siege.goodCall();
  for (const message of siege.browser.inbox) assert.notEqual(message.kind, 'request');
});

test('a page that may not call cannot distinguish known from unknown names', async context => {
  const siege = await startSiege(context, {
    others: [{ domain: 'other.test', origins: ['http://other.test'], callable: ['sales'] }],
  });
  const answers = new Set<string>();
  for (const uri of [
    'sip:nobody@mysite.test',
    'sip:nobody@nowhere.test',
    // A person that only pages of another site may call.
    'sip:sales@other.test',
    'sip:echo-test@other.test',
    'sip:nobody@other.test',
    // A known person with a form that is never permitted.
    'sip:director@mysite.test;x=y',
  ]) {
    const call = new RawCall(siege.browser, uri);
    call.invite(OFFER);
    await verdict(siege.browser, call.id);
    const bytes = siege.browser.received.filter(each => each.includes(`Call-ID: ${call.id}`));
    // The answers differ only in what the request contained, and in random tags.
    const text = bytes.join('').replaceAll(uri, 'URI').replaceAll(call.id, 'ID');
    answers.add(text.replaceAll(/(URI>;tag=)\w+/g, '$1TAG'));
  }
  assert.equal(answers.size, 1, [...answers].join('\n'));
  await assertFree(siege);
});
