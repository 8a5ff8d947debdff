// A real browser opens a page that no site lists, and the page makes it send all that it can to the gateway: images,
// forms, requests without CORS, WebSockets. None of it is an offence of the reader's address.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { chromium } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { partsMissing, programPath } from '../support/parts.ts';
import { startWatched } from './security-scene.ts';

/** Runs in the page, which has the address of the gateway. */
const attack = `
  const gateway = new URLSearchParams(location.search).get('gateway');
  const to = (what, i) => gateway + what + '?to=name' + i + '@mysite.test';
  const done = [];
  const until = (target, ...events) =>
    done.push(new Promise(resolve => events.forEach(event => target.addEventListener(event, resolve))));
  for (let i = 0; i < 25; i++) {
    const image = new Image();
    until(image, 'load', 'error');
    image.src = to('/status', i);
    const body = new URLSearchParams({ to: 'name' + i + '@mysite.test' });
    done.push(fetch(to('/status', i), { mode: 'no-cors' }).catch(() => {}));
    done.push(fetch(gateway + '/token', { method: 'POST', mode: 'no-cors', body }).catch(() => {}));
    done.push(fetch(gateway + '/token', { method: 'POST', body }).catch(() => {}));
    navigator.sendBeacon(gateway + '/token', body);
    for (const [path, names] of [['/sip', ['sip']], ['/sip', ['sip', 'token.x']], ['/sip', []], ['/other', ['sip']]]) {
      const socket = new WebSocket(gateway.replace('http', 'ws') + path, names);
      until(socket, 'close');
    }
  }
  const frame = document.createElement('iframe');
  frame.sandbox = 'allow-scripts';
  frame.srcdoc = '<script>for (let i = 0; i < 25; i++) new WebSocket("' + gateway.replace('http', 'ws') +
    '/sip", "sip").onclose = () => parent.postMessage(i, "*")<' + '/script>';
  let closed = 0;
  done.push(new Promise(resolve => {
    onmessage = () => ++closed === 25 && resolve();
  }));
  document.body.append(frame);
  Promise.all(done).then(() => {
    document.title = 'done';
  });
`;

async function foreignSite(context: TestContext): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end(`<!doctype html><title>A page</title><body><script>${attack}</script>`);
  });
  server.listen(0, '127.0.0.3');
  await once(server, 'listening');
  context.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.3:${(server.address() as AddressInfo).port}`;
}

test('requests that an unlisted page makes Chromium send are no offence of its reader', {
  skip: partsMissing(),
  timeout: 120_000,
}, async context => {
  const scene = await startWatched(context, { site: { tokens: undefined } });
  const foreign = await foreignSite(context);
  const browser = await chromium.launch({ executablePath: programPath('chromium') ?? 'chromium' });
  context.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`${foreign}/?gateway=${encodeURIComponent(scene.gateway.url)}`);
  await eventually('all of it was answered', async () => (await page.title()) === 'done', { within: 60_000 });
  await scene.offend();
  scene.assertOffences('missing-origin');
});

test('Chromium sends the headers on which the decision depends', {
  skip: partsMissing(),
  timeout: 120_000,
}, async context => {
  const seen: Pick<IncomingMessage, 'method' | 'headers' | 'url'>[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    response.writeHead(403).end();
  });
  server.on('upgrade', (request, socket) => {
    seen.push(request);
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const foreign = await foreignSite(context);
  const browser = await chromium.launch({ executablePath: programPath('chromium') ?? 'chromium' });
  context.after(() => browser.close());
  const page = await browser.newPage();
  const gateway = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await page.goto(`${foreign}/?gateway=${encodeURIComponent(gateway)}`);
  await eventually('all of it was answered', async () => (await page.title()) === 'done', { within: 60_000 });
  const origins = (wanted: (request: (typeof seen)[number]) => boolean) =>
    [...new Set(seen.filter(wanted).map(({ headers }) => headers.origin))].sort();
  // An Origin with each POST and each WebSocket; none with the request of an image.
  assert.deepEqual(
    origins(({ method }) => method === 'POST'),
    [foreign],
  );
  assert.deepEqual(
    origins(({ headers }) => headers.upgrade === 'websocket'),
    [foreign, 'null'],
  );
  assert.deepEqual(
    origins(({ url }) => url?.startsWith('/status') === true),
    [undefined],
  );
});
