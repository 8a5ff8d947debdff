// Quotas of calls: refusal before a token, before a WebSocket and before a call, and the end of calls when the talk time of
// the day is used up. The client gets the time of the next try; the log gets the limit.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ConfigInput } from '../../gateway/config/schema.ts';
import { RawCall } from '../support/raw-call.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { PAGE, SDP, startDeserted } from '../support/signalling-gateway.ts';
import { askToken, type Deserted, DIRECTOR, enter, knock, tokenOf } from './authorization-scene.ts';

const start = (context: TestContext, limits: ConfigInput['limits']) =>
  startDeserted(context, { site: { tokens: undefined }, limits });

/** A call that rings, and one that is answered. */
async function ring(scene: Deserted, browser: RawPeer) {
  const call = new RawCall(browser, DIRECTOR);
  call.invite(SDP);
  return { call, invite: await scene.pbxs[0]!.request('INVITE') };
}

async function talk(scene: Deserted, browser: RawPeer) {
  const { call, invite } = await ring(scene, browser);
  scene.pbxs[0]!.respond(invite, '200 OK', { body: SDP, tag: call.id });
  call.ack(await browser.response(200));
  await scene.pbxs[0]!.request('ACK');
  return call;
}

async function hangUp(scene: Deserted, call: RawCall, browser: RawPeer) {
  call.request('BYE');
  await browser.response(200, 'BYE');
  scene.pbxs[0]!.respond(await scene.pbxs[0]!.request('BYE'), '200 OK');
  await scene.quiet();
}

const limitsLogged = ({ logged }: Deserted) =>
  logged.filter(({ limit }) => limit !== undefined).map(({ msg, limit }) => `${msg}: ${limit}`);

test('an address at its bound of calls gets no token, WebSocket or call until a call ends', async context => {
  const scene = await start(context, { perAddress: { calls: 1 } });
  const [browser, eager] = [await enter(scene), await enter(scene)];
  const saved = await tokenOf(scene);
  const call = await talk(scene, browser);

  new RawCall(eager, DIRECTOR).invite(SDP);
  const refused = await eager.response(503);
  assert.equal(refused.headers.get('Retry-After'), '10');
  const asked = await askToken(scene.gateway.url);
  assert.deepEqual([asked.status, asked.headers.get('Retry-After'), await asked.text()], [429, '10', '']);
  const knocked = await knock(scene, { protocols: ['sip', `token.${saved}`] });
  assert.deepEqual([knocked.status, knocked.retryAfter], [429, '10']);
  assert.deepEqual(limitsLogged(scene), [
    'call refused: perAddress.calls',
    'no token issued: perAddress.calls',
    'visitor refused: perAddress.calls',
  ]);

  await hangUp(scene, call, browser);
  assert.equal(
    (await knock(scene, { protocols: ['sip', `token.${saved}`] })).status,
    101,
    'it was not used up',
  );
  // A grant whose call was refused by a quota can still be used.
  await hangUp(scene, await talk(scene, eager), eager);
});

test('a shared quota that is used up gives 503 to every client, without details', async context => {
  const scene = await start(context, { overall: { callsPerMinute: 1 }, perSite: { callsPerMinute: 1 } });
  const browser = await enter(scene);
  const { call } = await ring(scene, browser);
  call.cancel();
  await browser.response(487);
  const asked = await askToken(scene.gateway.url);
  assert.equal(asked.status, 503);
  assert.match(asked.headers.get('Retry-After') ?? '', /^(59|60)$/);
  assert.deepEqual(limitsLogged(scene), ['no token issued: perSite.callsPerMinute']);
});

test('the talk time of a day is charged continuously, and calls end when it is used up', async context => {
  const scene = await start(context, { perDestination: { minutesPerDay: 0.005 } });
  const browser = await enter(scene);
  const call = await talk(scene, browser);
  const bye = await browser.request('BYE');
  // The same reason as for any call that is too long.
  assert.match(bye.headers.get('Reason') ?? '', /cause=408;text="The longest call is over"/);
  call.respond(bye, '200 OK');
  scene.pbxs[0]!.respond(await scene.pbxs[0]!.request('BYE'), '200 OK');
  await scene.quiet();
  assert.equal(scene.logged.find(({ msg }) => msg === 'call ended')?.ending, 'minutes-spent');
  const asked = await askToken(scene.gateway.url);
  assert.deepEqual([asked.status, asked.headers.get('Retry-After')], [503, '3600']);
  assert.equal((await askToken(scene.gateway.url, { to: 'sip:alex@mysite.test' })).status, 200);
});

test('a page that resumes its call is not subject to quotas', async context => {
  const scene = await start(context, { perAddress: { calls: 1 } });
  const answer = await knock(scene, { protocols: ['sip', `token.${await tokenOf(scene)}`] });
  const { back } = await answer.greeting;
  const browser = RawPeer.over(answer.socket);
  const call = await talk(scene, browser);
  browser.close();
  const again = await RawPeer.browser(scene.gateway.url, PAGE, [`back.${back}`]);
  call.moveTo(again);
  await hangUp(scene, call, again);
});
