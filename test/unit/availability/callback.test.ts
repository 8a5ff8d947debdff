// A visitor's callback request, from the HTTP route to the server of the owner.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { CallbackRequests } from '../../../gateway/availability/callback.ts';
import { createLog } from '../../../gateway/observe/log.ts';
import { PAGE, type SceneOptions, startScene } from '../../support/signalling-gateway.ts';

const form = { to: 'director@mysite.test', name: 'Анна', phone: '+7 912 000-00-00', message: 'After\nsix' };

/** A server of the owner, and the bodies that it receives. */
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

function callbacksTo(url: string | undefined, timeoutMs = 5_000) {
  const logged: string[] = [];
  const callbacks = new CallbackRequests({
    fallback: to => (to === form.to ? { kind: 'callback', url } : undefined),
    log: createLog('info', { write: line => void logged.push(line) }),
    timeoutMs,
  });
  return {
    logged,
    take: (body: unknown) => callbacks.take(JSON.stringify(body), { origin: PAGE, ownPage: false }),
  };
}

test('a callback request reaches the owner as JSON, with page and time', async context => {
  const { bodies, url } = await owner(context);
  const { take, logged } = callbacksTo(url);
  assert.equal(await take({ ...form, more: 'x' }), 'taken');
  const { at, ...requests } = JSON.parse(bodies[0] ?? '');
  assert.deepEqual(requests, { ...form, page: PAGE });
  assert.ok(Date.parse(at) <= Date.now());
  assert.deepEqual(logged, []);
});

test('without a URL the callback request is one log line', async () => {
  const { take, logged } = callbacksTo(undefined);
  assert.equal(await take(form), 'taken');
  assert.equal(logged.length, 1);
  assert.equal(JSON.parse(logged[0] ?? '').phone, form.phone);
});

for (const [what, changes] of [
  ['no number', { phone: undefined }],
  ['a number too short to be one', { phone: '12 34' }],
  ['words for a number', { phone: 'call me' }],
  ['a name with a line break', { name: 'A\r\nBcc: all' }],
  ['a name that is too long', { name: 'a'.repeat(101) }],
  ['a message that is too long', { message: 'a'.repeat(1001) }],
  ['a message with an escape in it', { message: '\u001b[31m' }],
  ['a number that is an object', { phone: { length: 5 } }],
] as const) {
  test(`a callback request with ${what} is not valid`, async () => {
    const { take, logged } = callbacksTo(undefined);
    assert.equal(await take({ ...form, ...changes }), 'wrong');
    assert.deepEqual(logged, []);
  });
}

test('a callback request that the configuration does not permit is not delivered', async () => {
  const { take, logged } = callbacksTo(undefined);
  assert.equal(await take({ ...form, to: 'alex@mysite.test' }), 'unwanted');
  assert.deepEqual(logged, []);
});

test('a server that redirects is not followed', async context => {
  const elsewhere = await owner(context);
  const { url } = await owner(context, (_, response) =>
    response.writeHead(307, { Location: elsewhere.url }).end(),
  );
  const { take, logged } = callbacksTo(url);
  assert.equal(await take(form), 'lost');
  assert.deepEqual(elsewhere.bodies, []);
  assert.doesNotMatch(logged.join(), /912|key=1/, 'the log tells what was written, or a key');
});

test('a server that refuses, is not reachable, or never answers: the request is lost', async context => {
  const refusing = await owner(context, (_, response) => response.writeHead(500).end());
  assert.equal(await callbacksTo(refusing.url).take(form), 'lost');
  assert.equal(await callbacksTo('http://127.0.0.1:1/').take(form), 'lost');
  const mute = await owner(context, () => {});
  assert.equal(await callbacksTo(mute.url, 50).take(form), 'lost');
});

test('at most ten deliveries run at the same time', async context => {
  const waiting: (() => void)[] = [];
  const { url } = await owner(context, (_, response) => {
    waiting.push(() => response.end());
    if (waiting.length === 10) for (const answer of waiting) answer();
  });
  const { take } = callbacksTo(url);
  const results = await Promise.all(Array.from({ length: 11 }, () => take(form)));
  assert.deepEqual([...results].sort(), ['lost', ...Array<string>(10).fill('taken')]);
});

async function startRoute(
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
  const requests = () => scene.logged.filter(({ phone }) => phone !== undefined);
  return { url: scene.gateway.url, post, requests };
}

test('a page that may call may send a callback request', async context => {
  const { post, requests } = await startRoute(context);
  const response = await post(form);
  assert.equal(response.status, 204);
  assert.equal(response.headers.get('access-control-allow-origin'), PAGE);
  assert.equal(requests()[0]?.message, form.message);
});

test('other pages, other callees and sites without callbacks are refused', async context => {
  const { post, requests } = await startRoute(context);
  for (const response of [
    await post(form, { origin: 'https://evil.example' }),
    await post({ ...form, to: 'nobody@mysite.test' }),
    // A plain form can send this without a preflight.
    await post(form, { 'content-type': 'text/plain' }),
  ]) {
    assert.equal(response.status, 403);
    assert.equal(response.headers.get('access-control-allow-origin'), null);
  }
  const without = await startRoute(context, {});
  assert.equal((await without.post(form)).status, 403);
  assert.deepEqual([...requests(), ...without.requests()], []);
});

test('an invalid or too long form is refused with an answer that the page can read', async context => {
  const { post } = await startRoute(context);
  for (const body of ['', '[', { ...form, phone: '' }, 'x'.repeat(200_000)]) {
    const response = await post(body);
    assert.equal(response.status, 400);
    assert.equal(response.headers.get('access-control-allow-origin'), PAGE);
  }
});

test('one address may send five callback requests', async context => {
  const { post, requests } = await startRoute(context);
  for (let times = 0; times < 5; times++) assert.equal((await post(form)).status, 204);
  const response = await post(form);
  assert.equal(response.status, 429);
  assert.equal(response.headers.get('access-control-allow-origin'), PAGE);
  assert.equal(requests().length, 5);
});

test('a preflight is answered with the permitted method', async context => {
  const { url } = await startRoute(context);
  const response = await fetch(`${url}/callback`, { method: 'OPTIONS', headers: { origin: PAGE } });
  assert.equal(response.status, 204);
  assert.equal(response.headers.get('access-control-allow-methods'), 'POST');
  assert.equal(response.headers.get('access-control-allow-headers'), 'Content-Type');
  assert.equal((await fetch(`${url}/callback`)).status, 405);
});
