// The administrator's listener: every request needs the token, and only this listener returns the counts.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { BearerToken } from '../../../gateway/admin/bearer.ts';
import { healthRoute } from '../../../gateway/admin/health.ts';
import { startAdminListener } from '../../../gateway/admin/listener.ts';
import { configFrom } from '../../../gateway/config/load.ts';
import type { ConfigInput } from '../../../gateway/config/schema.ts';
import { RouteErrorBoundary } from '../../../gateway/http/error-boundary.ts';
import { createLog } from '../../../gateway/observe/log.ts';
import { ADMIN_TOKEN } from '../../support/gateway.ts';
import { startScene } from '../../support/signalling-gateway.ts';

const authorized = { headers: { Authorization: `Bearer ${ADMIN_TOKEN}` } };

async function start(context: TestContext, health: Parameters<typeof healthRoute>[0]): Promise<string> {
  const listener = await startAdminListener(
    { listen: '127.0.0.1:0', token: ADMIN_TOKEN },
    [
      healthRoute(health),
      (_request, _response, path) => {
        if (path === '/broken') throw new Error('broken');
        return false;
      },
    ],
    { log: createLog('silent'), certificate: undefined, boundary: new RouteErrorBoundary(undefined) },
  );
  context.after(() => listener.close());
  return listener.url;
}

test('a request without the token, or with a wrong one, is refused and reaches no route', async context => {
  let counted = 0;
  const url = await start(context, async () => {
    counted++;
    return { status: 'ok' };
  });
  for (const headers of [
    {},
    { Authorization: 'Bearer' },
    { Authorization: `Bearer ${ADMIN_TOKEN}x` },
    { Authorization: `Basic ${ADMIN_TOKEN}` },
    { Authorization: ADMIN_TOKEN },
  ]) {
    const answer = await fetch(`${url}/health`, { headers: headers as Record<string, string> });
    assert.equal(answer.status, 401);
    assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
    assert.equal(await answer.text(), '');
  }
  assert.equal(counted, 0);
  assert.equal((await fetch(`${url}/health`, authorized)).status, 200);
  assert.equal((await fetch(`${url}/nothing`, authorized)).status, 404);
  assert.equal((await fetch(`${url}/health`, { ...authorized, method: 'POST' })).status, 405);
});

test('an address that fails repeatedly gets 429, and the right token is still accepted', () => {
  let now = 0;
  const bearer = new BearerToken(ADMIN_TOKEN, () => now);
  const request = (token: string) =>
    ({ headers: { authorization: `Bearer ${token}` }, socket: { remoteAddress: '192.0.2.1' } }) as Parameters<
      typeof bearer.check
    >[0];
  const results = Array.from({ length: 20 }, () => bearer.check(request('wrong')));
  assert.deepEqual(results, [...Array(10).fill('refused'), ...Array(10).fill('wait')]);
  assert.equal(bearer.check(request(ADMIN_TOKEN)), 'accepted');
  now += 6_000;
  assert.equal(bearer.check(request('wrong')), 'refused');
});

test('a draining gateway is not healthy, and concurrent requests share one count', async context => {
  let counted = 0;
  const url = await start(context, async () => {
    counted++;
    await new Promise(resolve => setTimeout(resolve, 300));
    return { status: 'draining', calls: 2 };
  });
  const answers = await Promise.all(Array.from({ length: 5 }, () => fetch(`${url}/health`, authorized)));
  for (const answer of answers) {
    assert.equal(answer.status, 503);
    assert.deepEqual(await answer.json(), { status: 'draining', calls: 2 });
  }
  assert.equal(counted, 1);
});

test('a route that throws fails one answer only', async context => {
  const url = await start(context, async () => ({ status: 'ok' }));
  assert.equal((await fetch(`${url}/broken`, authorized)).status, 500);
  assert.equal((await fetch(`${url}/health`, authorized)).status, 200);
});

test('visitors get only the status, the administrator gets the counts', async context => {
  const { gateway } = await startScene(context, {
    settings: { admin: { listen: '127.0.0.1:0', token: ADMIN_TOKEN } },
  });
  assert.deepEqual(await (await fetch(`${gateway.url}/healthz`)).json(), { status: 'ok' });
  assert.equal((await fetch(`${gateway.url}/health`, authorized)).status, 404);
  const health = (await (await fetch(`${gateway.adminUrl}/health`, authorized)).json()) as Record<
    string,
    unknown
  >;
  assert.equal(health.status, 'ok');
  assert.equal(health.visitors, 1);
  assert.equal(health.applications, 1);
});

for (const [what, admin, words] of [
  ['a short token', { token: 'short' }, /admin\.token: expected 32 to 512/],
  [
    'another address without a certificate',
    { listen: '0.0.0.0:8444' },
    /admin\.listen: expected an address of loop/,
  ],
] as const) {
  test(`${what} is refused with a message`, () => {
    const input: ConfigInput = {
      admin: { token: ADMIN_TOKEN, ...admin },
      sites: [{ domain: 'mysite.ru', origins: ['*'], callable: ['director'] }],
    };
    assert.throws(() => configFrom(input), words);
  });
}
