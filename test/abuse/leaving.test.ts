// A process that is stopped, or fails, during calls.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { eventually } from '../support/eventually.ts';
import type { Gateway } from '../support/gateway.ts';
import {
  browserOffer,
  callAnswered,
  DIRECTOR,
  type ProcessScene,
  startProcessScene,
} from '../support/process-scene.ts';
import { RawCall } from '../support/raw-call.ts';
import type { RawPeer } from '../support/raw-peer.ts';
import { PAGE } from '../support/signalling-gateway.ts';

const OTHER_PAGE = 'http://other.test';
const SITES = [
  { domain: 'mysite.test', origins: [PAGE, OTHER_PAGE], callable: ['director'], tokens: false as const },
];
/** Causes an unhandled rejection on a signal; Node turns it into an uncaught exception. */
const failing = 'process.on("SIGUSR2", () => void Promise.reject(new Error("broken inside")))';
const preload = (code: string) => ['--import', `data:text/javascript,${encodeURIComponent(code)}`];

async function start(context: TestContext, limits = {}, node: string[] = []): Promise<ProcessScene> {
  return await startProcessScene(context, { sites: SITES, limits, node });
}

/** The answer of the gateway to a WebSocket upgrade. */
async function knock({ url }: Gateway, origin: string): Promise<{ status: number; retryAfter?: string }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/sip`, 'sip', { origin });
  socket.on('error', () => {});
  return await new Promise(resolve => {
    socket.once('open', () => {
      socket.terminate();
      resolve({ status: 101 });
    });
    socket.once('unexpected-response', (_request, { statusCode = 0, headers }) => {
      socket.terminate();
      resolve({ status: statusCode, ...(headers['retry-after'] && { retryAfter: headers['retry-after'] }) });
    });
  });
}

const draining = (gateway: Gateway) =>
  eventually('the gateway drains', async () => (await gateway.counts()).status === 'draining');

/** Both sides get a BYE with that reason, and answer it. */
async function heardBye(page: RawPeer, pbx: RawPeer, call: RawCall, reason: RegExp): Promise<void> {
  for (const [peer, bye] of [
    [page, await page.request('BYE')],
    [pbx, await pbx.request('BYE')],
  ] as const) {
    assert.match(bye.headers.get('Reason') ?? '', reason);
    if (peer === page) call.respond(bye, '200 OK');
    else peer.respond(bye, '200 OK');
  }
}

test('28: after SIGTERM a gateway is not ready, refuses new visitors, waits for running calls, and exits with 0', async context => {
  const { gateway, pbx, page } = await start(context);
  const [caller, idle] = [await page(), await page(OTHER_PAGE)];
  const { call } = await callAnswered(caller, pbx);

  gateway.signal('SIGTERM');

  assert.deepEqual((await idle.closed) as unknown[], [1001, Buffer.from('the gateway is stopping')]);
  await draining(gateway);
  assert.equal((await fetch(`${gateway.url}/healthz`)).status, 503);
  assert.deepEqual(await knock(gateway, OTHER_PAGE), { status: 503, retryAfter: '10' });
  const late = new RawCall(caller, DIRECTOR);
  late.invite(await browserOffer());
  const refused = await caller.response(503);
  assert.equal(refused.headers.get('Retry-After'), '10');
  assert.equal(
    pbx.inbox.find(message => message.kind === 'request'),
    undefined,
  );

  call.request('INFO');
  await caller.response(200, 'INFO');
  call.request('BYE');
  await caller.response(200, 'BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await gateway.ended();
  assert.equal(gateway.exitCode, 0);
});

test('28: while it drains, a visitor finds back to a running call over another WebSocket', async context => {
  const { gateway, pbx, page } = await start(context);
  const caller = await page();
  const { call } = await callAnswered(caller, pbx);
  gateway.signal('SIGTERM');
  await draining(gateway);
  caller.close();
  const back = await page();
  call.moveTo(back);
  call.request('BYE');
  await back.response(200, 'BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await gateway.ended();
  assert.equal(gateway.exitCode, 0);
});

test('28: a call that outlasts the drain is ended with a reason, and the gateway leaves with 0', async context => {
  const { gateway, pbx, page } = await start(context, { drainSeconds: 0.2 });
  const caller = await page();
  const { call } = await callAnswered(caller, pbx);
  gateway.signal('SIGTERM');
  await heardBye(caller, pbx, call, /The gateway is stopping/);
  await gateway.ended();
  assert.equal(gateway.exitCode, 0);
});

for (const [what, first, second] of [
  ['a second SIGTERM', 'SIGTERM', 'SIGTERM'],
  ['SIGINT alone', undefined, 'SIGINT'],
] as const) {
  test(`28: ${what} ends every call immediately, also without answers, and exits with 0`, async context => {
    const { gateway, pbx, page } = await start(context);
    const caller = await page();
    await callAnswered(caller, pbx);
    if (first) {
      gateway.signal(first);
      await draining(gateway);
    }
    gateway.signal(second);
    for (const peer of [caller, pbx]) {
      assert.match((await peer.request('BYE')).headers.get('Reason') ?? '', /The gateway is stopping/);
    }
    await gateway.ended();
    assert.equal(gateway.exitCode, 0);
  });
}

test('28: an uncaught exception is logged, calls end with a reason, and the gateway exits with 1', async context => {
  const { gateway, pbx, page } = await start(context, {}, preload(failing));
  const caller = await page();
  const { call } = await callAnswered(caller, pbx);
  gateway.signal('SIGUSR2');
  await heardBye(caller, pbx, call, /cause=500;text="The gateway failed"/);
  await gateway.ended();
  assert.equal(gateway.exitCode, 1);
  assert.match(gateway.log, /"level":"error".*broken inside.*"msg":"uncaught exception: the gateway stops"/);
});
