// Authorization: which pages may open a WebSocket and call, and what a refused page gets.

import assert from 'node:assert/strict';
import { createSecretKey, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { SignJWT } from 'jose';
import { eventually } from '../support/eventually.ts';
import { privateFolder } from '../support/private-folder.ts';
import { RawCall } from '../support/raw-call.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { PAGE, SDP, startDeserted } from '../support/signalling-gateway.ts';
import {
  type Answer,
  askToken,
  type Deserted,
  DIRECTOR,
  enter,
  knock,
  tokenOf,
} from './authorization-scene.ts';
import { BareSocket } from './bare-socket.ts';

const tokens = { site: { tokens: undefined } };
const SECRET = 'the secret of mysite.test, for a test';

/** Signed by the site's own server, as it may be written elsewhere. */
function sign(
  claims: Record<string, unknown> = {},
  key: Parameters<SignJWT['sign']>[0] = createSecretKey(Buffer.from(SECRET)),
  alg = 'HS256',
) {
  const now = Math.floor(Date.now() / 1000);
  const usual = { to: 'director@mysite.test', origin: PAGE, exp: now + 60, jti: String(Math.random()) };
  return new SignJWT({ ...usual, ...claims }).setProtectedHeader({ alg }).sign(key);
}

const refusals = (scene: Deserted) =>
  scene.logged.filter(({ msg }) => msg === 'visitor refused').map(({ status, denial }) => [status, denial]);

test('9: an upgrade without a right is refused at HTTP, and only the log has the reason', async context => {
  const scene = await startDeserted(context, { site: { tokens: { secret: SECRET } } });
  const token = await tokenOf(scene);
  const now = Math.floor(Date.now() / 1000);
  // Other tokens of the site are good, from its own server and from the gateway.
  for (const good of [await sign(), await tokenOf(scene)]) {
    const { status, socket } = await knock(scene, { protocols: ['sip', `token.${good}`] });
    assert.equal(status, 101);
    socket.terminate();
  }
  const wrongs: [number, string | undefined, Parameters<typeof knock>[1]][] = [
    [403, undefined, { origin: 'https://evil.example', protocols: ['sip', `token.${token}`] }],
    [400, undefined, { protocols: [`token.${token}`] }],
    [401, 'no-token', {}],
    [401, 'bad-token', { protocols: ['sip', 'token.x'] }],
    [401, 'bad-token', { protocols: ['sip', `token.${token.slice(0, -4)}AAAA`] }],
    [401, 'token-expired', { protocols: ['sip', `token.${await sign({ exp: now - 61 })}`] }],
  ];
  const bodies = new Set<string>();
  for (const [status, , asking] of wrongs) {
    const answer = await knock(scene, asking);
    assert.equal(answer.status, status, JSON.stringify(asking));
    if (status === 401) bodies.add(answer.body);
  }
  assert.equal(bodies.size, 1, 'one answer for all');
  assert.deepEqual(
    refusals(scene).filter(([status]) => status === 401),
    wrongs.filter(([status]) => status === 401).map(([status, why]) => [status, why]),
  );
  // None of it has used the token up.
  assert.equal((await knock(scene, { protocols: ['sip', `token.${token}`] })).status, 101);
  assert.equal((await knock(scene, { protocols: ['sip', `token.${token}`] })).status, 401);
  assert.deepEqual(refusals(scene).at(-1), [401, 'token-used']);
  assert.ok(!JSON.stringify(scene.logged).includes(token), 'no token is logged');
});

test('one connection too many is no offence of a page that was given a token', async context => {
  const security = join(privateFolder('security'), 'security.log');
  const settings = { log: { securityFile: security } };
  const scene = await startDeserted(context, { ...tokens, settings, limits: { connectionsPerAddress: 1 } });
  await enter(scene);
  const offences = () =>
    readFileSync(security, 'utf8')
      .match(/(?<=refused )\S+/g)
      ?.join();
  for (const [shown, told] of [
    [await tokenOf(scene), undefined],
    ['x', 'rate-limit'],
  ]) {
    assert.equal((await knock(scene, { protocols: ['sip', `token.${shown}`] })).status, 429);
    await eventually('the log says what it should', () => {
      assert.equal(offences(), told);
      return true;
    });
  }
});

test('9: two pages that present one token at the same time are not both admitted', async context => {
  const scene = await startDeserted(context, tokens);
  const protocols = ['sip', `token.${await tokenOf(scene)}`];
  const answers = await Promise.all(Array.from({ length: 8 }, () => knock(scene, { protocols })));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [101, ...Array<number>(7).fill(401)]);
});

test('1: a person who is not callable gets no call: 403, no DNS query, nothing to the PBX, no port', async context => {
  const scene = await startDeserted(context, { site: { tokens: false } });
  const browser = await RawPeer.browser(scene.gateway.url, PAGE);
  new RawCall(browser, 'sip:nobody@mysite.test').invite(SDP);
  await browser.response(403);
  assert.deepEqual([scene.asked, (await scene.media.counts()).calls], [[], 0]);
  // The PBX gets only the permitted call.
  const call = new RawCall(browser, DIRECTOR);
  call.invite(SDP);
  const pbx = scene.pbxs[0]!;
  pbx.respond(await pbx.request('INVITE'), '486 Busy Here');
  await browser.response(486);
  await pbx.request('ACK');
  assert.equal(pbx.inbox.length, 0);
  browser.close();
});

test('a token makes one call, to the person that it names', async context => {
  const scene = await startDeserted(context, tokens);
  const browser = await enter(scene);
  // Known, unknown and malformed names: one answer for all.
  const answers = new Set<string>();
  for (const uri of ['sip:alex@mysite.test', 'sip:nobody@mysite.test', 'sip:director@other.test']) {
    const call = new RawCall(browser, uri);
    call.invite(SDP);
    const { status, reason } = await browser.response(403, 'INVITE');
    answers.add(`${status} ${reason}`);
  }
  assert.equal(answers.size, 1);
  const call = new RawCall(browser, DIRECTOR);
  call.invite(SDP);
  await scene.pbxs[0]!.request('INVITE');
  call.cancel();
  await browser.response(487);
  new RawCall(browser, DIRECTOR).invite(SDP);
  await browser.response(403, 'INVITE');
  await scene.quiet();
  const codes = scene.logged.filter(({ msg }) => msg === 'call refused').map(({ code }) => code);
  assert.deepEqual(codes, ['not-granted', 'not-callable', 'not-callable', 'not-granted']);
  browser.close();
});

test('tokens are issued only for people that the page may call; all other requests get the same answer', async context => {
  const { gateway, logged } = await startDeserted(context, tokens);
  const given = await askToken(gateway.url);
  assert.equal(given.headers.get('Access-Control-Allow-Origin'), PAGE);
  assert.equal(given.headers.get('Cache-Control'), 'no-store');
  /** All that may differ between two answers; each page may read its answer. */
  const told = async (response: Response, origin = PAGE) => {
    const { date, connection, ...headers } = Object.fromEntries(response.headers);
    assert.equal(headers['access-control-allow-origin'], origin);
    delete headers['access-control-allow-origin'];
    return JSON.stringify([response.status, headers, await response.text()]);
  };
  const answers = [
    { origin: 'https://evil.example' },
    { to: 'sip:nobody@mysite.test' },
    { to: 'sip:director@other.test' },
    { to: '+14165551212' },
    { to: 'x'.repeat(9000) },
  ].map(async asking => told(await askToken(gateway.url, asking), asking.origin));
  assert.equal(new Set(await Promise.all(answers)).size, 1);
  assert.match(await answers[0]!, /^\[403/);
  assert.ok(logged.some(({ msg, to }) => msg === 'no token issued' && to === 'sip:nobody@mysite.test'));
});

test("a site's own tokens are accepted, by each configured key, and exclusively where configured", async context => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const scene = await startDeserted(context, { site: { tokens: { publicKey: pem, required: true } } });
  assert.equal((await askToken(scene.gateway.url)).status, 403, 'the gateway gives none');
  const right = await sign({}, privateKey, 'EdDSA');
  assert.equal((await knock(scene, { protocols: ['sip', `token.${right}`] })).status, 101);
  // The public key is not secret: a token that is signed with it is a forgery (RFC 8725 2.1).
  const forged = await sign({}, createSecretKey(Buffer.from(pem)), 'HS256');
  assert.equal((await knock(scene, { protocols: ['sip', `token.${forged}`] })).status, 401);
});

async function established(context: TestContext, seconds?: number) {
  const scene = await startDeserted(context, {
    site: { tokens: { secret: SECRET } },
    limits: { reconnectSeconds: 5 },
  });
  const token = await sign(seconds === undefined ? {} : { seconds });
  const answer = await knock(scene, { protocols: ['sip', `token.${token}`] });
  const { back } = await answer.greeting;
  const browser = RawPeer.over(answer.socket);
  const call = new RawCall(browser, DIRECTOR);
  call.invite(SDP);
  const pbx = scene.pbxs[0]!;
  pbx.respond(await pbx.request('INVITE'), '200 OK', { body: SDP });
  call.ack(await browser.response(200));
  await pbx.request('ACK');
  return { scene, browser, call, pbx, back };
}

test('a call ends at the duration of its token, with a reason', async context => {
  const { scene, browser, call, pbx } = await established(context, 0.3);
  const bye = await browser.request('BYE');
  assert.match(bye.headers.get('Reason') ?? '', /cause=408;text="The longest call is over"/);
  call.respond(bye, '200 OK');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await scene.quiet();
});

test('13: a page resumes its call with the key of that call, and no other page does', async context => {
  const { scene, browser, call, pbx, back } = await established(context);
  const elsewhere = { protocols: ['sip', `back.${back}`], origin: scene.gateway.url };
  assert.equal(await closedWith(await knock(scene, elsewhere)), 4481);
  browser.close();
  // This page has all data of the dialog, and a right to another call.
  const thief = await enter(scene);
  call.moveTo(thief);
  call.request('INVITE', SDP);
  await thief.response(481, 'INVITE');
  for (let times = 0; times < 2; times++) {
    const again = await RawPeer.browser(scene.gateway.url, PAGE, [`back.${back}`]);
    call.moveTo(again);
    call.request('UPDATE');
    await again.response(200, 'UPDATE');
    if (times === 0) again.close();
    else call.request('BYE');
  }
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await scene.quiet();
  await eventually('the way back is closed', async () => {
    const answer = await knock(scene, { protocols: ['sip', `back.${back}`] });
    const code = await closedWith(answer);
    return code === 4481;
  });
  thief.close();
});

test('a page that resumes a call that is over gets a close code, and its messages are ignored', async context => {
  const scene = await startDeserted(context, tokens);
  const answer = await knock(scene, { protocols: ['sip', 'back.abc'] });
  assert.equal(answer.status, 101);
  // The way is known only to be none once it has answered: what follows is of no use, whatever it is.
  const stranger = RawPeer.over(answer.socket);
  new RawCall(stranger, DIRECTOR).invite(SDP);
  assert.equal(await closedWith(answer), 4481);
  assert.equal(stranger.inbox.length, 0);
  assert.deepEqual(refusals(scene), [[401, 'no-such-call']]);

  const rude = await BareSocket.connect(scene.gateway.url);
  rude.socket.write(BareSocket.upgrade().replace('Protocol: sip', 'Protocol: sip, back.abc'));
  rude.socket.write('\r\n\xff\xff\xff\xff\xff');
  await rude.closed;
  // The gateway still runs.
  assert.ok(await tokenOf(scene));
});

test('a gateway that shares its secret does not report that a call is over: another gateway may have it', async context => {
  const scene = await startDeserted(context, { ...tokens, settings: { tokens: { secret: SECRET } } });
  assert.equal((await knock(scene, { protocols: ['sip', 'back.abc'] })).status, 401);
  assert.deepEqual(refusals(scene), [[401, 'no-such-call']]);
});

async function closedWith({ status, socket }: Answer): Promise<number> {
  assert.equal(status, 101);
  const [code] = socket.readyState === socket.CLOSED ? [1006] : await once(socket, 'close');
  return code;
}
