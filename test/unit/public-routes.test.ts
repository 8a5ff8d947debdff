// When many requests are an offence: a person who tries again never commits one.

import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { test } from 'node:test';
import { Authorization } from '../../gateway/auth/authorization.ts';
import { configFrom } from '../../gateway/config/load.ts';
import { firstOf } from '../../gateway/http/route.ts';
import { startHttp } from '../../gateway/http/server.ts';
import { createLog } from '../../gateway/observe/log.ts';
import { publicRoutes } from '../../gateway/public-routes.ts';

const PAGE = 'https://mysite.test';

test('too many callback requests get 429, and only a flood of them is an offence', async context => {
  const config = configFrom({
    listen: '127.0.0.1:0',
    sites: [
      { domain: 'mysite.test', origins: [PAGE], callable: ['director'], fallbacks: { callback: true } },
    ],
  });
  const offences: string[] = [];
  const live = { current: config };
  const log = createLog('silent');
  const routes = publicRoutes(
    live,
    async () => 'reachable',
    new Authorization(live),
    log,
    (address, offence) => {
      offences.push(`${offence} from ${address}`);
    },
  );
  const http = await startHttp(config, routes);
  context.after(() => http.close());
  const ask = async () => {
    const { status } = await fetch(`${http.url}/callback`, {
      method: 'POST',
      headers: { Origin: PAGE, 'Content-Type': 'application/json' },
      body: JSON.stringify({ to: 'director@mysite.test', phone: '+74951234567' }),
    });
    return status;
  };
  for (let times = 0; times < 5; times++) assert.equal(await ask(), 204);
  for (let times = 0; times < 20; times++) assert.equal(await ask(), 429);
  assert.deepEqual(offences, []);
  assert.equal(await ask(), 429);
  assert.deepEqual(offences, ['rate-limit from 127.0.0.1']);
});

test('an office of 400 with five visible buttons gets 429 at most, and commits no offence', async context => {
  let now = performance.now();
  context.mock.method(performance, 'now', () => now);
  const { ask, offences } = startRoutes();
  // Each button sends one request a minute: 33 requests a second, for ten minutes.
  for (let count = 0; count < 33 * 600; count++) {
    now += 30;
    ask();
  }
  assert.deepEqual(offences, []);
});

test('a program that sends 100 requests a second is a flood within half a minute', async context => {
  let now = performance.now();
  context.mock.method(performance, 'now', () => now);
  const { ask, offences } = startRoutes();
  for (let count = 0; count < 3_000; count++) {
    now += 10;
    ask();
  }
  assert.equal(offences[0], 'rate-limit from 192.0.2.1');
});

/** The routes without a server; `ask` requests a person's status as a page of the site does. */
function startRoutes() {
  const live = {
    current: configFrom({ sites: [{ domain: 'mysite.test', origins: [PAGE], callable: ['director'] }] }),
  };
  const offences: string[] = [];
  const routes = publicRoutes(
    live,
    async () => 'reachable',
    new Authorization(live),
    createLog('silent'),
    (address, offence) => {
      offences.push(`${offence} from ${address}`);
    },
  );
  const request = {
    method: 'GET',
    url: '/status?to=director@mysite.test',
    headers: { host: 'call.mysite.test', origin: PAGE },
    socket: { remoteAddress: '192.0.2.1' },
  } as unknown as IncomingMessage;
  const response = { setHeader() {}, writeHead: () => response, end() {} } as unknown as ServerResponse;
  return { offences, ask: () => void firstOf(routes)(request, response, '/status') };
}
