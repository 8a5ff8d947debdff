// Components stop in reverse order, also when a later one fails to start.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { configFrom } from '../../gateway/config/load.ts';
import { startGateway } from '../../gateway/gateway.ts';
import { startOrUnwind } from '../../gateway/lifecycle.ts';
import { createLog } from '../../gateway/observe/log.ts';
import { eventually } from '../support/eventually.ts';
import { ADMIN_TOKEN } from '../support/gateway.ts';

test('components stop in reverse order, once, also when one of them throws', async () => {
  const stopped: string[] = [];
  const lifecycle = await startOrUnwind(async own => {
    for (const name of ['a', 'b', 'c']) {
      await own.start(
        () => name,
        one => {
          stopped.push(one);
          if (one === 'b') throw new Error('b does not stop');
        },
      );
    }
    return own;
  });
  await assert.rejects(lifecycle.stop(), AggregateError);
  await lifecycle.stop().catch(() => {});
  assert.deepEqual(stopped, ['c', 'b', 'a']);
});

test('a start that fails stops what has started, and rejects with its own failure', async () => {
  const stopped: string[] = [];
  const failed = startOrUnwind(async own => {
    await own.start(
      () => 'a',
      one => stopped.push(one),
    );
    await own.start(
      () => {
        throw new Error('b cannot start');
      },
      () => stopped.push('b'),
    );
  });
  await assert.rejects(failed, /b cannot start/);
  assert.deepEqual(stopped, ['a']);
});

test('a gateway whose last listener fails leaves no socket, thread or timer behind', async context => {
  const before = process.getActiveResourcesInfo().sort();
  const config = configFrom({
    listen: '127.0.0.1:0',
    address: '127.0.0.1',
    admin: { listen: '127.0.0.1:0', token: ADMIN_TOKEN },
    sip: { udp: 0, tcp: 0 },
    media: { browserPort: 0, pbxPorts: [20_000, 20_998], workers: 1 },
    sites: [{ domain: 'mysite.ru', origins: ['*'], callable: ['director'] }],
  });
  // Bound after the preflight checks, so that only the listener itself fails.
  const occupied = createServer();
  context.after(() => occupied.close());
  const admin = {
    token: ADMIN_TOKEN,
    get listen() {
      return occupied.listening
        ? `127.0.0.1:${(occupied.address() as { port: number }).port}`
        : '127.0.0.1:0';
    },
  };
  const log = createLog('silent');
  const starting = startGateway({ ...config, admin }, log);
  occupied.listen(0, '127.0.0.1');
  await assert.rejects(starting, /EADDRINUSE/);
  occupied.close();
  await eventually('nothing is left', () => {
    const left = process.getActiveResourcesInfo().sort();
    return left.length <= before.length || left.join() === before.join();
  });
});
