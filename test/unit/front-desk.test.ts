// What of much asking is an offence: a person who presses again never is.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configFrom } from '../../gateway/config/load.ts';
import { Entrance } from '../../gateway/entrance/entrance.ts';
import { frontDesk } from '../../gateway/front-desk.ts';
import { startHttp } from '../../gateway/http/server.ts';
import { createLog } from '../../gateway/observe/log.ts';

const PAGE = 'https://mysite.test';

test('who asks to be called back too often is told to wait, and only one who goes on and on is written down', async context => {
  const config = configFrom({
    listen: '127.0.0.1:0',
    sites: [
      { domain: 'mysite.test', origins: [PAGE], callable: ['director'], otherwise: { callback: true } },
    ],
  });
  const offences: string[] = [];
  const live = { current: config };
  const log = createLog('silent');
  const routes = frontDesk(
    live,
    async () => 'reachable',
    new Entrance(live),
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
  assert.deepEqual(offences, ['rate from 127.0.0.1']);
});
