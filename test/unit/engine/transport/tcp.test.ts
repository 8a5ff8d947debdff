import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { type StreamLimits, streamLimits } from '../../../../gateway/engine/transport/stream-limits.ts';
import { TcpTransport } from '../../../../gateway/engine/transport/tcp.ts';
import { closedPort } from '../../../support/closed-port.ts';
import { soonest } from '../../../support/soonest.ts';
import { codeOf, Recorder, sip } from './recorder.ts';

const LOOPBACK = '127.0.0.1';

async function open(
  t: TestContext,
  limits: Partial<StreamLimits> = {},
): Promise<{ tcp: TcpTransport; user: Recorder; port: number }> {
  const user = new Recorder();
  const tcp = new TcpTransport(user, { ...streamLimits, ...limits });
  t.after(() => tcp.close());
  await tcp.listen(LOOPBACK, 0);
  return { tcp, user, port: tcp.bound!.port };
}

/** With `allowHalfOpen` it stays open after the peer has closed. */
async function dial(t: TestContext, port: number, allowHalfOpen = false): Promise<Socket> {
  const socket = connect({ port, host: LOOPBACK, allowHalfOpen });
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** A server that does nothing by itself. */
async function listen(
  t: TestContext,
): Promise<{ port: number; accepted: Promise<Socket>; sockets: Socket[] }> {
  const server = createServer();
  const sockets: Socket[] = [];
  server.on('connection', socket => sockets.push(socket.on('error', () => {})));
  const accepted = once(server, 'connection').then(([socket]) => socket as Socket);
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as { port: number }).port, accepted, sockets };
}

async function read(socket: Socket, length: number): Promise<string> {
  let text = '';
  while (text.length < length) text += String((await once(socket, 'data'))[0]);
  return text;
}

describe('receiving', () => {
  test('several messages in one segment are delivered one by one', async t => {
    const { user, port } = await open(t);
    (await dial(t, port)).write(sip('one', 'body') + sip('two') + sip('three'));
    await user.message(3);
    assert.deepEqual(
      user.messages.map(({ text }) => text),
      [sip('one', 'body'), sip('two'), sip('three')],
    );
  });

  test('a message in segments of one byte is delivered whole', async t => {
    const { user, port } = await open(t);
    const socket = await dial(t, port);
    socket.setNoDelay(true);
    for (const byte of sip('slow', 'body')) await new Promise(resolve => socket.write(byte, resolve));
    assert.equal((await user.message()).text, sip('slow', 'body'));
  });

  test('a double CRLF is answered with one', async t => {
    const { port } = await open(t);
    const socket = await dial(t, port);
    socket.write('\r\n\r\n');
    assert.equal(await read(socket, 2), '\r\n');
  });

  test('an answer uses the connection of its request', async t => {
    const { tcp, user, port } = await open(t);
    const socket = await dial(t, port);
    socket.write(sip('question'));
    const { flow } = await user.message();
    assert.deepEqual(flow.remote, { address: LOOPBACK, port: socket.localPort });
    assert.equal(tcp.findFlow(flow.remote), flow);
    flow.send(Buffer.from(sip('answer')));
    assert.equal(await read(socket, sip('answer').length), sip('answer'));
  });

  test('bytes without Content-Length close the connection with an error', { timeout: 30_000 }, async t => {
    const { user, port } = await open(t);
    const socket = await dial(t, port);
    socket.write('OPTIONS sip:a@b SIP/2.0\r\n\r\n');
    const [, { error }] = await Promise.all([once(socket, 'close'), user.closing()]);
    assert.equal(codeOf(error), 'EFRAMING');
  });

  test('an endless header section closes the connection', { timeout: 30_000 }, async t => {
    const { user, port } = await open(t);
    (await dial(t, port)).write('x'.repeat(100_000));
    assert.equal(codeOf((await user.closing()).error), 'EFRAMING');
  });

  test('an incomplete message closes the connection, even if bytes keep arriving', {
    timeout: 30_000,
  }, async t => {
    const { user, port } = await open(t, { messageMs: 50 });
    const socket = await dial(t, port);
    const dribble = setInterval(() => socket.write('x'), 5);
    t.after(() => clearInterval(dribble));
    assert.equal(codeOf((await user.closing()).error), 'ESTALLED');
  });

  test('a connection that is idle for too long is closed without an error', async t => {
    const { user, port } = await open(t, { idleMs: 30 });
    const socket = await dial(t, port);
    socket.resume();
    await once(socket, 'close');
    assert.equal((await user.closing()).error, undefined);
  });

  for (const [what, everyMs] of [
    ['neither reads nor closes', undefined],
    ['continues to send', 5],
  ] as const) {
    test(`the connection to a peer that ${what} after our FIN is closed`, { timeout: 30_000 }, async t => {
      const { tcp, user, port } = await open(t, { closeMs: 50 });
      const socket = await dial(t, port, true);
      socket.pause();
      socket.write(sip('in'));
      const { flow } = await user.message();
      const dribble = everyMs && setInterval(() => socket.write('x'), everyMs);
      t.after(() => clearInterval(dribble));
      flow.close();
      assert.equal((await user.closing()).error, undefined);
      assert.equal(tcp.size, 0);
    });
  }

  test('a FIN closes the connection, a reset is an error', async t => {
    const { tcp, user, port } = await open(t);
    const polite = await dial(t, port);
    polite.end(sip('bye'));
    assert.equal((await user.closing(1)).error, undefined);
    assert.equal(user.messages.length, 1);
    const rude = await dial(t, port);
    rude.write(sip('x'));
    await user.message(2);
    rude.resetAndDestroy();
    assert.equal(codeOf((await user.closing(2)).error), 'ECONNRESET');
    assert.equal(tcp.size, 0);
  });

  test('one source gets a limited number of connections, and more when some have closed', {
    timeout: 30_000,
  }, async t => {
    const { user, port } = await open(t, { perSource: 2 });
    const [first] = [await dial(t, port), await dial(t, port)];
    const refused = await dial(t, port);
    await once(refused, 'close');
    first.end();
    await user.closing();
    const welcome = await dial(t, port);
    welcome.write(sip('in'));
    assert.equal((await user.message()).text, sip('in'));
  });
});

describe('dialling', () => {
  test('a connection is reused, also while it is being opened', async t => {
    const { tcp } = await open(t);
    const server = await listen(t);
    const remote = { address: LOOPBACK, port: server.port };
    const [a, b] = await Promise.all([tcp.flowTo(remote), tcp.flowTo(remote)]);
    assert.equal(a, b);
    assert.equal(await tcp.flowTo(remote), a);
    assert.equal(server.sockets.length, 1);
  });

  test('a closed connection is replaced', async t => {
    const { tcp, user } = await open(t);
    const server = await listen(t);
    const remote = { address: LOOPBACK, port: server.port };
    const before = await tcp.flowTo(remote);
    (await server.accepted).end();
    await user.closing();
    assert.equal(before.closed, true);
    const after = await tcp.flowTo(remote);
    assert.notEqual(after, before);
    assert.equal(after.closed, false);
  });

  test('a refused connection rejects immediately, and reports nothing else', async t => {
    const { tcp, user } = await open(t);
    const { port, release } = await closedPort(LOOPBACK);
    t.after(release);
    const elapsed = await soonest(50, () =>
      assert.rejects(tcp.flowTo({ address: LOOPBACK, port }), { code: 'ECONNREFUSED' }),
    );
    assert.ok(elapsed < 50, `${elapsed} ms`);
    assert.deepEqual([user.closings.length, tcp.size], [0, 0]);
  });

  test('the connection to a peer that does not read is closed at 256 KiB of queued data', {
    timeout: 30_000,
  }, async t => {
    const { tcp, user } = await open(t);
    const server = await listen(t);
    const flow = await tcp.flowTo({ address: LOOPBACK, port: server.port });
    (await server.accepted).pause();
    const message = Buffer.from(sip('big', 'x'.repeat(60_000)));
    let sent = 0;
    while (!flow.closed && sent < 1_000) {
      flow.send(message);
      sent++;
      await new Promise(resolve => setImmediate(resolve));
    }
    assert.equal(codeOf((await user.closing()).error), 'ESTALLED');
    assert.ok(sent < 1_000);
  });
});

test('close ends every connection and frees the port', async t => {
  const { tcp, user, port } = await open(t);
  const inbound = await dial(t, port);
  inbound.write(sip('in'));
  await user.message();
  const server = await listen(t);
  await tcp.flowTo({ address: LOOPBACK, port: server.port });
  inbound.resume();
  for (const socket of server.sockets) socket.resume();
  await tcp.close();
  assert.equal(tcp.size, 0);
  assert.equal(user.closings.length, 2);
  const next = createServer().listen(port, LOOPBACK);
  await once(next, 'listening');
  next.close();
});
