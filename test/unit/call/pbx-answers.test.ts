// What a PBX answers an INVITE with, and how: reliable provisional responses, forks, extensions, header lines that are
// odd. The person has picked up; none of this costs the call.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SipRequest } from '../../../gateway/engine/message/message.ts';
import { eventually } from '../../support/eventually.ts';
import { RawCall } from '../../support/raw-call.ts';
import type { RawPeer } from '../../support/raw-peer.ts';
import { type Scene, type SceneOptions, SDP, startScene } from '../../support/signalling-gateway.ts';

const DIRECTOR = 'sip:director@mysite.test';
const RELIABLE = ['Require: 100rel', 'RSeq: 17'];
const OTHER = SDP.replace('audio 30000', 'audio 30200').replace('o=- 1 1', 'o=- 1 2');

interface Called extends Scene {
  readonly pbx: RawPeer;
  readonly call: RawCall;
  readonly invite: SipRequest;
}

async function called(context: TestContext, options: SceneOptions = {}): Promise<Called> {
  // The first answer of these PBXs may be late on a busy machine, and is waited for.
  const scene = await startScene(context, { ...options, limits: { responseSeconds: 20, ...options.limits } });
  const [pbx] = scene.pbxs as [RawPeer];
  const call = new RawCall(scene.browser, DIRECTOR);
  call.invite(SDP);
  return { ...scene, pbx, call, invite: await pbx.request('INVITE') };
}

/** The page has the answer; both sides hang up. */
async function talksAndEnds({ browser, pbx, call, quiet }: Called, sdp = SDP, tag = 'peer'): Promise<void> {
  const answered = await browser.response(200);
  assert.equal(answered.body.toString(), sdp);
  call.ack(answered);
  assert.match((await pbx.request('ACK')).headers.get('To') ?? '', new RegExp(`;tag=${tag}$`));
  call.request('BYE');
  await browser.response(200, 'BYE');
  const bye = await pbx.request('BYE');
  assert.match(bye.headers.get('To') ?? '', new RegExp(`;tag=${tag}$`));
  pbx.respond(bye, '200 OK');
  await quiet();
}

test('an INVITE says what the gateway supports and allows', async context => {
  const { invite, pbx, quiet, browser } = await called(context);
  assert.deepEqual(invite.headers.all('Supported'), ['100rel', 'timer']);
  for (const method of ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'UPDATE', 'PRACK'])
    assert.ok(invite.headers.all('Allow').includes(method), method);
  assert.equal(invite.headers.has('Require'), false);
  pbx.respond(invite, '486 Busy Here');
  await browser.response(486);
  await quiet();
});

test('the answer of a reliable 183 holds for a 200 without one', async context => {
  const scene = await called(context);
  scene.pbx.respond(scene.invite, '183 Session Progress', { body: OTHER, headers: RELIABLE });
  const prack = await scene.pbx.request('PRACK');
  assert.equal(prack.headers.get('RAck'), `17 ${scene.invite.headers.get('CSeq')}`);
  scene.pbx.respond(prack, '200 OK');
  await scene.browser.response(183);
  scene.pbx.respond(scene.invite, '200 OK');
  await talksAndEnds(scene, OTHER);
});

test('what an unreliable 183 has shown holds for a 200 without an answer', async context => {
  const scene = await called(context);
  scene.pbx.respond(scene.invite, '183 Session Progress', { body: OTHER });
  await scene.browser.response(183);
  scene.pbx.respond(scene.invite, '200 OK');
  await talksAndEnds(scene, OTHER);
});

test('what an unreliable 183 shows is not the answer yet', async context => {
  const scene = await called(context);
  scene.pbx.respond(scene.invite, '183 Session Progress', { body: SDP });
  await scene.browser.response(183);
  scene.pbx.respond(scene.invite, '200 OK', { body: OTHER });
  await talksAndEnds(scene, OTHER);
});

test('each reliable provisional response of each fork gets its own PRACK', async context => {
  const scene = await called(context);
  const { pbx, invite } = scene;
  for (const tag of ['one', 'two'])
    pbx.respond(invite, '183 Session Progress', { body: SDP, headers: RELIABLE, tag });
  const pracks = [await pbx.request('PRACK'), await pbx.request('PRACK')];
  const tags = pracks.map(prack => /;tag=(.*)/.exec(prack.headers.get('To') ?? '')?.[1]);
  assert.deepEqual(tags.sort(), ['one', 'two']);
  for (const prack of pracks) pbx.respond(prack, '200 OK');
  pbx.respond(invite, '200 OK', { tag: 'two' });
  await talksAndEnds(scene, SDP, 'two');
});

for (const chosen of ['one', 'two'] as const) {
  test(`of two forks with an answer each, the one that picks up is heard: fork ${chosen}`, async context => {
    const scene = await called(context);
    const { pbx, invite, browser } = scene;
    const answers = { one: SDP, two: OTHER };
    for (const tag of ['one', 'two'] as const) {
      pbx.respond(invite, '183 Session Progress', { body: answers[tag], headers: RELIABLE, tag });
      pbx.respond(await pbx.request('PRACK'), '200 OK');
      await browser.response(183);
    }
    pbx.respond(invite, '200 OK', { tag: chosen });
    await talksAndEnds(scene, answers[chosen], chosen);
  });
}

test('a 200 without a description anywhere ends the call, and both sides and the owner are told why', async context => {
  const { pbx, invite, browser, quiet, logged } = await called(context);
  pbx.respond(invite, '200 OK');
  await browser.response(502);
  await pbx.request('ACK');
  const bye = await pbx.request('BYE');
  assert.match(
    bye.headers.get('Reason') ?? '',
    /^SIP;cause=488;text="sdp-malformed: the PBX answers without/,
  );
  pbx.respond(bye, '200 OK');
  await quiet();
  const refused = logged.find(({ msg }) => msg === 'answer of the PBX refused');
  assert.deepEqual(
    [refused?.level, refused?.reason],
    ['info', 'the PBX answers without a session description'],
  );
  const record = logged.find(({ msg }) => msg === 'call ended');
  assert.deepEqual([record?.cause, record?.side], ['sdp-malformed', 'pbx']);
});

for (const [refusal, headers, expected] of [
  ['421 Extension Required', ['Require: 100rel'], { Require: '100rel', Supported: '100rel' }],
  ['420 Bad Extension', ['Unsupported: timer'], { Supported: '100rel' }],
  ['422 Session Interval Too Small', ['Min-SE: 1800'], { 'Session-Expires': '1800', 'Min-SE': '1800' }],
] as const) {
  test(`a PBX that says ${refusal} is asked again as it wants, in the same call`, async context => {
    const scene = await called(context);
    const { pbx, invite } = scene;
    pbx.respond(invite, refusal, { headers: [...headers] });
    await pbx.request('ACK');
    const again = await pbx.request('INVITE');
    for (const [name, value] of Object.entries(expected))
      assert.equal(again.headers.all(name)[0], value, name);
    assert.equal(again.headers.get('Call-ID'), invite.headers.get('Call-ID'));
    assert.equal(again.headers.get('From'), invite.headers.get('From'));
    assert.equal(again.headers.get('CSeq'), '2 INVITE');
    assert.equal(again.body.toString(), SDP);
    pbx.respond(again, '200 OK', { body: SDP });
    await talksAndEnds(scene);
  });
}

test('a PBX that refuses again and again is not asked without end', async context => {
  const { pbx, invite, browser, quiet } = await called(context);
  let last = invite;
  for (const least of [200, 300, 400]) {
    pbx.respond(last, '422 Session Interval Too Small', { headers: [`Min-SE: ${least}`] });
    await pbx.request('ACK');
    last = await pbx.request('INVITE');
  }
  pbx.respond(last, '422 Session Interval Too Small', { headers: ['Min-SE: 500'] });
  await browser.final();
  await quiet();
  assert.equal(
    pbx.inbox.some(message => message.kind === 'request' && message.method === 'INVITE'),
    false,
  );
});

for (const [what, line] of [
  ['no Contact', undefined],
  ['an empty Contact', 'Contact:'],
  ['a Contact that cannot be read', 'Contact: <<>>'],
  ['a Contact that is a word', 'Contact: reception'],
  ['a Contact of another scheme', 'Contact: <mailto:reception@pbx.test>'],
  ['a Contact of 2,000 characters', `Contact: <sip:${'a'.repeat(2_000)}@127.0.0.1>`],
  ['a Record-Route that cannot be read', 'Record-Route: <<>>'],
  ['a Session-Expires that cannot be read', 'Session-Expires: soon;refresher=nobody'],
  ['an Allow and a Supported that cannot be read', 'Allow: ,,"(\r\nSupported: \x22,;='],
  ['a Require that nobody knows', 'Require: teleport'],
  ['an RSeq that is no number', 'RSeq: seventeen'],
  ['a line without a colon', 'NoColonHere'],
  ['a line that is folded', 'X-Folded: a\r\n b\r\n\tc'],
  ['a line of 8,000 characters', `X-Long: ${'a'.repeat(8_000)}`],
  ['a session of no length', 'Session-Expires: 0'],
  ['a session of 3,000 years', 'x: 99999999999'],
  ['an Unsupported that names what it has', 'Unsupported: timer\r\nSupported: timer'],
  ['a Retry-After and a Min-SE in a 200', 'Retry-After: x\r\nMin-SE: y'],
] as const) {
  test(`a 200 with ${what} is an answer`, async context => {
    const scene = await called(context);
    const { pbx, invite } = scene;
    const replaces = line === undefined || line.startsWith('Contact');
    const ringing = answerOf(invite, '180 Ringing', '', line, replaces);
    pbx.send(ringing);
    await scene.browser.response(180);
    pbx.send(answerOf(invite, '200 OK', SDP, line, replaces));
    await talksAndEnds(scene);
  });
}

/** A response with `line` among its headers, or in place of its Contact. */
function answerOf(
  invite: SipRequest,
  status: string,
  body: string,
  line: string | undefined,
  replaces: boolean,
): string {
  return [
    `SIP/2.0 ${status}`,
    ...invite.headers.all('Via').map(value => `Via: ${value}`),
    `From: ${invite.headers.get('From')}`,
    `To: ${invite.headers.get('To')};tag=peer`,
    `Call-ID: ${invite.headers.get('Call-ID')}`,
    `CSeq: ${invite.headers.get('CSeq')}`,
    ...(replaces ? [] : ['Contact: <sip:reception@127.0.0.1>']),
    ...(line === undefined ? [] : [line]),
    ...(body ? ['Content-Type: application/sdp'] : []),
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}

for (const status of ['202 Accepted', '299 Whatever']) {
  test(`a ${status} is an answer as a 200 is`, async context => {
    const scene = await called(context);
    scene.pbx.respond(scene.invite, status, { body: SDP });
    await talksAndEnds(scene);
  });
}

test('a server that stays at 100 is cancelled for the next one, and its late answer is ended', async context => {
  const options = { pbxs: 2, limits: { tryingSeconds: 0.3, setupSeconds: 30 } };
  const scene = await called(context, options);
  const { pbx: slow, invite, browser, call } = scene;
  const [, second] = scene.pbxs as [RawPeer, RawPeer];
  slow.respond(invite, '100 Trying');
  const next = await second.request('INVITE');
  const cancel = await slow.request('CANCEL');
  assert.match(cancel.headers.get('Reason') ?? '', /^SIP;cause=408/);
  slow.respond(invite, '200 OK', { body: OTHER });
  slow.respond(cancel, '481 Call/Transaction Does Not Exist');
  await slow.request('ACK');
  const bye = await slow.request('BYE');
  assert.match(bye.headers.get('Reason') ?? '', /^SIP;cause=\d{3};text="/);
  slow.respond(bye, '200 OK');
  second.respond(next, '200 OK', { body: SDP });
  await talksAndEnds({ ...scene, pbx: second, call, browser });
});

test('the last server is waited for, though it stays at 100', async context => {
  const { pbx, invite, browser, quiet } = await called(context, {
    limits: { tryingSeconds: 0.2, setupSeconds: 1.5 },
  });
  pbx.respond(invite, '100 Trying');
  // The set-up's own budget ends it, and nothing before.
  await browser.response(503);
  const cancel = await pbx.request('CANCEL');
  assert.match(cancel.headers.get('Reason') ?? '', /^SIP;cause=503/);
  pbx.respond(cancel, '200 OK');
  pbx.respond(invite, '487 Request Terminated');
  await quiet();
});

test('a server that rings is not passed over', async context => {
  const scene = await called(context, { pbxs: 2, limits: { tryingSeconds: 0.2, ringSeconds: 1.5 } });
  const { pbx, invite, browser, quiet } = scene;
  pbx.respond(invite, '180 Ringing');
  await browser.response(180);
  await browser.response(480);
  const cancel = await pbx.request('CANCEL');
  assert.match(cancel.headers.get('Reason') ?? '', /^SIP;cause=480/);
  pbx.respond(cancel, '200 OK');
  pbx.respond(invite, '487 Request Terminated');
  assert.deepEqual(scene.pbxs[1]?.inbox, []);
  await quiet();
});

test('a server that says how long it wants to be left alone is tried last for so long', async context => {
  const { pbxs, browser, quiet, pbx, invite } = await called(context, { pbxs: 2 });
  const [, second] = pbxs as [RawPeer, RawPeer];
  pbx.respond(invite, '503 Service Unavailable', { headers: ['Retry-After: 1 (restarting)'] });
  second.respond(await second.request('INVITE'), '486 Busy Here');
  await browser.response(486);
  new RawCall(browser, DIRECTOR).invite(SDP);
  second.respond(await second.request('INVITE'), '486 Busy Here');
  await browser.response(486);
  await eventually('its second is over, and it is the first to be asked', async () => {
    new RawCall(browser, DIRECTOR).invite(SDP);
    const asked = await eventually('one of them is asked', () =>
      [pbx, second].find(({ inbox }) =>
        inbox.some(message => message.kind === 'request' && message.method === 'INVITE'),
      ),
    );
    asked.respond(await asked.request('INVITE'), '486 Busy Here');
    await browser.response(486);
    return asked === pbx;
  });
  await quiet();
});

test('an UPDATE that the end of its call overtakes leaves no media behind', async context => {
  const { pbx, invite, browser, call, quiet, media } = await called(context);
  pbx.respond(invite, '183 Session Progress', { body: SDP, headers: RELIABLE });
  pbx.respond(await pbx.request('PRACK'), '200 OK');
  await browser.response(183);
  const answer = media.answer.bind(media);
  let release = () => {};
  const held = new Promise<void>(resolve => {
    release = resolve;
  });
  const asked = new Promise<void>(resolve => {
    media.answer = async (...args) => {
      resolve();
      await held;
      return await answer(...args);
    };
  });
  pbx.requestWithin(invite, 'UPDATE', OTHER);
  await asked;
  call.cancel();
  await browser.response(487);
  release();
  pbx.respond(await pbx.request('CANCEL'), '200 OK');
  pbx.respond(invite, '487 Request Terminated');
  await quiet();
  assert.equal((await media.counts()).calls, 0);
});

test('a call that the visitor gives up while it is answered ends with a reason', async context => {
  const { pbx, invite, browser, call, quiet, media } = await called(context);
  let release = () => {};
  const held = new Promise<void>(resolve => {
    release = resolve;
  });
  const answer = media.answer.bind(media);
  media.answer = async (...args) => {
    await held;
    return await answer(...args);
  };
  pbx.respond(invite, '200 OK', { body: SDP });
  await pbx.request('ACK');
  call.cancel();
  await browser.response(487);
  const bye = await pbx.request('BYE');
  assert.match(bye.headers.get('Reason') ?? '', /^SIP;cause=487;text="/);
  pbx.respond(bye, '200 OK');
  release();
  await quiet();
});
