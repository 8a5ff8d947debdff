// A browser has its 200, sends its ACK and loses its WebSocket, before an engine in another process has confirmed to the
// gateway that it sent the 200. The call is established and waits for the visitor.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { DrachtioProcess } from '../../support/drachtio-process.ts';
import { eventually } from '../../support/eventually.ts';
import { HeldLink } from '../../support/held-link.ts';
import { RawCall } from '../../support/raw-call.ts';
import { RawPeer } from '../../support/raw-peer.ts';
import { PAGE, type Scene, SDP, startScene } from '../../support/signalling-gateway.ts';

/** A call whose 200 the browser has. A link holds the confirmation of the engine that it sent the 200. */
async function answered(context: TestContext, reconnectSeconds = 30) {
  const engine = await DrachtioProcess.start();
  const { drachtio, ...settings } = engine.settings;
  const link = await HeldLink.to({ address: '127.0.0.1', port: Number(drachtio.split(':')[1]) });
  const scene = await startScene(context, {
    engine: 'embedded',
    limits: { reconnectSeconds },
    settings: { sip: undefined, engine: { ...settings, drachtio: `127.0.0.1:${link.port}` } },
  });
  context.after(async () => {
    await link.stop();
    await engine.kill();
  });
  const [pbx] = scene.pbxs as [RawPeer];
  const call = new RawCall(scene.browser, 'sip:director@mysite.test');
  call.invite(SDP);
  const invite = await pbx.request('INVITE');
  link.holdAfter('SIP/2.0 200 OK');
  pbx.respond(invite, '200 OK', { body: SDP });
  const ok = await scene.browser.response(200);
  return { ...scene, pbx, call, ok, link };
}

const visitors = async ({ gateway }: Pick<Scene, 'gateway'>) => Number((await gateway.health()).visitors);

test('a call whose WebSocket is lost right after the ACK waits for the visitor', async context => {
  const scene = await answered(context);
  const { browser, pbx, call, ok, link, gateway } = scene;
  call.ack(ok);
  await eventually('the engine passes the ACK on', () => link.held.includes('ACK sip:'));
  browser.close();
  await eventually('the gateway sees the loss', async () => (await visitors(scene)) === 0);
  link.release();
  await pbx.request('ACK');
  const again = await RawPeer.browser(gateway.url, PAGE);
  context.after(() => again.close());
  call.moveTo(again);
  call.request('BYE');
  await again.response(200, 'BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
});

test('without an ACK the call waits for the visitor, and then ends', async context => {
  const scene = await answered(context, 0.5);
  scene.browser.close();
  await eventually('the gateway sees the loss', async () => (await visitors(scene)) === 0);
  scene.link.release();
  await scene.pbx.request('ACK');
  scene.pbx.respond(await scene.pbx.request('BYE'), '200 OK');
  await eventually('nothing is left', async () => (await scene.gateway.health()).calls === 0);
  assert.equal(scene.logged.find(({ msg }) => msg === 'call ended')?.cause, 'visitor-lost');
});
