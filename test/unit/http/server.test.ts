import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { configFrom } from '../../../gateway/config/load.ts';
import { statusOfGateway } from '../../../gateway/http/health.ts';
import { startHttp } from '../../../gateway/http/server.ts';

async function start(context: TestContext, status = 'ok'): Promise<string> {
  const config = configFrom({
    listen: '127.0.0.1:0',
    sites: [{ domain: 'mysite.ru', origins: ['*'], callable: ['director'] }],
  });
  const http = await startHttp(config, [statusOfGateway(() => status)]);
  context.after(() => http.close());
  return http.url;
}

test('any page may load the widget, compressed, and revalidate it', async context => {
  const url = await start(context);
  const encoding = { 'Accept-Encoding': 'br' };
  const response = await fetch(`${url}/sip-call.js`, { headers: encoding });
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /javascript/);
  assert.equal(response.headers.get('content-encoding'), 'br');
  assert.equal(response.headers.get('access-control-allow-origin'), '*');
  assert.equal(response.headers.get('cross-origin-resource-policy'), 'cross-origin');
  assert.match(response.headers.get('cache-control') ?? '', /max-age=300/);
  const etag = response.headers.get('etag') ?? '';
  const again = await fetch(`${url}/sip-call.js`, { headers: { ...encoding, 'If-None-Match': etag } });
  assert.equal(again.status, 304);
});

test('a chunk is immutable', async context => {
  const url = await start(context);
  const entry = await (await fetch(`${url}/sip-call.js`)).text();
  const chunk = /chunks\/[\w.-]+\.js/.exec(entry)?.[0];
  assert.ok(chunk, 'the entry names no chunk');
  const response = await fetch(`${url}/${chunk}`);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('cache-control') ?? '', /immutable/);
});

test('the public health is only the status, and a draining gateway is not healthy', async context => {
  const healthy = await fetch(`${await start(context)}/healthz`);
  assert.equal(healthy.status, 200);
  assert.deepEqual(await healthy.json(), { status: 'ok' });
  assert.equal((await fetch(`${await start(context, 'draining')}/healthz`)).status, 503);
});

for (const path of [
  '/nothing',
  '/../package.json',
  '/%2e%2e/package.json',
  '/chunks/',
  '/%00',
  '/%ff%fe',
  '//',
]) {
  test(`${path} is not found`, async context => {
    assert.equal((await fetch(`${await start(context)}${path}`)).status, 404);
  });
}

test('nothing can be posted', async context => {
  assert.equal((await fetch(`${await start(context)}/healthz`, { method: 'POST', body: 'x' })).status, 405);
});
