import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import type { DrachtioProcess } from '../../support/drachtio-process.ts';
import { eventually } from '../../support/eventually.ts';
import { RawCall } from '../../support/raw-call.ts';
import { RawPeer } from '../../support/raw-peer.ts';
import { PAGE, type Scene, SDP, startScene } from '../../support/signalling-gateway.ts';

const DIRECTOR = 'sip:director@mysite.test';

async function startRemoteScene(
  context: TestContext,
  limits = {},
): Promise<Scene & { drachtio: DrachtioProcess; pbx: RawPeer }> {
  const scene = await startScene(context, { engine: 'drachtio', limits });
  return { ...scene, drachtio: scene.drachtio!, pbx: scene.pbxs[0]! };
}

async function establish({ browser, pbx }: { browser: RawPeer; pbx: RawPeer }): Promise<RawCall> {
  const call = new RawCall(browser, DIRECTOR);
  call.invite(SDP);
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '200 OK', { body: SDP });
  call.ack(await browser.response(200));
  await pbx.request('ACK');
  // Whoever answers a request in the dialog has joined its two sides.
  call.request('INFO');
  await browser.response(200, 'INFO');
  return call;
}

const status = async ({ gateway }: Scene) => (await gateway.health()).status;
const becomes = (scene: Scene, wanted: string) =>
  eventually(`the gateway is ${wanted}`, async () => (await status(scene)) === wanted);
const ended = ({ logged }: Scene) =>
  eventually('the call is recorded', () => logged.find(line => line.msg === 'call ended'));

/** The HTTP answer to a page that asks for a WebSocket, 101 when it gets one. */
async function asked({ gateway }: Scene): Promise<number> {
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/sip`, 'sip', { origin: PAGE });
  socket.on('error', () => {});
  const answer = await Promise.race([
    once(socket, 'open').then(() => 101),
    once(socket, 'unexpected-response').then(([, response]) => response.statusCode as number),
  ]);
  socket.terminate();
  return answer;
}

test('when the server dies, ringing calls end, pages lose their connection and new ones get 503', async context => {
  const scene = await startRemoteScene(context);
  new RawCall(scene.browser, DIRECTOR).invite(SDP);
  scene.pbx.respond(await scene.pbx.request('INVITE'), '180 Ringing');
  await scene.browser.response(180);

  await scene.drachtio.kill();

  const record = await ended(scene);
  assert.ok(record.outcome === 'engine-away' || record.outcome === 'cancelled', String(record.outcome));
  await scene.browser.closed;
  await becomes(scene, 'engine-away');
  assert.equal((await fetch(`${scene.gateway.url}/healthz`)).status, 503);
  assert.equal(await asked(scene), 503);
  assert.equal((await scene.gateway.health()).visitors, 0);
});

test('a set-up that no PBX has answered yet ends with its server, and the gateway stands', async context => {
  const scene = await startRemoteScene(context, { responseSeconds: 10 });
  new RawCall(scene.browser, DIRECTOR).invite(SDP);
  await scene.pbx.request('INVITE');
  await scene.drachtio.kill();
  await ended(scene);
  await becomes(scene, 'engine-away');
  assert.equal((await scene.gateway.health()).calls, 0);
});

test('when the server is back, calls go through again', async context => {
  const scene = await startRemoteScene(context);
  await scene.drachtio.kill();
  await becomes(scene, 'engine-away');
  const again = await scene.drachtio.again();
  context.after(() => again.kill());
  await becomes(scene, 'ok');
  assert.ok(scene.logged.some(line => line.level === 'error' && /engine is gone/.test(line.msg)));
  assert.ok(scene.logged.some(line => line.level === 'info' && /engine is back/.test(line.msg)));

  const browser = await RawPeer.browser(scene.gateway.url, PAGE);
  context.after(() => browser.close());
  const call = await establish({ browser, pbx: scene.pbx });
  call.request('BYE');
  await browser.response(200, 'BYE');
  scene.pbx.respond(await scene.pbx.request('BYE'), '200 OK');
  assert.equal((await ended(scene)).ending, 'hung-up-by-visitor');
});

test('a call that is up outlives its server by the time of grace, and is ended with a reason', async context => {
  const scene = await startRemoteScene(context, { reconnectSeconds: 0.5 });
  await establish(scene);
  await scene.drachtio.kill();
  await becomes(scene, 'engine-away');
  assert.equal((await scene.gateway.health()).calls, 1);
  const record = await ended(scene);
  assert.equal(record.ending, 'engine-lost');
  assert.equal((await scene.gateway.health()).calls, 0);
  assert.equal((await scene.media.counts()).calls, 0);
});

test('a call that its restarted server knows nothing of is ended as soon as that is known', async context => {
  const scene = await startRemoteScene(context, { reconnectSeconds: 60 });
  await establish(scene);
  await scene.drachtio.kill();
  await becomes(scene, 'engine-away');
  const again = await scene.drachtio.again();
  context.after(() => again.kill());
  assert.equal((await ended(scene)).ending, 'engine-lost');
});

test('a server that is back with another secret is told of as an error, and nobody is let in', async context => {
  const scene = await startRemoteScene(context);
  await scene.drachtio.kill();
  await becomes(scene, 'engine-away');
  const again = await scene.drachtio.again({ secret: 'another secret' });
  context.after(() => again.kill());
  const refused = () => scene.logged.filter(line => /refuses the secret/.test(line.msg));
  await eventually('the refusal is logged', () => refused().length > 0);
  assert.equal(refused()[0]?.level, 'error');
  assert.equal(await status(scene), 'engine-away');
  assert.equal(await asked(scene), 503);
});
