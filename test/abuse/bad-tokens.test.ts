// While every token that is shown for a site fails, the mistake is its owner's: no visitor is banned, the owner is warned,
// and a page is let in to hear that its call is refused, and why. Once one token was good, those that fail are offences.

import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import { SignJWT } from 'jose';
import { RawCall } from '../support/raw-call.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { PAGE, SDP } from '../support/signalling-gateway.ts';
import { DIRECTOR, enter, knock, tokenOf } from './entrance-scene.ts';
import { startWatched, type Watched } from './security-scene.ts';

const RIGHT = 'the secret of mysite.test, for a test';
const WRONG = 'what the server of mysite.test signs with';
const own = { site: { tokens: { secret: RIGHT } } };
const WARNING = 'every token that is shown for this site fails: its visitors cannot call';

function sign(secret: string, claims: Record<string, unknown> = {}) {
  const exp = Math.floor(Date.now() / 1000) + 60;
  const usual = { to: 'director@mysite.test', origin: PAGE, exp, jti: String(Math.random()) };
  return new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(createSecretKey(Buffer.from(secret)));
}

async function show(scene: Watched, token: string): Promise<number> {
  const { status, socket } = await knock(scene, { protocols: ['sip', `token.${token}`] });
  socket.terminate();
  return status;
}

const warnings = ({ logged }: Watched) => logged.filter(({ msg }) => msg === WARNING);

test('where the server of a site signs with the wrong key, no visitor commits an offence; the owner is warned once', async context => {
  const scene = await startWatched(context, own);
  // The gateway gives tokens for this site too, and those are good: they prove nothing of the others.
  await enter(scene);
  for (let i = 0; i < 15; i++) assert.equal(await show(scene, await sign(WRONG)), 101);
  await scene.offend();
  scene.assertOffences('wrong-origin');
  const [warning, ...more] = warnings(scene);
  assert.equal(more.length, 0);
  assert.deepEqual([warning?.level, warning?.site], ['error', 'mysite.test']);
  assert.match(String(warning?.check), /the key of tokens in this file.*its clock/);
});

test('a clock that is wrong is told to the owner too', async context => {
  const scene = await startWatched(context, own);
  const now = Math.floor(Date.now() / 1000);
  for (let i = 0; i < 5; i++) await show(scene, await sign(RIGHT, { exp: now - 3600 }));
  assert.deepEqual(
    warnings(scene).map(({ objection }) => objection),
    ['token-expired'],
  );
});

test('gateways that do not share a secret: tokens of another are no offence, and the owner is told what to check', async context => {
  const scene = await startWatched(context, { site: { tokens: undefined } });
  for (let i = 0; i < 15; i++) await show(scene, await sign(WRONG, { iss: 'sip-call', seconds: 60 }));
  await scene.offend();
  scene.assertOffences('wrong-origin');
  assert.match(String(warnings(scene)[0]?.check), /the same tokens\.secret/);
});

test('once a token of the site was good, one that fails is an offence again', async context => {
  const scene = await startWatched(context, own);
  assert.equal(await show(scene, await sign(WRONG)), 101);
  assert.equal(await show(scene, await sign(RIGHT)), 101);
  for (let i = 0; i < 10; i++) assert.equal(await show(scene, await sign(WRONG)), 401);
  await scene.writes(...Array<string>(10).fill('bad-token'));
  assert.deepEqual(warnings(scene), []);
});

test('a site without a key of its own has no other tokens than those of the gateway', async context => {
  const scene = await startWatched(context, { site: { tokens: undefined } });
  const token = await tokenOf(scene);
  assert.equal(await show(scene, token), 101);
  // Of no issuer, for a site that is not there, and what is no token: each is counted with the gateway's own.
  for (const forged of [await sign(WRONG), await sign(WRONG, { to: 'director@other.test' }), 'x', token]) {
    assert.equal(await show(scene, forged), 401);
  }
  await scene.writes(...Array<string>(4).fill('bad-token'));
});

const now = () => Math.floor(Date.now() / 1000);

for (const [what, token, cause] of [
  ['signed with another key', () => sign(WRONG), 'token-bad'],
  ['that is no token', async () => 'undefined', 'token-bad'],
  ['of a clock that is behind', () => sign(RIGHT, { exp: now() - 3600 }), 'token-expired'],
  ['of a clock that is ahead', () => sign(RIGHT, { exp: now() + 3600 }), 'token-not-yet-valid'],
  ['that begins later', () => sign(RIGHT, { nbf: now() + 200 }), 'token-not-yet-valid'],
  ['for another page', () => sign(RIGHT, { origin: 'https://www.mysite.test' }), 'token-of-another-page'],
] as const) {
  test(`a page whose site gives a token ${what} hears that its site is at fault; no PBX is asked`, async context => {
    const scene = await startWatched(context, own);
    const page = await RawPeer.browser(scene.gateway.url, PAGE, [`token.${await token()}`]);
    context.after(page.close);
    new RawCall(page, DIRECTOR).invite(SDP);
    const refused = await page.response(500);
    assert.equal(refused.headers.get('X-Sip-Call-Cause'), `${cause};side=owner`);
    const line = scene.logged.find(({ msg }) => msg === 'call refused');
    assert.deepEqual([line?.level, line?.cause, line?.side], ['warn', cause, 'owner']);
    assert.match(String(line?.mend), /site's server/);
    // It has no other right: nobody else is called by it, and nothing else is answered.
    new RawCall(page, 'sip:nobody@mysite.test').invite(SDP);
    assert.equal((await page.response(403)).headers.has('X-Sip-Call-Cause'), false);
    new RawCall(page, 'sip:echo-test@mysite.test').invite(SDP);
    await page.response(500);
    assert.deepEqual([scene.asked, scene.pbxs[0]?.inbox], [[], []]);
  });
}

test('a page that shows no token is not let in, whatever becomes of the others', async context => {
  const scene = await startWatched(context, own);
  assert.equal((await knock(scene, {})).status, 401);
});

test('pages that are let in to hear of it have no more places than others', async context => {
  const scene = await startWatched(context, { ...own, limits: { visitorsPerAddress: 2 } });
  const held = await Promise.all(
    [1, 2].map(async () => knock(scene, { protocols: ['sip', `token.${await sign(WRONG)}`] })),
  );
  assert.equal(await show(scene, await sign(WRONG)), 429);
  for (const { socket } of held) socket.terminate();
});

test("a token of the site's server that is shown twice is no offence, and five in a row are told to the owner", async context => {
  const scene = await startWatched(context, own);
  const cached = await sign(RIGHT);
  assert.equal(await show(scene, cached), 101);
  for (let i = 0; i < 12; i++) assert.equal(await show(scene, cached), 401);
  await scene.offend();
  scene.assertOffences('wrong-origin');
  assert.deepEqual(
    warnings(scene).map(({ objection }) => objection),
    ['token-used'],
  );
});
