// The id that the edge writes into the requests of a visitor: no client can call as another visitor, and no PBX, browser or
// log receives the id. The ids are read from the table of visitors, which
// no attacker can do: here the attacker already knows the id.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { VISITOR_HEADER, type Visitor } from '../../gateway/auth/visitor.ts';
import { Visitors } from '../../gateway/edge/visitors.ts';
import { deployment } from '../support/deployment.ts';
import { RawCall } from '../support/raw-call.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { SDP, startDeserted } from '../support/signalling-gateway.ts';
import { type Deserted, DIRECTOR, enter } from './authorization-scene.ts';
import { directSipClient } from './direct-sip-client.ts';
import { startSiege } from './siege.ts';

const ALEX = 'sip:alex@mysite.test';

/** The visitors in the order in which they were admitted. */
function admitted(context: TestContext): readonly Visitor[] {
  const visitors: Visitor[] = [];
  const { add } = Visitors.prototype;
  context.mock.method(Visitors.prototype, 'add', function (this: Visitors, visitor: Visitor) {
    visitors.push(visitor);
    add.call(this, visitor);
  });
  return visitors;
}

/** Every way in which a browser could write the header. */
const forgeries = (id: string): readonly string[] => [
  `${VISITOR_HEADER}: ${id}`,
  `${VISITOR_HEADER.toLowerCase()}:${id}`,
  `${VISITOR_HEADER} : ${id}`,
  `${VISITOR_HEADER}:\r\n ${id}`,
  `Subject: a\n${VISITOR_HEADER}: ${id}`,
  `${VISITOR_HEADER.replace('V', '%56')}: ${id}`,
];

const start = (context: TestContext) => startDeserted(context, { site: { tokens: undefined } });

async function answered(scene: Deserted, browser: RawPeer, uri = DIRECTOR, headers: readonly string[] = []) {
  const [pbx] = scene.pbxs as [RawPeer];
  const call = new RawCall(browser, uri);
  call.invite(SDP, headers);
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '200 OK', { body: SDP, tag: call.id });
  call.ack(await browser.response(200, 'INVITE'));
  await pbx.request('ACK');
  return { call, invite, pbx };
}

async function hangUp(scene: Deserted, browser: RawPeer, call: RawCall): Promise<void> {
  const [pbx] = scene.pbxs as [RawPeer];
  call.request('BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await browser.response(200, 'BYE');
  await scene.quiet();
}

test("a browser that knows another visitor's id calls as itself, in whatever form it writes the header", async context => {
  const visitors = admitted(context);
  const scene = await start(context);
  const victim = await enter(scene);
  const attacker = await enter(scene, { to: ALEX });
  const [{ id }] = visitors as [Visitor];
  for (const header of forgeries(id)) {
    // The victim's token permits this call, and the attacker's does not.
    new RawCall(attacker, DIRECTOR).invite(SDP, [header]);
    // A name with a percent sign, and a line that ends with LF alone, are errors in themselves.
    const { status } = await attacker.finalResponse();
    assert.ok(status === 403 || status === 400, `${status} for ${header}`);
  }
  assert.equal(scene.pbxs[0]!.received.length, 0);
  const { call } = await answered(scene, victim);
  await hangUp(scene, victim, call);
  victim.close();
  attacker.close();
});

test('a browser that writes any id into its own request calls as itself', async context => {
  const scene = await start(context);
  const browser = await enter(scene);
  const { call } = await answered(scene, browser, DIRECTOR, [
    `${VISITOR_HEADER}: ${randomBytes(16).toString('base64url')}`,
  ]);
  await hangUp(scene, browser, call);
  browser.close();
});

test("another page with the visitor's id and the tags of a call cannot take the call over", async context => {
  const visitors = admitted(context);
  const scene = await start(context);
  const victim = await enter(scene);
  const { call } = await answered(scene, victim);
  const attacker = await enter(scene, { to: ALEX });
  const impostor = call.impostor({});
  impostor.moveTo(attacker);
  impostor.request('INVITE', SDP, [`${VISITOR_HEADER}: ${visitors[0]!.id}`]);
  const { status } = await attacker.finalResponse();
  assert.ok(status >= 400 && status < 500, `${status}`);
  call.request('INFO');
  await victim.response(200, 'INFO');
  call.request('BYE');
  const [pbx] = scene.pbxs as [RawPeer];
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await scene.quiet();
  victim.close();
  attacker.close();
});

test('an outsider cannot call as a visitor', async context => {
  const visitors = admitted(context);
  const siege = await startSiege(context, { site: { tokens: false } });
  const [{ id }] = visitors as [Visitor];
  if (deployment.engine === 'drachtio') {
    // The id cannot be guessed; the WebSocket of the server is open to the gateway alone.
    const socket = new WebSocket(siege.drachtio!.settings.websocket, 'sip');
    context.after(() => socket.terminate());
    const outsider = RawPeer.over(socket);
    await once(socket, 'open');
    for (const header of [`X-None: ${id}`, ...forgeries(randomBytes(16).toString('base64url'))]) {
      new RawCall(outsider, DIRECTOR).invite(SDP, [header]);
      const { status } = await outsider.finalResponse();
      assert.ok(status === 403 || status === 400, `${status} for ${header}`);
    }
  } else {
    for (const transport of ['udp', 'tcp'] as const) {
      const outsider = await directSipClient(context, siege, transport);
      const call = new RawCall(siege.browser, DIRECTOR);
      const bare = call.stolen('INVITE', outsider.via, `sip:x@127.0.0.1`);
      outsider.send(bare.replace('\r\n', `\r\n${VISITOR_HEADER}: ${id}\r\n`));
      while (!outsider.heard.join('').includes('SIP/2.0 403'))
        await new Promise(resolve => setTimeout(resolve, 5));
    }
  }
  assert.equal(siege.pbx.received.length, 0);
  await siege.goodCall();
});

test('the id of a visitor reaches no PBX, no browser and no log', async context => {
  const visitors = admitted(context);
  const scene = await start(context);
  const browser = await enter(scene);
  const { call, pbx } = await answered(scene, browser);
  for (const [method, status] of [
    ['INFO', 200],
    ['OPTIONS', 200],
    ['REFER', 603],
  ] as const) {
    call.request(method);
    await browser.response(status, method);
  }
  call.request('INVITE', SDP.replace('- 1 1', '- 1 2'));
  pbx.respond(await pbx.request('INVITE'), '200 OK', { body: SDP });
  await browser.response(200, 'INVITE');
  call.ackAgain();
  await hangUp(scene, browser, call);
  const [{ id }] = visitors as [Visitor];
  const sent = [...pbx.received, ...browser.received].join('\n');
  const log = JSON.stringify(scene.logged);
  assert.ok(pbx.received.length > 3 && browser.received.length > 5 && log.length > 100);
  for (const text of [sent, log]) {
    assert.equal(text.includes(id), false);
    assert.equal(text.toLowerCase().includes(VISITOR_HEADER.toLowerCase()), false);
  }
  browser.close();
});
