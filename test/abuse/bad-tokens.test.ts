// While every token that is shown for a site fails, the mistake is its owner's: no visitor is banned, and the owner is
// warned. Once one of them was good, those that fail are offences again.

import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import { SignJWT } from 'jose';
import { PAGE } from '../support/signalling-gateway.ts';
import { enter, knock, tokenOf } from './entrance-scene.ts';
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
  for (let i = 0; i < 15; i++) assert.equal(await show(scene, await sign(WRONG)), 401);
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
  assert.equal(await show(scene, await sign(WRONG)), 401);
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

const SOME = 'some tokens that are shown for this site fail by no fault of its visitors';
const soon = () => Math.floor(Date.now() / 1000) + 60;

for (const [what, claims, objection, words] of [
  ['written for longer than any may be', { exp: soon() + 3600 }, 'token-too-long', /300 s.*clock/],
  [
    'of a clock that is ahead',
    { nbf: soon() + 3600 },
    'token-not-yet-valid',
    /clock of the site's server is ahead/,
  ],
  ['without a name of their own', { jti: undefined }, 'token-incomplete', /exp or jti/],
  ['for another page of the site', { origin: 'https://www.mysite.test' }, 'token-of-another-page', /www/],
] as const) {
  test(`tokens of the site's own key, ${what}, are no offence of a visitor, though others are good; the owner learns the cause`, async context => {
    const scene = await startWatched(context, own);
    assert.equal(await show(scene, await sign(RIGHT)), 101);
    for (let i = 0; i < 6; i++) assert.equal(await show(scene, await sign(RIGHT, claims)), 401);
    await scene.offend();
    scene.assertOffences('wrong-origin');
    const lines = scene.logged.filter(({ msg }) => msg === SOME);
    assert.deepEqual(
      lines.map(({ level, objection: told }) => [level, told]),
      [['error', objection]],
    );
    assert.match(String(lines[0]?.check), words);
  });
}

test("a token that the site's server has given twice is no offence of those who show it", async context => {
  const scene = await startWatched(context, own);
  const token = await sign(RIGHT);
  assert.equal(await show(scene, token), 101);
  for (let i = 0; i < 6; i++) assert.equal(await show(scene, token), 401);
  await scene.offend();
  scene.assertOffences('wrong-origin');
  assert.deepEqual(
    scene.logged.filter(({ msg }) => msg === SOME).map(({ objection }) => objection),
    ['token-used'],
  );
});

test('of two gateways behind one name that share no secret, each knows tokens of the other; nobody is banned', async context => {
  const scene = await startWatched(context, { site: { tokens: undefined } });
  const other = await startWatched(context, { site: { tokens: undefined } });
  // Half of them are good, for each gateway takes its own.
  await enter(scene);
  for (let i = 0; i < 6; i++) assert.equal(await show(scene, await tokenOf(other)), 401);
  await scene.offend();
  scene.assertOffences('wrong-origin');
  const [line, ...more] = scene.logged.filter(({ msg }) => msg === SOME);
  assert.deepEqual([line?.level, line?.objection, more.length], ['error', 'token-of-another-gateway', 0]);
  assert.match(String(line?.check), /tokens\.secret/);
});

test('gateways that share a secret take tokens of each other', async context => {
  const settings = { tokens: { secret: 'one secret for both of the gateways' } };
  const [one, other] = [
    await startWatched(context, { site: { tokens: undefined }, settings }),
    await startWatched(context, { site: { tokens: undefined }, settings }),
  ];
  assert.equal(await show(one, await tokenOf(other)), 101);
});

test("a claim that names people and pages in the site's own letters is understood", async context => {
  const page = 'https://xn--80aqeigdi5k.xn--p1ai';
  const scene = await startWatched(context, {
    site: { tokens: undefined },
    others: [
      {
        domain: 'компания.рф',
        origins: ['https://компания.рф'],
        callable: ['director'],
        tokens: { secret: RIGHT },
      },
    ],
  });
  const token = await sign(RIGHT, { to: 'director@Компания.рф', origin: 'https://компания.рф' });
  const { status, socket } = await knock(scene, { protocols: ['sip', `token.${token}`], origin: page });
  socket.terminate();
  assert.equal(status, 101);
});
