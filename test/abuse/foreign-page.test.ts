// A page that no site lists makes its reader's browser send requests to the gateway. It must not be able to ban the address
// of its reader: no request that such a page can cause is an offence. Requests that no browser sends still are.

import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { eventually } from '../support/eventually.ts';
import { RawCall } from '../support/raw-call.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { PAGE, SDP } from '../support/signalling-gateway.ts';
import { type Deserted, enter, knock, tokenOf } from './authorization-scene.ts';
import { BareSocket } from './bare-socket.ts';
import { startWatched } from './security-scene.ts';

const FOREIGN = 'http://evil.example';

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends exactly the given headers, because fetch adds others. Resolves with status and body. */
function send({ gateway }: Deserted, path: string, { method = 'GET', headers = {}, body = '' }: Sent = {}) {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const request = httpRequest(`${gateway.url}${path}`, { method, headers: { ...headers }, agent: false });
    request.on('error', reject);
    request.on('upgrade', (_response, socket) => {
      socket.destroy();
      resolve({ status: 101, body: '' });
    });
    request.on('response', async response => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve({ status: response.statusCode ?? 0, body: text });
    });
    request.end(body);
  });
}

/** The status that a WebSocket is refused with; 101 where it opens. */
function socketFrom(scene: Deserted, origin: string | undefined, path = '/sip', protocols = ['sip']) {
  return new Promise<number>(resolve => {
    const options = origin === undefined ? {} : { origin };
    const socket = new WebSocket(`${scene.gateway.url.replace('http', 'ws')}${path}`, protocols, options);
    socket.on('error', () => {});
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
  });
}

/** The User-Agent of every browser; over http browsers send no Sec-Fetch headers. */
const browser = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0' };
/** Requests that an unlisted page makes its reader's browser send, over http and over https. */
const fetched = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const byForeignPages: readonly [string, (scene: Deserted, index: number) => Promise<unknown>][] = [
  ['images over http', (scene, i) => send(scene, `/status?to=name${i}@mysite.test`, { headers: browser })],
  [
    'images over https',
    (scene, i) =>
      send(scene, `/status?to=name${i}@mysite.test`, { headers: { ...fetched, 'sec-fetch-dest': 'image' } }),
  ],
  [
    'forms',
    (scene, i) =>
      send(scene, '/token', {
        method: 'POST',
        headers: { ...fetched, ...form, origin: i % 2 ? FOREIGN : 'null' },
        body: `to=name${i}@mysite.test`,
      }),
  ],
  [
    'reports of its policy',
    (scene, i) =>
      send(scene, '/token', {
        method: 'POST',
        headers: { 'content-type': 'application/csp-report' },
        body: `to=name${i}@mysite.test`,
      }),
  ],
  ['WebSockets', scene => socketFrom(scene, FOREIGN)],
  ['WebSockets of a frame without an origin', scene => socketFrom(scene, 'null')],
  ['WebSockets to another path', scene => socketFrom(scene, FOREIGN, '/phpmyadmin')],
  ['WebSockets without a subprotocol', scene => socketFrom(scene, FOREIGN, '/sip', [])],
  ['WebSockets with a forged token', scene => socketFrom(scene, FOREIGN, '/sip', ['sip', 'token.x'])],
  ['WebSockets with a forged way back', scene => socketFrom(scene, FOREIGN, '/sip', ['sip', 'back.x'])],
];

const tokens = { site: { tokens: undefined } };

for (const [what, ask] of byForeignPages) {
  test(`${what} of a page that no site lists are no offence of its reader`, async context => {
    const scene = await startWatched(context, tokens);
    for (let i = 0; i < 25; i++) await ask(scene, i);
    await scene.offend();
    scene.assertOffences('missing-origin');
  });
}

test('a flood by a page that no site lists gets 429, and is no offence', async context => {
  const scene = await startWatched(context, tokens);
  // However slow this machine is, nothing is given back meanwhile.
  const instant = performance.now();
  context.mock.method(performance, 'now', () => instant);
  const floods = [
    async () => (await send(scene, '/status?to=director@mysite.test')).status,
    async () =>
      (await send(scene, '/token', { method: 'POST', headers: { ...form, origin: FOREIGN } })).status,
    () => socketFrom(scene, FOREIGN),
  ];
  for (const ask of floods) {
    const wait = async () => (await Promise.all(Array.from({ length: 40 }, ask))).includes(429);
    await eventually('it is told to wait', wait, { every: 1 });
  }
  // From a page of the site the reader may still call.
  const protocols = ['sip', `token.${await tokenOf(scene)}`];
  assert.equal(await socketFrom(scene, PAGE, '/sip', protocols), 101);
  await scene.offend();
  scene.assertOffences('missing-origin');
});

test("a foreign name for the gateway's address does not make a page the gateway's own", async context => {
  const scene = await startWatched(context, tokens);
  const host = 'rebound.example';
  for (let i = 0; i < 25; i++) {
    await send(scene, `/status?to=name${i}@mysite.test`, {
      headers: { host, 'sec-fetch-site': 'same-origin' },
    });
    await send(scene, '/token', {
      method: 'POST',
      headers: { ...form, host, origin: `http://${host}` },
      body: `to=name${i}@mysite.test`,
    });
  }
  await scene.offend();
  scene.assertOffences('missing-origin');
});

test('where every origin may call, no request of a page is an offence of its reader', async context => {
  const scene = await startWatched(context, {
    site: { origins: ['*'], tokens: false },
    limits: { messagesPerSecond: 1 },
  });
  const page = await RawPeer.browser(scene.gateway.url, FOREIGN);
  new RawCall(page, 'sip:nobody@mysite.test').invite(SDP);
  await page.response(403);
  page.send('no SIP');
  for (let i = 0; i < 20; i++) page.send('\r\n');
  await page.closed;
  const large = await RawPeer.browser(scene.gateway.url, FOREIGN);
  large.send('x'.repeat(65 * 1024));
  await large.closed;
  await send(scene, '/status?to=nobody@mysite.test', { headers: { origin: FOREIGN } });
  await socketFrom(scene, FOREIGN, '/phpmyadmin');
  // Without an Origin it is a program, which may call there too.
  const program = await BareSocket.connect(scene.gateway.url);
  context.after(() => program.socket.destroy());
  program.socket.write(`${BareSocket.upgrade().replace(/Origin: .*\r\n/, '')}\r\n`);
  for (let i = 0; i < 20; i++) program.frame(1, '\r\n');
  await program.closed;
  await scene.writes('rate-limit');
});

test('what no browser sends is an offence, whatever origin it names', async context => {
  const scene = await startWatched(context, tokens);
  assert.equal(await socketFrom(scene, undefined), 403);
  const upgrade = { connection: 'upgrade', upgrade: 'websocket' };
  const key = { 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' };
  const posted = { method: 'POST', headers: { ...upgrade, ...key, origin: FOREIGN } };
  assert.equal((await send(scene, '/sip', posted)).status, 405);
  assert.equal((await send(scene, '/sip', { headers: { ...upgrade, origin: FOREIGN } })).status, 400);
  await scene.writes('missing-origin', 'malformed', 'malformed');
  for (let i = 0; i < 12; i++) {
    await send(scene, '/token', { method: 'POST', headers: form, body: `to=name${i}@mysite.test` });
  }
  await scene.writes('missing-origin', 'malformed', 'malformed', 'wrong-destination', 'wrong-destination');
});

test('what a listed page does is an offence as before', async context => {
  const scene = await startWatched(context, tokens);
  await enter(scene);
  assert.equal((await knock(scene, { protocols: ['sip', 'token.forged'] })).status, 401);
  assert.equal((await knock(scene, {})).status, 401);
  assert.equal(await socketFrom(scene, PAGE, '/phpmyadmin'), 404);
  for (let i = 0; i < 11; i++) {
    await send(scene, `/status?to=name${i}@mysite.test`, { headers: { origin: PAGE } });
  }
  // A page of the gateway itself names no origin in a GET.
  await send(scene, '/status?to=name11@mysite.test', { headers: { 'sec-fetch-site': 'same-origin' } });
  await scene.writes('bad-token', 'bad-token', 'malformed', 'wrong-destination', 'wrong-destination');
});
