// Tokens that fail by the owner's fault: all tokens of a site, or faults that only the signer can cause. No visitor is
// banned for them, the owner gets a warning, and the page is admitted so that its call is refused with the cause. A token
// that came late, or was sent to another gateway, or is from one of several servers is refused once, so that the page can
// present another. All other bad tokens are offences of the page that presents them.

import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { SignJWT } from 'jose';
import { eventually } from '../support/eventually.ts';
import { RawCall } from '../support/raw-call.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { PAGE, SDP } from '../support/signalling-gateway.ts';
import { DIRECTOR, enter, knock, tokenOf } from './authorization-scene.ts';
import { startWatched, type Watched } from './security-scene.ts';

const RIGHT = 'the secret of mysite.test, for a test';
const WRONG = 'what the server of mysite.test signs with';
const own = { site: { tokens: { secret: RIGHT } } };
const none = { site: { tokens: undefined } };
const WARNING = 'every token for this site is rejected: its visitors cannot call';
const SOME = 'some tokens for this site are rejected: some of its visitors cannot call';

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
  // The gateway issues tokens for this site too, and they are good: they prove nothing about the others.
  await enter(scene);
  for (let i = 0; i < 15; i++) assert.equal(await show(scene, await sign(WRONG)), 101);
  await scene.offend();
  scene.assertOffences('missing-origin');
  const [warning, ...more] = warnings(scene);
  assert.equal(more.length, 0);
  assert.deepEqual([warning?.level, warning?.site], ['error', 'mysite.test']);
  assert.deepEqual([warning?.cause, warning?.side], ['bad-token', 'owner']);
  assert.match(String(warning?.mend), /the key of tokens in the configuration/);
});

test('the owner gets a warning about a wrong clock too', async context => {
  const scene = await startWatched(context, own);
  const now = Math.floor(Date.now() / 1000);
  for (let i = 0; i < 5; i++) await show(scene, await sign(RIGHT, { exp: now - 3600 }));
  const [warning, ...more] = warnings(scene);
  assert.deepEqual([warning?.cause, more.length], ['token-expired', 0]);
  assert.match(String(warning?.why), /by 3[56]\d\d s$/);
});

test('gateways that do not share a secret: tokens of another are no offence, and the owner gets a warning', async context => {
  const scene = await startWatched(context, none);
  for (let i = 0; i < 15; i++) await show(scene, await sign(WRONG, { iss: 'sip-call', seconds: 60 }));
  await scene.offend();
  scene.assertOffences('missing-origin');
  assert.match(String(warnings(scene)[0]?.mend), /the same tokens\.secret/);
});

test('where one of two servers of a site signs with the wrong key, its visitors have one more try, then the cause', async context => {
  const scene = await startWatched(context, own);
  for (let i = 0; i < 6; i++) {
    assert.equal(await show(scene, await sign(RIGHT)), 101);
    assert.equal(await show(scene, await sign(WRONG)), 401);
    // The element requests another token, and may reach either gateway.
    if (i % 2 === 0) assert.equal(await show(scene, await sign(RIGHT)), 101);
    await getsCause(scene, await sign(WRONG), 'bad-token');
  }
  await scene.offend();
  scene.assertOffences('wrong-destination', 'missing-origin');
  assert.deepEqual([some(scene), warnings(scene)], [['bad-token'], []]);
});

for (const [what, give] of [
  ['that is no token', async () => 'undefined'],
  ['for a site that is not there', () => sign(RIGHT, { to: 'director@other.test' })],
  ['in the name of the gateway', () => sign(RIGHT, { iss: 'sip-call' })],
  ['that the gateway has not the key of', () => sign(WRONG)],
] as const) {
  test(`while others are good, a page whose site gives a token ${what} gets the cause, and commits no offence`, async context => {
    const scene = await startWatched(context, own);
    for (let i = 0; i < 4; i++) {
      assert.equal(await show(scene, await sign(RIGHT)), 101);
      assert.equal(await show(scene, await tokenOf(scene)), 101);
      for (const status of [401, 101]) assert.equal(await show(scene, await give()), status);
    }
    for (let i = 0; i < 10; i++) assert.equal((await knock(scene, {})).status, 401);
    await scene.offend();
    scene.assertOffences('missing-origin');
  });
}

test('a token of the gateway that was changed is an offence while others are good', async context => {
  const scene = await startWatched(context, own);
  const token = await tokenOf(scene);
  assert.equal(await show(scene, await tokenOf(scene)), 101);
  for (let i = 0; i < 10; i++) assert.equal(await show(scene, `${token.slice(0, -4)}AAAA`), 401);
  await scene.writes(...Array<string>(10).fill('bad-token'));
  assert.deepEqual(warnings(scene), []);
});

test('more tokens that fail than visitors show are offences', async context => {
  const scene = await startWatched(context, own);
  const wrong = await sign(WRONG);
  const instant = performance.now();
  context.mock.method(performance, 'now', () => instant);
  for (let i = 0; i < 300; i++) assert.ok([101, 401].includes(await show(scene, wrong)));
  assert.equal(await show(scene, wrong), 401);
  await scene.writes('bad-token');
});

test('a site without a key accepts only tokens of the gateway', async context => {
  const scene = await startWatched(context, none);
  const token = await tokenOf(scene);
  assert.equal(await show(scene, token), 101);
  // Of no issuer, for a site that is not there, and what is no token: each is counted with the gateway's own.
  for (const forged of [await sign(WRONG), await sign(WRONG, { to: 'director@other.test' }), 'x', token]) {
    assert.equal(await show(scene, forged), 401);
  }
  await scene.writes(...Array<string>(4).fill('bad-token'));
});

const now = () => Math.floor(Date.now() / 1000);

/** A page that presents this is admitted, its call is refused with the cause, and it has no other right. */
async function getsCause(scene: Watched, token: string, cause: string): Promise<void> {
  const page = await RawPeer.browser(scene.gateway.url, PAGE, [`token.${token}`]);
  new RawCall(page, DIRECTOR).invite(SDP);
  const refused = await page.response(500);
  assert.equal(refused.headers.get('X-Sip-Call-Cause'), `${cause};side=owner`);
  const line = scene.logged.findLast(({ msg }) => msg === 'call refused');
  assert.deepEqual([line?.level, line?.cause, line?.side], ['warn', cause, 'owner']);
  assert.match(String(line?.mend), /site's server|tokens\.secret/);
  // It gets the same answer for every name, so that it learns no name; an unknown name is still an offence.
  for (const to of ['sip:nobody@mysite.test', 'sip:echo-test@mysite.test']) {
    new RawCall(page, to).invite(SDP);
    const same = await page.response(500);
    assert.deepEqual(
      [same.reason, same.headers.get('X-Sip-Call-Cause')],
      [refused.reason, `${cause};side=owner`],
    );
  }
  assert.deepEqual([scene.asked, scene.pbxs[0]?.inbox], [[], []]);
  page.close();
}

const some = ({ logged }: Watched) => logged.filter(({ msg }) => msg === SOME).map(({ cause }) => cause);

for (const [what, token] of [
  ['signed with another key', () => sign(WRONG)],
  ['that is no token', async () => 'undefined'],
] as const) {
  test(`a page whose site issues a token ${what} gets the cause; no request reaches a PBX`, async context => {
    const scene = await startWatched(context, own);
    await getsCause(scene, await token(), 'bad-token');
  });
}

for (const [what, claims, cause] of [
  ['that is valid for too long', () => ({ exp: now() + 3600 }), 'token-too-long'],
  ['that begins later', () => ({ nbf: now() + 200 }), 'token-not-yet-valid'],
  ['without a name of its own', () => ({ jti: undefined }), 'token-incomplete'],
  ['with a number for a name', () => ({ jti: 7 }), 'token-incomplete'],
  ['without an end', () => ({ exp: undefined }), 'token-incomplete'],
  ['for no time at all', () => ({ seconds: -1 }), 'token-incomplete'],
  ['for another page', () => ({ origin: 'https://www.mysite.test' }), 'token-of-another-page'],
] as const) {
  test(`a page whose site gives a token ${what} gets the cause, whether others are good or not`, async context => {
    const scene = await startWatched(context, own);
    await getsCause(scene, await sign(RIGHT, claims()), cause);
    assert.equal(await show(scene, await sign(RIGHT)), 101);
    await getsCause(scene, await sign(RIGHT, claims()), cause);
    for (let i = 0; i < 6; i++) assert.equal(await show(scene, await sign(RIGHT, claims())), 101);
    await scene.offend();
    scene.assertOffences('wrong-destination', 'missing-origin');
    assert.deepEqual([some(scene), warnings(scene)], [[cause], []]);
  });
}

for (const [what, cause, give] of [
  [
    'that is too old',
    'token-expired',
    async () => ({ others: [], token: () => sign(RIGHT, { exp: now() - 3600 }) }),
  ],
  [
    'a second time',
    'token-used',
    async () => {
      const cached = await sign(RIGHT);
      return { others: [cached], token: async () => cached };
    },
  ],
  [
    'of a gateway that shares no secret',
    'token-of-another-gateway',
    async context => {
      const other = await startWatched(context, none);
      return { others: [], token: () => tokenOf(other) };
    },
  ],
] as readonly (readonly [string, string, (context: TestContext) => Promise<Given>])[]) {
  test(`a page that shows a token ${what} has one more try, and gets the cause after that`, async context => {
    const scene = await startWatched(context, cause === 'token-of-another-gateway' ? none : own);
    const { others, token } = await give(context);
    for (const good of [await tokenOf(scene), ...others]) assert.equal(await show(scene, good), 101);
    assert.equal(await show(scene, await token()), 401);
    // The element requests another token by itself: if it is good, the page can call.
    assert.equal(await show(scene, await tokenOf(scene)), 101);
    await getsCause(scene, await token(), cause);
    for (const status of [401, 101, 401, 101, 401, 101, 401, 101]) {
      assert.equal(await show(scene, await token()), status);
    }
    await scene.offend();
    scene.assertOffences('wrong-destination', 'missing-origin');
    // The gateway's own tokens were good, those of the site's server as far as one was.
    const told = cause === 'token-expired' ? warnings(scene).map(line => line.cause) : some(scene);
    assert.deepEqual(told, [cause]);
  });
}

interface Given {
  readonly others: readonly string[];
  token(): Promise<string>;
}

test('of tokens that are too old, a first one is no news for the owner while others are good', async context => {
  const scene = await startWatched(context, own);
  assert.equal(await show(scene, await sign(RIGHT)), 101);
  const late = () => sign(RIGHT, { exp: now() - 3600 });
  for (let i = 0; i < 4; i++) {
    assert.equal(await show(scene, await late()), 401);
    assert.equal(await show(scene, await late()), 101);
  }
  assert.deepEqual(some(scene), []);
  for (const status of [401, 101]) assert.equal(await show(scene, await late()), status);
  assert.deepEqual([some(scene), warnings(scene)], [['token-expired'], []]);
  await scene.offend();
  scene.assertOffences('missing-origin');
});

test('a page that presents no token is not admitted, also while all tokens fail', async context => {
  const scene = await startWatched(context, own);
  assert.equal((await knock(scene, {})).status, 401);
});

test('pages that are admitted for the cause are bounded like others, and reaching the bound is no offence', async context => {
  const scene = await startWatched(context, { ...own, limits: { connectionsPerAddress: 2 } });
  const held = await Promise.all(
    [1, 2].map(async () => knock(scene, { protocols: ['sip', `token.${await sign(WRONG)}`] })),
  );
  for (const token of [await sign(WRONG), await sign(RIGHT, { exp: now() - 3600 })]) {
    assert.equal(await show(scene, token), 429);
  }
  for (const { socket } of held) socket.terminate();
  await scene.offend();
  scene.assertOffences('missing-origin');
});

test('pages that are admitted for the cause use at most a tenth of the connections', async context => {
  const scene = await startWatched(context, {
    ...own,
    limits: { connections: 20, connectionsPerAddress: 20 },
  });
  const held = [];
  for (let i = 0; i < 2; i++) {
    held.push(await knock(scene, { protocols: ['sip', `token.${await sign(WRONG)}`] }));
  }
  assert.deepEqual(
    held.map(({ status }) => status),
    [101, 101],
  );
  assert.equal(await show(scene, await sign(WRONG)), 401);
  assert.equal(await show(scene, await sign(RIGHT)), 101);
  for (const { socket } of held) socket.terminate();
  await eventually('they are gone', async () => (await scene.gateway.health()).visitors === 0);
  assert.equal(await show(scene, await sign(RIGHT, { exp: now() + 3600 })), 101);
  await scene.offend();
  scene.assertOffences('missing-origin');
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
