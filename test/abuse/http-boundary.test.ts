// Requests that fail internally, and requests of unusual shapes: each affects only itself.

import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { type TestContext, test } from 'node:test';
import { configFrom } from '../../gateway/config/load.ts';
import { bodyOf } from '../../gateway/http/read-body.ts';
import type { Route } from '../../gateway/http/route.ts';
import { startHttp } from '../../gateway/http/server.ts';
import { createLog } from '../../gateway/observe/log.ts';
import { eventually } from '../support/eventually.ts';
import { ADMIN_TOKEN } from '../support/gateway.ts';
import { PassThroughRelay } from '../support/pass-through-relay.ts';
import { startScene } from '../support/signalling-gateway.ts';
import { BareSocket } from './bare-socket.ts';
import { startSiege } from './siege.ts';

const config = configFrom({
  listen: '127.0.0.1:0',
  sites: [{ domain: 'mysite.test', origins: ['*'], callable: ['director'] }],
});

/** A server with a route that fails. */
async function startFailing(context: TestContext, route: Route) {
  const logged: Record<string, unknown>[] = [];
  const log = createLog('info', { write: line => void logged.push(JSON.parse(line)) });
  const http = await startHttp(config, [route], { log });
  context.after(() => http.close());
  return { http, logged };
}

const failures: Readonly<Record<string, Route>> = {
  throws: () => {
    throw new Error('on purpose');
  },
  rejects: async () => {
    throw new Error('on purpose');
  },
  'rejects later': async () => {
    await new Promise(resolve => setTimeout(resolve, 5));
    throw new Error('on purpose');
  },
  'throws no error': () => {
    throw undefined;
  },
  'sets a header that cannot be sent': (_request, response) => {
    response.setHeader('X-First', 'good');
    response.writeHead(200, { 'X-Bad': 'a\r\nb' });
    return true;
  },
  'fails when it has set headers': (_request, response) => {
    response.setHeader('Content-Length', '5');
    decodeURIComponent('%E0%A4%A');
    return true;
  },
};

for (const [what, route] of Object.entries(failures)) {
  test(`a route that ${what} is answered with 500, and the next request is served`, async context => {
    const { http, logged } = await startFailing(context, (request, response, path) =>
      path === '/failing' ? route(request, response, path) : false,
    );
    const response = await fetch(`${http.url}/failing?token=secret`);
    assert.equal(response.status, 500);
    assert.equal(await response.text(), '');
    assert.equal((await fetch(`${http.url}/sip-call.js`)).status, 200);
    assert.equal(http.failures, 1);
    assert.equal(logged[0]?.where, 'GET /failing');
    assert.doesNotMatch(JSON.stringify(logged), /secret/);
  });
}

test('the connection of a route that fails in the middle of its answer is closed, and nothing else', async context => {
  const { http } = await startFailing(context, (_request, response, path) => {
    if (path !== '/failing') return false;
    response.writeHead(200, { 'Content-Length': '100' }).write('the beginning');
    throw new Error('on purpose');
  });
  await assert.rejects(async () => await (await fetch(`${http.url}/failing`)).text());
  assert.equal((await fetch(`${http.url}/sip-call.js`)).status, 200);
  assert.equal(http.failures, 1);
});

test('a route that writes after the end of its answer ends nothing else', async context => {
  const { http } = await startFailing(context, (_request, response, path) => {
    if (path !== '/failing') return false;
    response.end('all of it');
    response.write('more');
    return true;
  });
  await fetch(`${http.url}/failing`).then(
    response => response.text(),
    () => {},
  );
  await eventually('it is counted', () => http.failures === 1);
  assert.equal((await fetch(`${http.url}/sip-call.js`)).status, 200);
});

test('many requests that fail are all counted, and make few lines of the log', async context => {
  const { http, logged } = await startFailing(context, () => {
    throw new Error('on purpose');
  });
  for (let times = 0; times < 20; times++) assert.equal((await fetch(http.url)).status, 500);
  assert.equal(http.failures, 20);
  assert.equal(logged.length, 5);
  assert.match(String(logged[0]?.stack), /on purpose\n +at /);
});

test('a body that its sender does not finish is no internal failure', async context => {
  let began = false;
  let ended = false;
  const read = async (request: IncomingMessage) => {
    began = true;
    try {
      await bodyOf(request, 100);
    } finally {
      ended = true;
    }
  };
  const { http, logged } = await startFailing(context, (request, _response, path) =>
    path === '/token' ? read(request) : false,
  );
  const { socket } = await BareSocket.connect(http.url);
  socket.write('POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nto');
  await eventually('the route reads it', () => began);
  socket.destroy();
  await eventually('the route knows', () => ended);
  assert.equal((await fetch(`${http.url}/sip-call.js`, { method: 'HEAD' })).status, 200);
  assert.equal(http.failures, 0);
  assert.deepEqual(logged, []);
});

test('a request that fails inside the gateway ends no call', async context => {
  const media = new (class extends PassThroughRelay {
    failing = false;
    override async counts() {
      // JSON has no such number.
      return { ...(await super.counts()), ...(this.failing && { packets: 1n }) };
    }
  })();
  const settings = { admin: { listen: '127.0.0.1:0', token: ADMIN_TOKEN } };
  const siege = await startSiege(context, { relay: media, settings });
  const { call } = await siege.call();
  media.failing = true;
  const headers = { Authorization: `Bearer ${ADMIN_TOKEN}` };
  assert.equal((await fetch(`${siege.gateway.adminUrl}/health`, { headers })).status, 500);
  media.failing = false;
  call.request('INFO');
  await siege.browser.response(200, 'INFO');
  assert.equal((await siege.gateway.health()).failedRequests, 1);
  await siege.goodCall();
});

const host = 'Host: call.mysite.test\r\n';
const shapes: readonly (readonly [what: string, request: string, answer: RegExp])[] = [
  [
    'a target with scheme and host',
    `GET http://other.test/sip-call.js HTTP/1.1\r\n${host}\r\n`,
    /^HTTP\/1\.1 200 /,
  ],
  ['a target with a host and no path', `GET http://other.test HTTP/1.1\r\n${host}\r\n`, /^HTTP\/1\.1 404 /],
  ['a target of another scheme', `GET sip:director@mysite.test HTTP/1.1\r\n${host}\r\n`, /^HTTP\/1\.1 400 /],
  ['a target without a slash', `GET sip-call.js HTTP/1.1\r\n${host}\r\n`, /^HTTP\/1\.1 400 /],
  ['the server as its target', `OPTIONS * HTTP/1.1\r\n${host}\r\n`, /^HTTP\/1\.1 400 /],
  ['a tunnel', `CONNECT mysite.test:443 HTTP/1.1\r\n${host}\r\n`, /^$/],
  [
    'an upgrade to another protocol',
    `GET /sip-call.js HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`,
    // RFC 9110 7.8: ignored.
    /^HTTP\/1\.1 200 /,
  ],
  [
    'an expectation',
    `POST /callback HTTP/1.1\r\n${host}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}`,
    /^HTTP\/1\.1 100 [\s\S]*HTTP\/1\.1 403 /,
  ],
  ['an unknown expectation', `GET /sip-call.js HTTP/1.1\r\n${host}Expect: magic\r\n\r\n`, /^HTTP\/1\.1 417 /],
  [
    'a thousand headers',
    `GET /sip-call.js HTTP/1.1\r\n${host}${'X: y\r\n'.repeat(1_000)}\r\n`,
    /^HTTP\/1\.1 200 /,
  ],
  [
    'ten thousand headers',
    `GET /sip-call.js HTTP/1.1\r\n${host}${'X: y\r\n'.repeat(10_000)}\r\n`,
    /^HTTP\/1\.1 431 /,
  ],
  [
    'a long list of codings',
    `GET /sip-call.js HTTP/1.1\r\n${host}Accept-Encoding: ${'br;q=0, '.repeat(1_000)}\r\n\r\n`,
    /^HTTP\/1\.1 200 /,
  ],
  ['a part of a file', `GET /sip-call.js HTTP/1.1\r\n${host}Range: bytes=9-1\r\n\r\n`, /^HTTP\/1\.1 200 /],
  ['the headers of a file', `HEAD /sip-call.js HTTP/1.1\r\n${host}\r\n`, /^HTTP\/1\.1 200 [\s\S]*\r\n\r\n$/],
  [
    'another method',
    `DELETE /sip-call.js HTTP/1.1\r\n${host}\r\n`,
    /^HTTP\/1\.1 405 [\s\S]*Allow: GET, HEAD/,
  ],
  ['a card in no encoding', `GET /card/%E0%A4%A/%ff HTTP/1.1\r\n${host}\r\n`, /^HTTP\/1\.1 404 /],
  ['a card of many parts', `GET /card/${'/'.repeat(8_000)} HTTP/1.1\r\n${host}\r\n`, /^HTTP\/1\.1 404 /],
  [
    'a name in thousands of letters',
    `GET /call?to=a@${'%E4%B8%80'.repeat(1_700)} HTTP/1.1\r\n${host}\r\n`,
    /^HTTP\/1\.1 404 /,
  ],
  ['no host', 'GET /sip-call.js HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 /],
  ['no HTTP', '\x16\x03\x01\x00\xa5\x01\x00\x00', /^HTTP\/1\.1 400 /],
];

test('requests of any shape are answered or closed, and none fails inside', async context => {
  const { gateway, logged } = await startScene(context);
  for (const [what, request, answer] of shapes) {
    const socket = await BareSocket.connect(gateway.url);
    socket.socket.end(request);
    await eventually(`${what} is answered or closed`, () => socket.socket.closed);
    assert.match(socket.heard.toString('latin1'), answer, what);
  }
  assert.equal((await gateway.health()).failedRequests, 0);
  assert.deepEqual(
    logged.filter(({ level }) => level === 'error'),
    [],
  );
});
