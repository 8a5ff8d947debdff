// Behind a proxy each visitor has its own address, and no client gets another address, or many, by sending headers.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ConfigInput } from '../../gateway/config/schema.ts';
import { RawCall } from '../support/raw-call.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { SDP, startDeserted } from '../support/signalling-gateway.ts';
import { DIRECTOR, knock, tokenOf } from './authorization-scene.ts';

async function comers(context: TestContext, settings: Partial<ConfigInput>, said: readonly string[]) {
  const limits = { connectionsPerAddress: 1 };
  const scene = await startDeserted(context, { site: { tokens: undefined }, limits, settings });
  const come = async (header: string) => {
    const protocols = ['sip', `token.${await tokenOf(scene)}`];
    return await knock(scene, { protocols, headers: { 'X-Forwarded-For': header } });
  };
  const answers = [];
  for (const header of said) answers.push(await come(header));
  return { scene, answers, statuses: answers.map(({ status }) => status) };
}

test("visitors behind a proxy are distinguished by the proxy's header", async context => {
  const settings = { proxy: { networks: ['127.0.0.0/8'] } };
  const said = ['198.51.100.7', '198.51.100.8', '1.2.3.4, 198.51.100.7'];
  const { scene, answers, statuses } = await comers(context, settings, said);
  assert.deepEqual(statuses, [101, 101, 429]);
  const browser = RawPeer.over(answers[1]!.socket);
  const call = new RawCall(browser, DIRECTOR);
  call.invite(SDP);
  scene.pbxs[0]!.respond(await scene.pbxs[0]!.request('INVITE'), '486 Busy Here');
  await browser.response(486);
  await scene.quiet();
  assert.equal(scene.logged.find(({ msg }) => msg === 'call ended')?.address, '198.51.100.8');
});

test('the header of a peer that is no proxy is ignored', async context => {
  const { statuses } = await comers(context, {}, ['198.51.100.7', '198.51.100.8']);
  assert.deepEqual(statuses, [101, 429]);
});
