import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configFrom } from '../../../gateway/config/load.ts';
import { callPageRoute } from '../../../gateway/http/call-page.ts';
import { cardRoute } from '../../../gateway/http/card-pages.ts';
import { iconRoutes } from '../../../gateway/http/icon.ts';
import { startHttp } from '../../../gateway/http/server.ts';

test('pages have an icon that their policy permits, and /favicon.ico returns it too', async context => {
  const config = configFrom({
    listen: '127.0.0.1:0',
    sites: [{ domain: 'mysite.test', origins: ['*'], callable: ['director'] }],
  });
  const http = await startHttp(config, [...iconRoutes, callPageRoute(config), cardRoute(config)]);
  context.after(() => http.close());
  const places = ['/favicon.ico'];
  for (const path of [
    '/call?to=director@mysite.test',
    '/card/director@mysite.test',
    '/card/director@mysite.test/signature',
  ]) {
    const page = await fetch(`${http.url}${path}`);
    assert.match(page.headers.get('Content-Security-Policy') ?? '', /img-src 'self'/);
    const [, href = ''] = /<link rel="icon"[^>]* href="([^"]+)"/.exec(await page.text()) ?? [];
    places.push(new URL(href, page.url).pathname);
  }
  assert.deepEqual([...new Set(places)], ['/favicon.ico', '/icon.svg']);
  for (const place of new Set(places)) {
    const icon = await fetch(`${http.url}${place}`);
    assert.equal(icon.status, 200);
    assert.equal(icon.headers.get('Content-Type'), 'image/svg+xml');
    assert.match(await icon.text(), /^<svg /);
  }
});
