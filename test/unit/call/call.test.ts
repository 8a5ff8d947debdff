import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SipRequest } from '../../../gateway/engine/message/message.ts';
import { RawCall } from '../../support/raw-call.ts';
import { RawPeer } from '../../support/raw-peer.ts';
import { PAGE, type Scene, SDP, startScene } from '../../support/signalling-gateway.ts';

const DIRECTOR = 'sip:director@mysite.test';

/** A scene with one established call in it. */
async function established(
  context: TestContext,
  limits = {},
): Promise<Scene & { call: RawCall; pbx: RawPeer; invite: SipRequest }> {
  const scene = await startScene(context, { limits });
  const [pbx] = scene.pbxs as [RawPeer];
  const call = new RawCall(scene.browser, DIRECTOR);
  call.invite(SDP);
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '200 OK', { body: SDP });
  call.ack(await scene.browser.response(200));
  await pbx.request('ACK');
  // Whoever answers a request in the dialog has joined its two sides.
  call.request('INFO');
  await scene.browser.response(200, 'INFO');
  return { ...scene, call, pbx, invite };
}

/** Another call of the same gateway, whose visitor leaves for good; that resolves when the time of grace is over. */
async function leaver({ gateway }: Scene, pbx: RawPeer): Promise<() => Promise<void>> {
  const page = await RawPeer.browser(gateway.url, PAGE);
  const call = new RawCall(page, DIRECTOR);
  call.invite(SDP);
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '200 OK', { body: SDP });
  call.ack(await page.response(200));
  await pbx.request('ACK');
  // Before it is joined, a call ends with its page.
  call.request('INFO');
  await page.response(200, 'INFO');
  return async () => {
    page.close();
    const bye = await pbx.request('BYE');
    assert.equal(bye.headers.get('Call-ID'), invite.headers.get('Call-ID'), 'the other call was over before');
    pbx.respond(bye, '200 OK');
  };
}

test('the PBX gets an INVITE that the gateway wrote, with nothing of the browser in it but SDP', async context => {
  const { browser, pbxs, quiet } = await startScene(context);
  const [pbx] = pbxs as [RawPeer];
  const call = new RawCall(browser, 'sip:%64irector@MySite.test');
  call.invite(SDP, [
    'P-Asserted-Identity: <sip:+14165551212@evil.example>',
    'Diversion: <sip:evil@evil.example>',
    'Replaces: 1;to-tag=2;from-tag=3',
    'Alert-Info: <http://evil.example>',
    'X-Anything: evil',
  ]);
  const invite = await pbx.request('INVITE');
  assert.equal(invite.uri, DIRECTOR);
  assert.equal(invite.body.toString(), SDP);
  assert.match(
    invite.headers.get('From') ?? '',
    /^"mysite\.test visitor" <sip:anonymous@anonymous\.invalid>;tag=/,
  );
  assert.equal(JSON.stringify([...invite.headers]).includes('evil'), false);
  pbx.respond(invite, '486 Busy Here');
  await browser.response(486);
  await quiet();
});

test('a call rings, is answered, and is hung up by the visitor', async context => {
  const { browser, pbxs, quiet } = await startScene(context);
  const [pbx] = pbxs as [RawPeer];
  const call = new RawCall(browser, DIRECTOR);
  call.invite(SDP);
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '180 Ringing');
  const ringing = await browser.response(180);
  assert.equal(ringing.body.length, 0);
  pbx.respond(invite, '200 OK', { body: SDP });
  const answered = await browser.response(200);
  assert.equal(answered.body.toString(), SDP);
  call.ack(answered);
  await pbx.request('ACK');
  call.request('BYE');
  await browser.response(200, 'BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await quiet();
});

test('early media reaches the browser as 183 with SDP', async context => {
  const { browser, pbxs } = await startScene(context);
  const [pbx] = pbxs as [RawPeer];
  new RawCall(browser, DIRECTOR).invite(SDP);
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '183 Session Progress', { body: SDP });
  assert.equal((await browser.response(183)).body.toString(), SDP);
  pbx.respond(invite, '480 Temporarily Unavailable');
  await browser.response(480);
});

for (const [said, heard] of [
  ['404 Not Found', 480],
  ['486 Busy Here', 486],
  ['600 Busy Everywhere', 486],
  ['603 Decline', 603],
  ['480 <script>alert(1)</script>', 480],
  ['401 Unauthorized', 502],
  ['407 Proxy Authentication Required', 502],
  ['302 Moved Temporarily', 480],
  ['488 Not Acceptable Here', 502],
  ['500 Server Internal Error', 503],
] as const) {
  test(`a PBX that says ${said} is told to the browser as ${heard}, in our words`, async context => {
    const { browser, pbxs, quiet } = await startScene(context);
    const [pbx] = pbxs as [RawPeer];
    new RawCall(browser, DIRECTOR).invite(SDP);
    pbx.respond(await pbx.request('INVITE'), said, {
      headers: ['WWW-Authenticate: Digest realm="x", nonce="y"', 'Contact: <sip:+14165551212@evil.example>'],
    });
    const response = await browser.response(heard);
    assert.equal(response.reason.includes('script'), false);
    assert.equal(JSON.stringify([...response.headers]).includes('evil'), false);
    assert.equal((await pbx.request('ACK')).headers.has('Authorization'), false);
    await quiet();
    assert.deepEqual(pbx.inbox, []);
  });
}

test('a visitor who cancels stops the ringing', async context => {
  const { browser, pbxs, quiet } = await startScene(context);
  const [pbx] = pbxs as [RawPeer];
  const call = new RawCall(browser, DIRECTOR);
  call.invite(SDP);
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '180 Ringing');
  await browser.response(180);
  call.cancel();
  await browser.response(200, 'CANCEL');
  await browser.response(487);
  pbx.respond(await pbx.request('CANCEL'), '200 OK');
  pbx.respond(invite, '487 Request Terminated');
  await pbx.request('ACK');
  await quiet();
});

test('a CANCEL in the same breath as the INVITE leaves no ghost at the PBX', async context => {
  const { browser, pbxs, quiet } = await startScene(context);
  const [pbx] = pbxs as [RawPeer];
  const call = new RawCall(browser, DIRECTOR);
  call.invite(SDP);
  call.cancel();
  await browser.response(487);
  await quiet();
  for (const message of pbx.inbox) assert.notEqual(message.kind === 'request' && message.method, 'BYE');
});

test('when the PBX hangs up, the visitor hears of it', async context => {
  const { browser, pbx, invite, call, quiet } = await established(context);
  pbx.requestWithin(invite, 'BYE');
  await pbx.response(200, 'BYE');
  call.respond(await browser.request('BYE'), '200 OK');
  await quiet();
});

test('nobody moves a call elsewhere: REFER is declined on both sides', async context => {
  const { browser, pbx, invite, call, quiet } = await established(context);
  call.request('REFER', '', ['Refer-To: <sip:+14165551212@evil.example>']);
  await browser.response(603, 'REFER');
  pbx.requestWithin(invite, 'REFER');
  await pbx.response(603, 'REFER');
  call.request('BYE');
  await browser.response(200, 'BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await quiet();
});

test('a new offer of the PBX crosses to the browser and its answer comes back', async context => {
  const { browser, pbx, invite, call, quiet } = await established(context);
  const held = SDP.replace('o=- 1 1', 'o=- 1 2').concat('a=sendonly\r\n');
  pbx.requestWithin(invite, 'INVITE', held);
  const reinvite = await browser.request('INVITE');
  assert.equal(reinvite.body.toString(), held);
  call.respond(reinvite, '200 OK', SDP);
  assert.equal((await pbx.response(200)).body.toString(), SDP);
  pbx.requestWithin(invite, 'ACK');
  await browser.request('ACK');
  call.request('BYE');
  await browser.response(200, 'BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await quiet();
});

test('a visitor who leaves while it rings is hung up on the PBX side at once', async context => {
  const { browser, pbxs, quiet } = await startScene(context);
  const [pbx] = pbxs as [RawPeer];
  new RawCall(browser, DIRECTOR).invite(SDP);
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '180 Ringing');
  await browser.response(180);
  browser.close();
  pbx.respond(await pbx.request('CANCEL'), '200 OK');
  pbx.respond(invite, '487 Request Terminated');
  await quiet();
});

test('a call outlives its WebSocket for the time of grace, and no longer', async context => {
  const { browser, pbx, quiet } = await established(context, { reconnectSeconds: 0.2 });
  browser.close();
  const bye = await pbx.request('BYE');
  assert.match(bye.headers.get('Reason') ?? '', /The caller is gone/);
  pbx.respond(bye, '200 OK');
  await quiet();
});

test('a call outlives its sound for the time of grace, and no longer', async context => {
  const scene = await established(context, { reconnectSeconds: 0.4 });
  const { browser, media, pbx, call, quiet } = scene;
  const anotherLeaves = await leaver(scene, pbx);
  media.emit({ type: 'lost' });
  media.emit({ type: 'connected' });
  // After the time of grace the call is there still.
  await anotherLeaves();
  call.request('INFO');
  await browser.response(200, 'INFO');
  media.emit({ type: 'lost' });
  const bye = await browser.request('BYE');
  assert.match(bye.headers.get('Reason') ?? '', /cause=503;text="The sound is gone"/);
  call.respond(bye, '200 OK');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await quiet();
});

test('a visitor who comes back on another WebSocket has the call again, until that one is lost too', async context => {
  const scene = await established(context, { reconnectSeconds: 5 });
  const { gateway, browser, pbx, invite, call, quiet } = scene;
  const anotherLeaves = await leaver(scene, pbx);
  browser.close();
  const again = await RawPeer.browser(gateway.url, PAGE);
  call.moveTo(again);
  call.request('UPDATE');
  assert.equal((await again.response(200, 'UPDATE')).body.length, 0);
  // After the time of grace the PBX still reaches the page.
  await anotherLeaves();
  pbx.requestWithin(invite, 'INVITE', SDP.replace('o=- 1 1', 'o=- 1 2').concat('a=sendonly\r\n'));
  call.respond(await again.request('INVITE'), '200 OK', SDP);
  await pbx.response(200);
  pbx.requestWithin(invite, 'ACK');
  again.close();
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await quiet();
});

test('a phone that nobody picks up stops ringing after the limit, and the visitor is told', async context => {
  const { browser, pbxs, quiet } = await startScene(context, { limits: { ringSeconds: 0.2 } });
  const [pbx] = pbxs as [RawPeer];
  new RawCall(browser, DIRECTOR).invite(SDP);
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '180 Ringing');
  await browser.response(480);
  pbx.respond(await pbx.request('CANCEL'), '200 OK');
  pbx.respond(invite, '487 Request Terminated');
  await quiet();
});

test('a PBX whose RTP stops is asked whether it is there, and the call goes on when it is', async context => {
  const { browser, media, pbx, call, quiet } = await established(context);
  media.emit({ type: 'silent', leg: 'pbx', silentMs: 30_000 });
  pbx.respond(await pbx.request('OPTIONS'), '200 OK');
  call.request('BYE');
  await browser.response(200, 'BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await quiet();
});

test('a PBX whose RTP stops and that is not there any more ends the call with a reason', async context => {
  const { browser, media, pbx, call, quiet } = await established(context);
  media.emit({ type: 'silent', leg: 'pbx', silentMs: 30_000 });
  pbx.respond(await pbx.request('OPTIONS'), '481 Call/Transaction Does Not Exist');
  const bye = await browser.request('BYE');
  assert.match(bye.headers.get('Reason') ?? '', /cause=503/);
  call.respond(bye, '200 OK');
  pbx.respond(await pbx.request('BYE'), '481 Call/Transaction Does Not Exist');
  await quiet();
});

test('a new offer of the browser crosses to the PBX and its answer comes back', async context => {
  const { browser, pbx, call, quiet } = await established(context);
  const held = SDP.replace('o=- 1 1', 'o=- 1 2').concat('a=sendonly\r\n');
  call.request('INVITE', held);
  const reinvite = await pbx.request('INVITE');
  assert.equal(reinvite.body.toString(), held);
  const answer = SDP.concat('a=recvonly\r\n');
  pbx.respond(reinvite, '200 OK', { body: answer });
  assert.equal((await browser.response(200)).body.toString(), answer);
  call.ackAgain();
  await pbx.request('ACK');
  call.request('BYE');
  await browser.response(200, 'BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await quiet();
});

for (const [who, uri, origin] of [
  ['somebody who is not on the list', 'sip:boss@mysite.test', PAGE],
  ['a telephone number', 'sip:+14165551212@mysite.test', PAGE],
  ['another domain', 'sip:director@evil.example', PAGE],
] as const) {
  test(`a call to ${who} is refused before the PBX sees a packet`, async context => {
    const { gateway, pbxs, quiet } = await startScene(context);
    const browser = await RawPeer.browser(gateway.url, origin);
    context.after(() => browser.close());
    new RawCall(browser, uri).invite(SDP);
    await browser.response(403);
    await quiet();
    assert.deepEqual(pbxs[0]?.inbox, []);
  });
}

test('media that never came and media that was lost end a call with a reason of their own', async context => {
  for (const [had, text] of [
    [false, 'No sound got through'],
    [true, 'The sound is gone'],
  ] as const) {
    const { browser, media, pbx, call, logged, quiet } = await established(context);
    if (had) media.emit({ type: 'connected' });
    media.emit({ type: 'failed', reason: 'a reason' });
    const bye = await browser.request('BYE');
    assert.match(bye.headers.get('Reason') ?? '', new RegExp(text));
    call.respond(bye, '200 OK');
    pbx.respond(await pbx.request('BYE'), '200 OK');
    assert.equal(logged.find(({ msg }) => msg === 'media failed')?.reason, 'a reason');
    await quiet();
  }
});
