import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import type { Endpoint, Flow } from '../../../../gateway/engine/transport/transport.ts';
import { acceptWebSocket } from '../../../../gateway/engine/transport/ws.ts';
import { codeOf, Recorder, sip } from './recorder.ts';

const LOCAL: Endpoint = { address: '127.0.0.1', port: 443 };

async function meet(t: TestContext): Promise<{ browser: WebSocket; flow: Flow; user: Recorder }> {
  const user = new Recorder();
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'sip' });
  await once(server, 'listening');
  t.after(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  const accepted = once(server, 'connection');
  const { port } = server.address() as { port: number };
  const browser = new WebSocket(`ws://127.0.0.1:${port}`, 'sip', { perMessageDeflate: false });
  browser.on('error', () => {});
  const [[socket]] = await Promise.all([accepted, once(browser, 'open')]);
  const flow = acceptWebSocket(socket as WebSocket, { address: '192.0.2.9', port: 4242 }, true, user, {
    local: LOCAL,
  });
  return { browser, flow, user };
}

test('each frame is a message, text or binary, and the answer has the same kind', async t => {
  const { browser, flow, user } = await meet(t);
  assert.deepEqual([flow.transport, flow.reliable, flow.remote.port], ['wss', true, 4242]);
  browser.send(sip('text'));
  assert.equal((await user.message(1)).text, sip('text'));
  flow.send(Buffer.from(sip('answer')));
  const [text, textIsBinary] = (await once(browser, 'message')) as [Buffer, boolean];
  assert.deepEqual([text.toString(), textIsBinary], [sip('answer'), false]);
  browser.send(Buffer.from(sip('binary')));
  assert.equal((await user.message(2)).text, sip('binary'));
  flow.send(Buffer.from(sip('answer')));
  assert.equal(((await once(browser, 'message')) as [Buffer, boolean])[1], true);
});

test('a message that is not UTF-8 is sent in a binary frame', async t => {
  const { browser, flow } = await meet(t);
  flow.send(Buffer.concat([Buffer.from(sip('x')), Buffer.from([0xff, 0xfe])]));
  assert.equal(((await once(browser, 'message')) as [Buffer, boolean])[1], true);
});

test('a keep-alive is answered and not passed on', async t => {
  const { browser, user } = await meet(t);
  browser.send('\r\n\r\n');
  assert.equal(String((await once(browser, 'message'))[0]), '\r\n');
  browser.send('\r\n');
  browser.send(sip('real'));
  assert.equal((await user.message()).text, sip('real'));
});

test('a closing handshake is not an error, a lost connection is one', async t => {
  const polite = await meet(t);
  polite.browser.close(1000);
  assert.deepEqual(await polite.user.closing(), { flow: polite.flow, error: undefined });
  assert.equal(polite.flow.closed, true);
  const rude = await meet(t);
  rude.browser.terminate();
  assert.equal(codeOf((await rude.user.closing()).error), 'EABORTED');
});

test('closing the flow closes the WebSocket', async t => {
  const { browser, flow, user } = await meet(t);
  flow.close();
  assert.equal((await once(browser, 'close'))[0], 1000);
  assert.equal((await user.closing()).error, undefined);
});

test('sending on a closed flow does nothing', async t => {
  const { flow, user } = await meet(t);
  flow.close();
  flow.send(Buffer.from(sip('late')));
  await user.closing();
});

test('the connection to a browser that does not read is closed at 256 KiB of queued data', async t => {
  const { browser, flow, user } = await meet(t);
  browser.pause();
  const message = Buffer.from(sip('big', 'x'.repeat(60_000)));
  for (let sent = 0; !flow.closed; sent++) {
    assert.ok(sent < 1_000);
    flow.send(message);
    await new Promise(resolve => setImmediate(resolve));
  }
  // The client detects the closed connection only when it reads again.
  browser.resume();
  assert.equal(codeOf((await user.closing()).error), 'ESTALLED');
});
