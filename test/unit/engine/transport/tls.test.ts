import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp, createServer as createTcpServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { streamLimits } from '../../../../gateway/engine/transport/stream-limits.ts';
import { type TlsIdentity, TlsTransport } from '../../../../gateway/engine/transport/tls.ts';
import { Recorder, sip } from './recorder.ts';
import { authority, certificate, privateKey } from './test-certificate.ts';

const LOOPBACK = '127.0.0.1';
const IDENTITY = { cert: certificate, key: privateKey, ca: authority };

async function open(
  t: TestContext,
  identity: TlsIdentity = IDENTITY,
  connectMs: number = streamLimits.connectMs,
): Promise<{ tls: TlsTransport; user: Recorder; port: number }> {
  const user = new Recorder();
  const tls = new TlsTransport(user, identity, { ...streamLimits, connectMs, perSource: 4 });
  t.after(() => tls.close());
  await tls.listen(LOOPBACK, 0);
  return { tls, user, port: tls.bound!.port };
}

test('a message and its answer pass when the certificate contains the name', async t => {
  const [caller, callee] = [await open(t), await open(t)];
  const flow = await caller.tls.flowTo({ address: LOOPBACK, port: callee.port }, 'sip.example.com');
  flow.send(Buffer.from(sip('question')));
  const { flow: back } = await callee.user.message();
  back.send(Buffer.from(sip('answer')));
  const answer = await caller.user.message();
  assert.deepEqual([answer.text, answer.flow], [sip('answer'), flow]);
  assert.deepEqual([flow.transport, flow.reliable], ['tls', true]);
});

for (const [what, hostname] of [
  ['another name', 'evil.example.com'],
  ['a name that is only in the subject’s CN', 'pbx.example.com'],
  ['a name that only a wildcard matches', 'a.wild.example.com'],
  ['another address', '127.0.0.2'],
] as const) {
  test(`a certificate for ${what} is refused, and nothing is sent`, async t => {
    const [caller, callee] = [await open(t), await open(t)];
    await assert.rejects(caller.tls.flowTo({ address: LOOPBACK, port: callee.port }, hostname), {
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    assert.deepEqual([caller.tls.size, callee.user.messages.length], [0, 0]);
  });
}

test('without a hostname the certificate must contain the address', async t => {
  const [caller, callee] = [await open(t), await open(t)];
  const flow = await caller.tls.flowTo({ address: LOOPBACK, port: callee.port });
  assert.equal(flow.closed, false);
});

test('a certificate of an unknown authority is refused', async t => {
  const [caller, callee] = [await open(t, { cert: certificate, key: privateKey }), await open(t)];
  await assert.rejects(
    caller.tls.flowTo({ address: LOOPBACK, port: callee.port }, 'sip.example.com'),
    ({ code }: NodeJS.ErrnoException) => code !== undefined && /^(UNABLE_TO|SELF_SIGNED)/.test(code),
  );
});

test('a peer with TLS 1.1 or older is refused', async t => {
  const { tls } = await open(t);
  const server = createServer({
    ...IDENTITY,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'ALL:@SECLEVEL=0',
  });
  server.on('tlsClientError', () => {});
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as { port: number };
  await assert.rejects(tls.flowTo({ address: LOOPBACK, port }, 'sip.example.com'));
});

test('a connection that was verified for one name is not used for another', async t => {
  const [caller, callee] = [await open(t), await open(t)];
  const remote = { address: LOOPBACK, port: callee.port };
  const flow = await caller.tls.flowTo(remote, 'sip.example.com');
  assert.equal(await caller.tls.flowTo(remote, 'SIP.example.com'), flow);
  await assert.rejects(caller.tls.flowTo(remote, 'other.example.com'));
  assert.equal(flow.closed, false);
});

test('a connection without a finished handshake is closed after the time limit', {
  timeout: 30_000,
}, async t => {
  const { tls } = await open(t, IDENTITY, 40);
  const server = createTcpServer(socket => socket.resume().on('error', () => {}));
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as { port: number };
  await assert.rejects(tls.flowTo({ address: LOOPBACK, port }, 'sip.example.com'), { code: 'ETIMEDOUT' });
});

test('connections without a handshake count for their source', { timeout: 30_000 }, async t => {
  const { port } = await open(t);
  const sockets = Array.from({ length: 4 }, () => connectTcp(port, LOOPBACK));
  t.after(() => sockets.forEach(socket => void socket.destroy()));
  await Promise.all(sockets.map(socket => once(socket, 'connect')));
  const fifth = connectTcp(port, LOOPBACK);
  fifth.on('error', () => {});
  await once(fifth, 'close');
});

test('random bytes instead of a handshake do no harm', async t => {
  const { user, port } = await open(t);
  const noise = connectTcp(port, LOOPBACK);
  noise.on('error', () => {});
  noise.write(sip('plain text'));
  await once(noise, 'close');
  const caller: TLSSocket = connect({ port, host: LOOPBACK, ca: authority, servername: 'sip.example.com' });
  t.after(() => caller.destroy());
  caller.write(sip('secret'));
  assert.equal((await user.message()).text, sip('secret'));
});
