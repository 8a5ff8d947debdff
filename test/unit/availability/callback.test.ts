// A visitor's wish to be called back, from the gateway's door to a server of the owner's.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { CallbackRequests } from '../../../gateway/availability/callback.ts';
import { createLog } from '../../../gateway/observe/log.ts';
import { PAGE, type SceneOptions, startScene } from '../../support/signalling-gateway.ts';

const wish = { to: 'director@mysite.test', name: 'Анна', phone: '+7 912 000-00-00', message: 'After\nsix' };

/** A server of the owner's, and what it was sent. */
async function owner(context: TestContext, answer: RequestListener = (_, response) => response.end()) {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(Buffer.concat(await request.toArray()).toString());
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { bodies, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?key=1` };
}

function desk(url: string | undefined, longestMs = 5_000) {
  const logged: string[] = [];
  const made = new CallbackRequests({
    fallback: to => (to === wish.to ? { kind: 'callback', url } : undefined),
    log: createLog('info', { write: line => void logged.push(line) }),
    longestMs,
  });
  return {
    logged,
    take: (body: unknown) => made.take(JSON.stringify(body), { origin: PAGE, ownPage: false }),
  };
}

test('a wish reaches the owner as JSON, with its page and its time', async context => {
  const { bodies, url } = await owner(context);
  const { take, logged } = desk(url);
  assert.equal(await take({ ...wish, more: 'x' }), 'taken');
  const { at, ...told } = JSON.parse(bodies[0] ?? '');
  assert.deepEqual(told, { ...wish, page: PAGE });
  assert.ok(Date.parse(at) <= Date.now());
  assert.deepEqual(logged, []);
});

test("without an address of the owner's it is one line of the log", async () => {
  const { take, logged } = desk(undefined);
  assert.equal(await take(wish), 'taken');
  assert.equal(logged.length, 1);
  assert.equal(JSON.parse(logged[0] ?? '').phone, wish.phone);
});

for (const [what, changes] of [
  ['no number', { phone: undefined }],
  ['a number too short to be one', { phone: '12 34' }],
  ['words for a number', { phone: 'call me' }],
  ['a name with a line break', { name: 'A\r\nBcc: all' }],
  ['a name as long as a novel', { name: 'a'.repeat(101) }],
  ['a message as long as a novel', { message: 'a'.repeat(1001) }],
  ['a message with an escape in it', { message: '\u001b[31m' }],
  ['a number that is an object', { phone: { length: 5 } }],
] as const) {
  test(`a wish with ${what} is none`, async () => {
    const { take, logged } = desk(undefined);
    assert.equal(await take({ ...wish, ...changes }), 'wrong');
    assert.deepEqual(logged, []);
  });
}

test('what the owner did not ask for goes nowhere', async () => {
  const { take, logged } = desk(undefined);
  assert.equal(await take({ ...wish, to: 'alex@mysite.test' }), 'unwanted');
  assert.deepEqual(logged, []);
});

test('a server that redirects is not followed', async context => {
  const elsewhere = await owner(context);
  const { url } = await owner(context, (_, response) =>
    response.writeHead(307, { Location: elsewhere.url }).end(),
  );
  const { take, logged } = desk(url);
  assert.equal(await take(wish), 'lost');
  assert.deepEqual(elsewhere.bodies, []);
  assert.doesNotMatch(logged.join(), /912|key=1/, 'the log tells what was written, or a key');
});

test('a server that refuses, is not there, or never answers loses it', async context => {
  const refusing = await owner(context, (_, response) => response.writeHead(500).end());
  assert.equal(await desk(refusing.url).take(wish), 'lost');
  assert.equal(await desk('http://127.0.0.1:1/').take(wish), 'lost');
  const mute = await owner(context, () => {});
  assert.equal(await desk(mute.url, 50).take(wish), 'lost');
});

test('no more than ten are on their way at once', async context => {
  const waiting: (() => void)[] = [];
  const { url } = await owner(context, (_, response) => {
    waiting.push(() => response.end());
    if (waiting.length === 10) for (const answer of waiting) answer();
  });
  const { take } = desk(url);
  const fates = await Promise.all(Array.from({ length: 11 }, () => take(wish)));
  assert.deepEqual([...fates].sort(), ['lost', ...Array<string>(10).fill('taken')]);
});

async function door(
  context: TestContext,
  options: SceneOptions = { site: { fallbacks: { callback: true } } },
) {
  const scene = await startScene(context, options);
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${scene.gateway.url}/callback`, {
      method: 'POST',
      headers: { origin: PAGE, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const told = () => scene.logged.filter(({ phone }) => phone !== undefined);
  return { url: scene.gateway.url, post, told };
}

test('a page that may call may ask to be called back', async context => {
  const { post, told } = await door(context);
  const response = await post(wish);
  assert.equal(response.status, 204);
  assert.equal(response.headers.get('access-control-allow-origin'), PAGE);
  assert.equal(told()[0]?.message, wish.message);
});

test('no other page may, nor for anybody else, nor where the owner wants none', async context => {
  const { post, told } = await door(context);
  for (const response of [
    await post(wish, { origin: 'https://evil.example' }),
    await post({ ...wish, to: 'nobody@mysite.test' }),
    // What a plain form can send, with nobody asked.
    await post(wish, { 'content-type': 'text/plain' }),
  ]) {
    assert.equal(response.status, 403);
    assert.equal(response.headers.get('access-control-allow-origin'), null);
  }
  const without = await door(context, {});
  assert.equal((await without.post(wish)).status, 403);
  assert.deepEqual([...told(), ...without.told()], []);
});

test('what is no wish, or too long to be one, is refused in a way that the page can read', async context => {
  const { post } = await door(context);
  for (const body of ['', '[', { ...wish, phone: '' }, 'x'.repeat(200_000)]) {
    const response = await post(body);
    assert.equal(response.status, 400);
    assert.equal(response.headers.get('access-control-allow-origin'), PAGE);
  }
});

test('one address may ask five times', async context => {
  const { post, told } = await door(context);
  for (let times = 0; times < 5; times++) assert.equal((await post(wish)).status, 204);
  const response = await post(wish);
  assert.equal(response.status, 429);
  assert.equal(response.headers.get('access-control-allow-origin'), PAGE);
  assert.equal(told().length, 5);
});

test('a browser that asks first is told how', async context => {
  const { url } = await door(context);
  const response = await fetch(`${url}/callback`, { method: 'OPTIONS', headers: { origin: PAGE } });
  assert.equal(response.status, 204);
  assert.equal(response.headers.get('access-control-allow-methods'), 'POST');
  assert.equal(response.headers.get('access-control-allow-headers'), 'Content-Type');
  assert.equal((await fetch(`${url}/callback`)).status, 405);
});
