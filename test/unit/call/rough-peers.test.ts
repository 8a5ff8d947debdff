// Peers that keep to the letter but not to the expected: each of these once hurt a call or the process.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { MediaError } from '../../../gateway/media/relay.ts';
import { RawCall } from '../../support/raw-call.ts';
import type { RawPeer } from '../../support/raw-peer.ts';
import { type Scene, SDP, startScene } from '../../support/signalling-gateway.ts';

const DIRECTOR = 'sip:director@mysite.test';
const OTHER_SDP = SDP.replace('o=- 1 1', 'o=- 1 2');

/** Calls, is answered, and has the call joined. */
async function answered({ browser, pbxs }: Scene) {
  const [pbx] = pbxs as [RawPeer];
  const call = new RawCall(browser, DIRECTOR);
  call.invite(SDP);
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '200 OK', { body: SDP });
  call.ack(await browser.response(200));
  await pbx.request('ACK');
  call.request('INFO');
  await browser.response(200, 'INFO');
  return { pbx, call, invite };
}

const UPGRADE = [
  'Host: x',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol: sip',
].join('\r\n');

for (const [what, head] of [
  ['an upgrade of //', `GET // HTTP/1.1\r\n${UPGRADE}`],
  ['an upgrade of half an address', `GET http://[ HTTP/1.1\r\n${UPGRADE}`],
  ['a range that ends before it begins', 'GET /sip-call.js HTTP/1.1\r\nHost: x\r\nRange: bytes=5-2'],
] as const) {
  test(`${what} is answered, and the process lives`, async context => {
    const { gateway } = await startScene(context);
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    socket.write(`${head}\r\n\r\n`);
    const [answer] = await once(socket, 'data');
    assert.match(String(answer), /^HTTP\/1\.1 \d/);
    socket.destroy();
    assert.equal((await gateway.health()).status, 'ok');
  });
}

test('a refused visitor who keeps half of the connection open does not keep the gateway from stopping', async context => {
  const { gateway } = await startScene(context);
  const { port } = new URL(gateway.url);
  const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
  socket.write(`GET /elsewhere HTTP/1.1\r\n${UPGRADE}\r\n\r\n`);
  await once(socket, 'data');
  await gateway.stop();
  socket.destroy();
});

test('a new offer that crosses our BYE leaves no media behind', async context => {
  const scene = await startScene(context);
  const { pbx, call, invite } = await answered(scene);
  call.request('BYE');
  await scene.browser.response(200, 'BYE');
  const bye = await pbx.request('BYE');
  pbx.requestWithin(invite, 'INVITE', OTHER_SDP);
  await pbx.response(481);
  pbx.respond(bye, '200 OK');
  await scene.quiet();
  assert.equal((await scene.media.counts()).calls, 0);
});

test('a new offer of the PBX before the browser was answered is put off', async context => {
  const { browser, media, pbxs } = await startScene(context);
  const [pbx] = pbxs as [RawPeer];
  const answer = media.answer.bind(media);
  let release = () => {};
  const held = new Promise<void>(resolve => {
    release = resolve;
  });
  media.answer = async (...args) => {
    await held;
    return await answer(...args);
  };
  new RawCall(browser, DIRECTOR).invite(SDP);
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '200 OK', { body: SDP });
  await pbx.request('ACK');
  pbx.requestWithin(invite, 'INVITE', OTHER_SDP);
  await pbx.response(491);
  release();
});

test('early media that is no use leaves the call to ring', async context => {
  const { browser, media, pbxs, quiet } = await startScene(context);
  const [pbx] = pbxs as [RawPeer];
  media.answer = () => Promise.reject(new MediaError('no common codec', 488));
  new RawCall(browser, DIRECTOR).invite(SDP);
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '183 Session Progress', { body: 'x' });
  pbx.respond(invite, '180 Ringing');
  await browser.response(180);
  pbx.respond(invite, '486 Busy Here');
  await browser.response(486);
  await quiet();
});

test('a phone that repeats its 180 stops ringing all the same', async context => {
  const { browser, pbxs } = await startScene(context, { limits: { ringSeconds: 0.5 } });
  const [pbx] = pbxs as [RawPeer];
  new RawCall(browser, DIRECTOR).invite(SDP);
  const invite = await pbx.request('INVITE');
  const again = setInterval(() => pbx.respond(invite, '180 Ringing'), 200);
  context.after(() => clearInterval(again));
  await browser.response(480);
  clearInterval(again);
});

for (const [said, heard] of [
  ['488 Not Acceptable Here', 488],
  ['481 Call/Transaction Does Not Exist', 500],
  ['401 Unauthorized', 500],
  ['302 Moved Temporarily', 500],
] as const) {
  test(`a new offer that the PBX refuses with ${said} is refused to the browser with ${heard}`, async context => {
    const scene = await startScene(context);
    const { pbx, call } = await answered(scene);
    call.request('INVITE', OTHER_SDP);
    pbx.respond(await pbx.request('INVITE'), said);
    await scene.browser.response(heard);
  });
}

test('an answer of the PBX that cannot be used does not stand for the next offer', async context => {
  const scene = await startScene(context);
  const { pbx, call } = await answered(scene);
  const answer = scene.media.answer.bind(scene.media);
  scene.media.answer = () => Promise.reject(new MediaError('broken', 488));
  call.request('INVITE', OTHER_SDP);
  pbx.respond(await pbx.request('INVITE'), '200 OK', { body: SDP });
  await scene.browser.response(488);
  scene.media.answer = answer;
  call.request('INVITE', OTHER_SDP);
  pbx.respond(await pbx.request('INVITE'), '200 OK', { body: SDP });
  await scene.browser.response(200);
});

test('a gateway that stops tells both sides of a call before it goes', async context => {
  const scene = await startScene(context);
  const { pbx, call } = await answered(scene);
  const stopped = Promise.all([scene.gateway.stop(), scene.gateway.stop(), scene.gateway.drain()]);
  const bye = await scene.browser.request('BYE');
  assert.match(bye.headers.get('Reason') ?? '', /The gateway is stopping/);
  call.respond(bye, '200 OK');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await stopped;
});

test('a gateway that stops tells whoever is still ringing', async context => {
  const { browser, gateway, pbxs } = await startScene(context);
  const [pbx] = pbxs as [RawPeer];
  new RawCall(browser, DIRECTOR).invite(SDP);
  pbx.respond(await pbx.request('INVITE'), '180 Ringing');
  await browser.response(180);
  const stopped = gateway.stop();
  await browser.response(503);
  await stopped;
});
