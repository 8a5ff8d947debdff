// Guessing names of people at their pages: a client that tries many names is limited and reported to fail2ban. A visitor with
// a stale link, or whose browser an unlisted page controls, is not.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Authorization } from '../../gateway/auth/authorization.ts';
import { configFrom } from '../../gateway/config/load.ts';
import { startHttp } from '../../gateway/http/server.ts';
import { createLog } from '../../gateway/observe/log.ts';
import { publicRoutes } from '../../gateway/public-routes.ts';

const CARD = '/card/director@mysite.test';
const config = configFrom({
  listen: '127.0.0.1:0',
  sites: [{ domain: 'mysite.test', origins: ['https://mysite.test'], callable: ['director', 'alex'] }],
});

/** The public routes, and the offences that they report. */
async function startDesk(context: TestContext) {
  const offences: string[] = [];
  const live = { current: config };
  const routes = publicRoutes(
    live,
    async () => 'reachable',
    new Authorization(live),
    createLog('silent'),
    (_, offence) => void offences.push(offence),
  );
  const http = await startHttp(config, routes);
  context.after(() => http.close());
  const status = async (path: string, headers: Record<string, string> = {}) => {
    // The User-Agent of fetch is not that of a browser.
    const response = await fetch(http.url + path, { headers: { 'User-Agent': 'curl/8', ...headers } });
    await response.arrayBuffer();
    return response.status;
  };
  return { offences, status };
}

test('trying many names at pages is an offence, and one stale link is not', async context => {
  const { offences, status } = await startDesk(context);
  for (let times = 0; times < 20; times++) assert.equal(await status('/call?to=gone@mysite.test'), 404);
  assert.deepEqual(offences, []);
  for (let name = 0; name < 6; name++) assert.equal(await status(`/call?to=n${name}@mysite.test`), 404);
  for (let name = 0; name < 3; name++) assert.equal(await status(`/card/m${name}@mysite.test/qr.svg`), 404);
  assert.deepEqual(offences, []);
  assert.equal(await status('/card/another@mysite.test'), 404);
  assert.deepEqual(offences, ['wrong-destination']);
});

for (const [what, headers] of [
  ['a foreign page has its browser ask', { 'Sec-Fetch-Site': 'cross-site' }],
  ['a browser asks that says nothing of its page', { 'User-Agent': 'Mozilla/5.0 (X11)' }],
] as const) {
  test(`names that ${what} for are no offence of the reader`, async context => {
    const { offences, status } = await startDesk(context);
    for (let name = 0; name < 25; name++) {
      assert.equal(await status(`/card/n${name}@mysite.test/photo`, headers), 404);
    }
    assert.deepEqual(offences, []);
  });
}

test('one address has a bounded rate of requests for people, known or not', async context => {
  const { offences, status } = await startDesk(context);
  const instant = performance.now();
  context.mock.method(performance, 'now', () => instant);
  for (let times = 0; times < 24; times++) {
    const ten = await Promise.all(Array.from({ length: 10 }, () => status('/card/gone@mysite.test')));
    assert.deepEqual(new Set(ten), new Set([404]));
  }
  for (const path of ['/call?to=director@mysite.test', '/call?to=gone@mysite.test', CARD]) {
    assert.equal(await status(path), 429);
  }
  assert.equal(await status('/card/card.css'), 200);
  assert.deepEqual(offences, []);
});
