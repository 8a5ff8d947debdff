// What a request insists on: extensions (RFC 3261 8.2.2.3) and bodies (8.2.3, RFC 5621) that the gateway does not
// understand are refused, whoever sends it and whenever; the call goes on.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SipRequest } from '../../../gateway/engine/message/message.ts';
import { RawCall } from '../../support/raw-call.ts';
import type { RawPeer } from '../../support/raw-peer.ts';
import { type Scene, SDP, startScene } from '../../support/signalling-gateway.ts';
import { fromPbx } from './asked.ts';

const DIRECTOR = 'sip:director@mysite.test';
const OTHER = SDP.replace('o=- 1 1', 'o=- 1 2').replace('audio 30000', 'audio 30200');
const RELIABLE = ['Require: 100rel', 'RSeq: 1'];

interface Called extends Scene {
  readonly pbx: RawPeer;
  readonly call: RawCall;
  readonly invite: SipRequest;
}

async function called(context: TestContext): Promise<Called> {
  const scene = await startScene(context);
  const [pbx] = scene.pbxs as [RawPeer];
  const call = new RawCall(scene.browser, DIRECTOR);
  call.invite(SDP);
  return { ...scene, pbx, call, invite: await pbx.request('INVITE') };
}

/** The callee has said who answers, and not yet that it does. */
async function early(context: TestContext): Promise<Called> {
  const scene = await called(context);
  const { pbx, invite, browser } = scene;
  pbx.respond(invite, '183 Session Progress', { body: SDP, headers: RELIABLE });
  pbx.respond(await pbx.request('PRACK'), '200 OK');
  await browser.response(183);
  return scene;
}

async function answered(context: TestContext): Promise<Called> {
  const scene = await called(context);
  scene.pbx.respond(scene.invite, '200 OK', { body: SDP });
  scene.call.ack(await scene.browser.response(200));
  await scene.pbx.request('ACK');
  return scene;
}

async function hangsUp({ browser, call, pbx, quiet }: Called): Promise<void> {
  call.request('BYE');
  await browser.response(200, 'BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await quiet();
}

interface Insisting {
  readonly what: string;
  readonly method: string;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly type?: string;
  readonly status: number;
  /** What the response has to say. */
  readonly says: readonly [name: string, value: RegExp];
}

const sdp = { body: OTHER, type: 'application/sdp' };
const parts = (...all: readonly string[]) => `--b\r\n${all.join('\r\n--b\r\n')}\r\n--b--\r\n`;

const insisting: readonly Insisting[] = [
  ...['INVITE', 'UPDATE'].flatMap(method => [
    {
      ...{ what: `an ${method} with an extension`, method, ...sdp, headers: ['Require: precondition'] },
      ...{ status: 420, says: ['Unsupported', /^precondition$/] as const },
    },
    {
      ...{ what: `an ${method} of text`, method, body: 'hello', type: 'text/plain' },
      ...{ status: 415, says: ['Accept', /application\/sdp/] as const },
    },
    {
      ...{ what: `an ${method} of ISUP alone`, method, body: 'x', type: 'application/isup;version=itu-t' },
      ...{ status: 415, says: ['Accept', /multipart\/mixed/] as const },
    },
    {
      ...{ what: `an ${method} that is packed`, method, ...sdp, headers: ['Content-Encoding: gzip'] },
      ...{ status: 415, says: ['Accept-Encoding', /identity/] as const },
    },
    {
      ...{ what: `an ${method} with a part that has to be understood`, method },
      body: parts(
        `Content-Type: application/sdp\r\n\r\n${OTHER}`,
        'Content-Type: application/vnd.x+xml\r\nContent-Disposition: signal;handling=required\r\n\r\n<x/>',
      ),
      ...{ type: 'multipart/mixed;boundary=b', status: 415, says: ['Accept', /application\/sdp/] as const },
    },
  ]),
  {
    ...{
      what: 'an UPDATE without an offer that insists',
      method: 'UPDATE',
      headers: ['Require: x-one, X-Two'],
    },
    ...{ status: 420, says: ['Unsupported', /^x-one, ?x-two$/] },
  },
  {
    ...{ what: 'an INFO that insists', method: 'INFO', headers: ['Require: timer', 'Require: foo'] },
    ...{ status: 420, says: ['Unsupported', /^foo$/] },
  },
  {
    ...{ what: 'OPTIONS that insist', method: 'OPTIONS', headers: ['Require: tdialog'] },
    ...{ status: 420, says: ['Unsupported', /^tdialog$/] },
  },
];

for (const request of insisting) {
  const { what, method, body = '', type, headers, status } = request;
  const [name, value] = request.says;
  const refused = `is refused with ${status}`;

  test(`${what}, of the page, ${refused}`, async context => {
    const scene = await answered(context);
    const { browser, pbx, call } = scene;
    call.request(method, body, headers, type);
    const refusal = await browser.response(status, method);
    assert.match(refusal.headers.all(name).join(', '), value);
    if (method === 'INVITE') call.ackAgain();
    assert.deepEqual(pbx.inbox, []);
    await hangsUp(scene);
  });

  test(`${what}, of the PBX, ${refused}`, async context => {
    const scene = await answered(context);
    const { browser, pbx, invite } = scene;
    fromPbx(pbx, invite, request, 1);
    const refusal = await pbx.response(status, method);
    assert.match(refusal.headers.all(name).join(', '), value);
    assert.equal(browser.inbox.filter(({ kind }) => kind === 'request').length, 0);
    await hangsUp(scene);
  });

  test(`${what}, of the PBX before it answers, ${method === 'INVITE' ? 'is put off' : refused}`, async context => {
    const scene = await early(context);
    const { browser, pbx, invite, call } = scene;
    fromPbx(pbx, invite, request, 1);
    // RFC 3261 14.2: our own INVITE is still unanswered.
    if (method === 'INVITE') await pbx.response(491);
    else {
      const refusal = await pbx.response(status, method);
      assert.match(refusal.headers.all(name).join(', '), value);
    }
    pbx.respond(invite, '200 OK');
    const ok = await browser.response(200);
    assert.equal(ok.body.toString(), SDP);
    call.ack(ok);
    await pbx.request('ACK');
    await hangsUp(scene);
  });
}

for (const [what, headers, body, type] of [
  ['what is understood', ['Require: timer, 100rel'], OTHER, 'application/sdp'],
  ['no tag that can be read', ['Require: ,, "(" ,'], OTHER, 'application/sdp'],
  ['proxies to understand something', ['Proxy-Require: foo'], OTHER, 'application/sdp'],
  [
    'nothing of a part beside the offer',
    [],
    parts(
      `Content-Type: application/sdp\r\n\r\n${OTHER}`,
      'Content-Type: application/vnd.x+xml\r\nContent-Disposition: signal;handling=optional\r\n\r\n<x/>',
    ),
    'multipart/mixed;boundary=b',
  ],
] as const) {
  test(`an INVITE in the call that requires ${what} is carried to the page`, async context => {
    const scene = await answered(context);
    const { browser, pbx, invite, call } = scene;
    fromPbx(pbx, invite, { what, method: 'INVITE', status: 200, headers, body, type }, 1);
    const offered = await browser.request('INVITE');
    assert.equal(offered.body.toString(), OTHER);
    call.respond(offered, '200 OK', SDP);
    await browser.request('ACK');
    await pbx.response(200);
    fromPbx(pbx, invite, { what, method: 'ACK', status: 0 }, 1);
    await hangsUp(scene);
  });
}

test('a BYE that insists on something ends the call', async context => {
  const scene = await answered(context);
  const { browser, pbx, invite, call, quiet } = scene;
  fromPbx(pbx, invite, { what: '', method: 'BYE', status: 200, headers: ['Require: foo'] }, 1);
  await pbx.response(200, 'BYE');
  call.respond(await browser.request('BYE'), '200 OK');
  await quiet();
});

for (const [what, headers, status, body] of [
  ['an extension that is not known', ['Require: foo'], 420, SDP],
  ['reliable provisional responses', ['Require: 100rel'], 420, SDP],
  ['a session timer', ['Require: timer'], 200, SDP],
  ['another encoding of its body', ['Content-Encoding: gzip'], 415, SDP],
] as const) {
  test(`a call whose INVITE requires ${what} gets ${status}`, async context => {
    const scene = await startScene(context);
    const [pbx] = scene.pbxs as [RawPeer];
    const call = new RawCall(scene.browser, DIRECTOR);
    call.invite(body, headers);
    if (status === 200) {
      const invite = await pbx.request('INVITE');
      pbx.respond(invite, '200 OK', { body: SDP });
      call.ack(await scene.browser.response(200));
      await pbx.request('ACK');
      await hangsUp({ ...scene, pbx, call, invite });
      return;
    }
    const refusal = await scene.browser.response(status);
    if (status === 420) assert.match(refusal.headers.get('Unsupported') ?? '', /^(foo|100rel)$/);
    assert.deepEqual(pbx.inbox, []);
    await scene.quiet();
  });
}
