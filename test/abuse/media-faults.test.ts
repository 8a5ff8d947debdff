// Failures and exhausted resources of the media relay during calls.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { openAddress } from '../../gateway/media/address.ts';
import { createEmbeddedRelay } from '../../gateway/media/embedded/embedded-relay.ts';
import type { WebRtcLeg as Leg } from '../bench/webrtc-leg.ts';
import { WebRtcLeg } from '../bench/webrtc-leg.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { DIRECTOR } from '../support/process-scene.ts';
import { RawCall } from '../support/raw-call.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { PAGE, type Scene, startScene } from '../support/signalling-gateway.ts';
import { emptied } from '../unit/media/relay-call.ts';
import { echoAnswer, RtpEcho } from '../unit/media/rtp-echo.ts';

/** Ports of two workers beside each other, and a place for two calls on each. A machine that is busy is silent too. */
async function startWithRelay(
  context: TestContext,
  workers: number,
  firstPort: number,
  silentAfterMs = 600_000,
) {
  const carrier = await createEmbeddedRelay({
    workers,
    addresses: [openAddress('127.0.0.1')],
    browser: { port: await freePort('127.0.0.1') },
    pbx: { ports: [firstPort, firstPort + 4 * workers - 1] },
    drainMs: 50,
    silentAfterMs,
  });
  const scene = await startScene(context, { relay: carrier });
  const echo = await RtpEcho.open();
  context.after(() => echo.close());
  return { ...scene, carrier, echo };
}

/** A call with sound: what the browser sends comes back from the PBX. */
async function talk(
  context: TestContext,
  { gateway, pbxs, echo }: Scene & { echo: RtpEcho },
): Promise<{ browser: RawPeer; call: RawCall; leg: Leg }> {
  const [pbx] = pbxs as [RawPeer];
  const browser = await RawPeer.browser(gateway.url, PAGE);
  const leg = await WebRtcLeg.open();
  context.after(() => {
    leg.close();
    browser.close();
  });
  const call = new RawCall(browser, DIRECTOR);
  call.invite(leg.offer());
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '200 OK', { body: echoAnswer(String(invite.body), echo, /pcmu/i), tag: call.id });
  const answered = await browser.response(200);
  call.ack(answered);
  await pbx.request('ACK');
  await leg.connect(String(answered.body));
  await heard(leg);
  return { browser, call, leg };
}

let seq = 0;
async function heard(leg: Leg): Promise<void> {
  const packet = Buffer.alloc(172, 0x55);
  packet[0] = 0x80;
  packet[1] = 0;
  packet.writeUInt16BE(++seq & 0xffff, 2);
  packet.writeUInt32BE(seq * 160, 4);
  packet.writeUInt32BE(leg.ssrc, 8);
  const back = new Promise<void>(resolve => {
    leg.onRtp = () => resolve();
  });
  leg.sendRtp(packet);
  await back;
}

test('25: a PBX that restarts in a call without its state: the call ends, and the PBX gets the next one', async context => {
  const scene = await startWithRelay(context, 1, 26370, 600);
  const [pbx] = scene.pbxs as [RawPeer];
  const { browser, call, leg } = await talk(context, scene);
  // Its port stays open: a question that comes while it is closed is refused, and not asked again.
  scene.echo.onPacket = () => false;

  const talking = setInterval(() => void heard(leg), 20);
  context.after(() => clearInterval(talking));
  pbx.respond(await pbx.request('OPTIONS'), '481 Call/Transaction Does Not Exist');
  const bye = await browser.request('BYE');
  clearInterval(talking);
  assert.match(bye.headers.get('Reason') ?? '', /cause=503;text="The other side is gone"/);
  call.respond(bye, '200 OK');
  pbx.respond(await pbx.request('BYE'), '481 Call/Transaction Does Not Exist');
  await scene.quiet();

  const echo = await RtpEcho.open();
  context.after(() => echo.close());
  const next = await talk(context, { ...scene, echo });
  next.call.request('BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await next.browser.response(200, 'BYE');
  await scene.quiet();
});

test('29: when a media worker dies, its calls end with a reason, others go on, and new ones find another', async context => {
  const scene = await startWithRelay(context, 2, 26380);
  const { carrier, pbxs } = scene;
  const [pbx] = pbxs as [RawPeer];
  const [one, two] = [await talk(context, scene), await talk(context, scene)];

  await carrier.links[0]!.thread!.terminate();

  const bye = await one.browser.request('BYE');
  assert.match(bye.headers.get('Reason') ?? '', /cause=503;text="The sound is gone"/);
  one.call.respond(bye, '200 OK');
  const toPbx = await pbx.request('BYE');
  assert.match(toPbx.headers.get('Reason') ?? '', /The sound is gone/);
  pbx.respond(toPbx, '200 OK');
  await heard(two.leg);

  await eventually('another worker is there', () => carrier.links[0]!.ready, {
    within: 30_000,
  });
  // On the same port as before, which the dead one has left.
  const three = await talk(context, scene);
  assert.deepEqual(
    [one, two, three].map(({ leg }) => leg.relay.port - one.leg.relay.port),
    [0, 1, 0],
  );
  for (const { browser, call } of [two, three]) {
    call.request('BYE');
    await browser.response(200, 'BYE');
    pbx.respond(await pbx.request('BYE'), '200 OK');
  }
  await scene.quiet();
  await emptied(carrier);
});

test('30: out of ports toward PBXs, a call is refused with 503 and Retry-After, and taken once there are some', async context => {
  const scene = await startWithRelay(context, 1, 26390);
  const { carrier, pbxs, browser } = scene;
  const [pbx] = pbxs as [RawPeer];
  const [one, two] = [await talk(context, scene), await talk(context, scene)];

  const leg = await WebRtcLeg.open();
  context.after(() => leg.close());
  new RawCall(browser, DIRECTOR).invite(leg.offer());
  assert.equal((await browser.response(503)).headers.get('Retry-After'), '10');
  assert.equal(
    pbx.inbox.find(message => message.kind === 'request' && message.method === 'INVITE'),
    undefined,
  );
  await heard(two.leg);

  one.call.request('BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await one.browser.response(200, 'BYE');
  while ((await carrier.counts()).draining > 0);
  const three = await talk(context, scene);
  for (const { browser: page, call } of [two, three]) {
    call.request('BYE');
    await page.response(200, 'BYE');
    pbx.respond(await pbx.request('BYE'), '200 OK');
  }
  await scene.quiet();
  await emptied(carrier);
});
