// A process that is nearly out of file descriptors, memory or CPU time: it refuses new visitors in time, keeps the connected
// ones, and accepts new visitors again when the resource recovers, without a restart.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import type { SipRequest } from '../../gateway/engine/message/message.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import type { Gateway } from '../support/gateway.ts';
import { PeerProcess } from '../support/peer-process.ts';
import { browserOffer, callAnswered, DIRECTOR, startProcessScene } from '../support/process-scene.ts';
import { RawCall } from '../support/raw-call.ts';
import { repository } from '../support/repository.ts';
import { PAGE } from '../support/signalling-gateway.ts';

/** A page that connects and stays: its socket, or the refusal. */
async function come({ url }: Gateway): Promise<WebSocket | { status: number; retryAfter: unknown }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/sip`, 'sip', { origin: PAGE });
  socket.on('error', () => {});
  const refused = new Promise<{ status: number; retryAfter: unknown }>(resolve =>
    socket.once('unexpected-response', (_request, { statusCode = 0, headers }) => {
      socket.terminate();
      resolve({ status: statusCode, retryAfter: headers['retry-after'] });
    }),
  );
  return await Promise.race([once(socket, 'open').then(() => socket), refused]);
}

const refusal = { status: 503, retryAfter: '10' };

test('30: short of file descriptors, new visitors get 503, the call that is up goes on, and it recovers', async context => {
  const scene = await startProcessScene(context, {
    // Enough for Node to read the program, which it does from many files in parallel.
    under: ['prlimit', '--nofile=320:320'],
    limits: { connectionsPerAddress: 1000 },
  });
  const { gateway, pbx } = scene;
  const caller = await scene.page();
  const { call } = await callAnswered(caller, pbx);

  const crowd: WebSocket[] = [];
  const refused = await eventually(
    'somebody is refused',
    async () => {
      const visitors = await Promise.all(Array.from({ length: 10 }, () => come(gateway)));
      crowd.push(...visitors.filter(visitor => visitor instanceof WebSocket));
      return visitors.find(visitor => !(visitor instanceof WebSocket));
    },
    { within: 30_000, every: 0 },
  );
  assert.deepEqual(refused, refusal);
  await gateway.waitFor(/"level":"warn".*"resource":"files"/);
  new RawCall(caller, DIRECTOR).invite(await browserOffer());
  assert.equal((await caller.response(503)).headers.get('Retry-After'), '10');
  call.request('INFO');
  await caller.response(200, 'INFO');

  for (const socket of crowd) socket.terminate();
  await eventually('a newcomer is taken again', async () => (await come(gateway)) instanceof WebSocket);
  await callAnswered(caller, pbx);
  call.request('BYE');
  await caller.response(200, 'BYE');
});

/** SIGUSR2 keeps the loop busy, 300 ms at a turn, or no longer; SIGWINCH fills most of the heap, or empties it. */
const burden = `
  import { getHeapStatistics } from 'node:v8';
  let busy, held = [];
  process.on('SIGUSR2', () => {
    if (busy) { clearInterval(busy); busy = undefined; return; }
    busy = setInterval(() => { const end = performance.now() + 300; while (performance.now() < end); }, 1);
  });
  process.on('SIGWINCH', () => {
    if (held.length) { held = []; gc(); return; }
    const { heap_size_limit: most } = getHeapStatistics();
    while (getHeapStatistics().used_heap_size < 0.87 * most) held.push(new Array(65536).fill(held.length + 0.5));
  });`;

test('30: with a stalled event loop, and with a full heap, new visitors get 503, and it recovers', async context => {
  const { gateway, pbx, page } = await startProcessScene(context, {
    node: [
      '--expose-gc',
      '--max-old-space-size=192',
      '--max-semi-space-size=1',
      '--import',
      `data:text/javascript,${encodeURIComponent(burden)}`,
    ],
  });
  const caller = await page();
  const { call } = await callAnswered(caller, pbx);
  for (const [signal, resource] of [
    ['SIGUSR2', 'event-loop'],
    ['SIGWINCH', 'memory'],
  ] as const) {
    gateway.signal(signal);
    const refused = await eventually(`short of ${resource}, new visitors are refused`, async () => {
      const visitor = await come(gateway);
      if (visitor instanceof WebSocket) visitor.terminate();
      // 408: this request took so long to arrive at the stalled loop that its time was over.
      return !(visitor instanceof WebSocket) && visitor.status !== 408 && visitor;
    });
    assert.deepEqual(refused, refusal);
    await gateway.waitFor(new RegExp(`"level":"warn".*"resource":"${resource}"`));
    new RawCall(caller, DIRECTOR).invite(await browserOffer());
    assert.equal((await caller.response(503)).headers.get('Retry-After'), '10');

    gateway.signal(signal);
    await eventually('a newcomer is taken again', async () => {
      const visitor = await come(gateway);
      if (!(visitor instanceof WebSocket)) return false;
      visitor.terminate();
      return true;
    });
  }
  call.request('INFO');
  await caller.response(200, 'INFO');
});

test('30: a full disk beneath the log costs its lines, and nothing else', async context => {
  const port = await freePort('127.0.0.1');
  const flags = ['--domain', 'mysite.test', '--callable', 'director', '--origin', PAGE];
  const where = ['--listen', `127.0.0.1:${port}`, '--address', '127.77.0.3'];
  const program = [process.execPath, join(repository, 'dist/gateway/main.js'), 'gateway', ...flags, ...where];
  const gateway = new PeerProcess('the gateway', 'sh', ['-c', 'exec "$@" > /dev/full', 'sh', ...program]);
  context.after(() => gateway.kill());
  const ready = async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).status === 200;
  await eventually('it is ready without a word', ready, { within: 60_000 });
  await gateway.stop();
  assert.equal(gateway.exitCode, 0);
});

/** SIGUSR2 sets the date on by an hour, SIGWINCH back by one. */
const dateSetter = `
  const RealDate = Date;
  let set = 0;
  globalThis.Date = class extends RealDate {
    constructor(...given) { super(...(given.length ? given : [RealDate.now() + set])); }
    static now() { return RealDate.now() + set; }
  };
  process.on('SIGUSR2', () => { set += 3600000; console.error('the date is set'); });
  process.on('SIGWINCH', () => { set -= 3600000; console.error('the date is set'); });`;

test('30: when the date is set by an hour, on or back, no timer is late or early by it', async context => {
  const { gateway, pbx, page } = await startProcessScene(context, {
    node: ['--import', `data:text/javascript,${encodeURIComponent(dateSetter)}`],
    limits: { ringSeconds: 1, reconnectSeconds: 1, callMinutes: 30 },
  });
  const caller = await page();
  const { call } = await callAnswered(caller, pbx);
  const offer = await browserOffer();
  /** A phone that rings for a call of this page. */
  const ring = async () => {
    const ringing = new RawCall(caller, DIRECTOR);
    ringing.invite(offer);
    const invite = await pbx.request('INVITE');
    pbx.respond(invite, '180 Ringing');
    await caller.response(180);
    return { ringing, invite };
  };
  const stops = async (invite: SipRequest) => {
    pbx.respond(await pbx.request('CANCEL'), '200 OK');
    pbx.respond(invite, '487 Request Terminated');
    await pbx.request('ACK');
  };
  for (const signal of ['SIGUSR2', 'SIGWINCH', 'SIGWINCH'] as const) {
    const [patient, hasty] = [await ring(), await ring()];
    const since = gateway.mark();
    gateway.signal(signal);
    await gateway.waitFor(/the date is set/, { since });
    hasty.ringing.cancel();
    await caller.response(487);
    await stops(hasty.invite);
    // A phone rings as long as it may, neither shorter nor an hour longer.
    await caller.response(480);
    await stops(patient.invite);
    call.request('INFO');
    await caller.response(200, 'INFO');
  }
  call.request('BYE');
  await caller.response(200, 'BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await gateway.quiet();
});
