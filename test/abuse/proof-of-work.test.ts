// Proof of work before a token: required from addresses that call often, or from all; one solution for each token, bound to
// page and callee.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Challenge, createChallenge, solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import type { ConfigInput } from '../../gateway/config/schema.ts';
import { RawCall } from '../support/raw-call.ts';
import { PAGE, SDP, startDeserted } from '../support/signalling-gateway.ts';
import { type Deserted, DIRECTOR, enter } from './authorization-scene.ts';

const start = (context: TestContext, settings: Partial<ConfigInput>, limits: ConfigInput['limits'] = {}) =>
  startDeserted(context, { site: { tokens: undefined }, settings, limits });

interface Answer {
  readonly token?: string;
  readonly challenge?: Challenge;
}

async function ask({ gateway }: Deserted, work?: string, to = DIRECTOR): Promise<Answer> {
  const body = new URLSearchParams({ to, ...(work !== undefined && { work }) });
  const response = await fetch(`${gateway.url}/token`, { method: 'POST', headers: { Origin: PAGE }, body });
  return (await response.json()) as Answer;
}

async function solve(challenge: Challenge): Promise<string> {
  return JSON.stringify({ challenge, solution: await solveChallenge({ challenge, deriveKey }) });
}

test('a token is issued for a correct solution that was not presented before', async context => {
  const scene = await start(context, { tokens: { proofOfWork: 'always' } });
  const { challenge, token } = await ask(scene);
  assert.equal(token, undefined);
  const done = await solve(challenge!);
  const own = await solve(
    await createChallenge({
      algorithm: 'PBKDF2/SHA-256',
      cost: 1,
      keyPrefix: '0',
      deriveKey,
      data: challenge!.parameters.data!,
      hmacSignatureSecret: 'of the stranger',
    }),
  );
  const undone = JSON.stringify({ challenge, solution: { counter: 0, derivedKey: '00', time: 1 } });
  for (const work of [own, undone, 'x', '{}', done.replace('"cost":5000', '"cost":1')]) {
    assert.equal((await ask(scene, work)).token, undefined, work);
  }
  assert.equal((await ask(scene, done, 'sip:alex@mysite.test')).token, undefined, 'for somebody else');
  assert.ok((await ask(scene, done)).token);
  assert.equal((await ask(scene, done)).token, undefined, 'a second time');
});

test('an address needs proof of work only when it calls often', async context => {
  const scene = await start(context, {}, { perAddress: { callsPerMinute: 4 } });
  for (let times = 0; times < 2; times++) {
    const browser = await enter(scene);
    const call = new RawCall(browser, DIRECTOR);
    call.invite(SDP);
    scene.pbxs[0]!.respond(await scene.pbxs[0]!.request('INVITE'), '486 Busy Here', { tag: call.id });
    await browser.response(486);
    browser.close();
  }
  await scene.quiet();
  const { challenge, token } = await ask(scene);
  assert.equal(token, undefined);
  assert.ok((await ask(scene, await solve(challenge!))).token);
});
