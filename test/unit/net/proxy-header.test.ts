// The PROXY protocol: the content of its header, and a gateway whose visitors arrive by it, unencrypted and by TLS.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { readProxyHeaders } from '../../../gateway/http/proxied-connections.ts';
import { clientAddressOf, isSecure, Proxies } from '../../../gateway/net/client-address.ts';
import { readProxyHeader } from '../../../gateway/net/proxy-header.ts';
import { createLog } from '../../../gateway/observe/log.ts';
import { certificate, privateKey } from '../engine/transport/test-certificate.ts';

const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

function v2(command: number, family: number, body: Buffer, length = body.length): Buffer {
  const head = Buffer.from([0x20 | command, family, length >> 8, length & 0xff]);
  return Buffer.concat([signature, head, body]);
}

const v4 = (port: number, ...tlvs: readonly Buffer[]) =>
  v2(
    1,
    0x11,
    Buffer.concat([Buffer.from([198, 51, 100, 7, 10, 0, 0, 1, 0x12, 0x34, port >> 8, port & 0xff]), ...tlvs]),
  );
const v6 = v2(
  1,
  0x21,
  Buffer.concat([
    Buffer.from('20010db8000000000000000000000007', 'hex'),
    Buffer.alloc(16),
    Buffer.from([1, 2, 3, 4]),
  ]),
);
const ssl = (client: number) => Buffer.from([0x20, 0, 5, client, 0, 0, 0, 0]);

const header = (length: number, more: object = {}) => ({ kind: 'header', length, ...more });

for (const [what, bytes, expected] of [
  ['version 1', 'PROXY TCP4 198.51.100.7 10.0.0.1 4660 80\r\nGET', header(42, { address: '198.51.100.7' })],
  [
    'of https',
    'PROXY TCP4 198.51.100.7 10.0.0.1 4660 443\r\n',
    header(43, { address: '198.51.100.7', secure: true }),
  ],
  ['of IPv6', 'PROXY TCP6 2001:db8::7 2001:db8::1 4660 80\r\n', header(44, { address: '2001:db8::7' })],
  ['without a known client', 'PROXY UNKNOWN ffff:f...f:ffff 1 2\r\n', header(35)],
  ['without addresses', 'PROXY UNKNOWN\r\n', header(15)],
  ['begun', 'PRO', { kind: 'more' }],
  ['without its end', 'PROXY TCP4 198.51.100.7', { kind: 'more' }],
  ['nothing', '', { kind: 'more' }],
  ['too long', `PROXY TCP4 ${'1'.repeat(120)}`, { kind: 'malformed' }],
  ['of another family', 'PROXY TCP4 2001:db8::7 2001:db8::1 1 2\r\n', { kind: 'malformed' }],
  ['without ports', 'PROXY TCP4 198.51.100.7 10.0.0.1\r\n', { kind: 'malformed' }],
  ['with extra fields', 'PROXY TCP4 198.51.100.7 10.0.0.1 1 2 3\r\n', { kind: 'malformed' }],
  ['of HTTP', 'GET / HTTP/1.1\r\n\r\n', { kind: 'malformed' }],
  ['of TLS', Buffer.from([22, 3, 1, 0, 1]), { kind: 'malformed' }],
  ['version 2', Buffer.concat([v4(80), Buffer.from('GET')]), header(28, { address: '198.51.100.7' })],
  ['of https', v4(443), header(28, { address: '198.51.100.7', secure: true })],
  ['by TLS', v4(80, ssl(1)), header(36, { address: '198.51.100.7', secure: true })],
  ['in clear', v4(443, ssl(0)), header(36, { address: '198.51.100.7', secure: false })],
  [
    'with other values',
    v4(80, Buffer.from([4, 0, 2, 0, 0]), ssl(1)),
    header(41, { address: '198.51.100.7', secure: true }),
  ],
  ['with a value cut short', v4(80, Buffer.from([0x20, 0xff])), header(30, { address: '198.51.100.7' })],
  ['of IPv6', v6, header(52, { address: '2001:db8::7' })],
  ['of the proxy itself', v2(0, 0, Buffer.alloc(0)), header(16)],
  ['of a UNIX socket', v2(1, 0x31, Buffer.alloc(216)), header(232)],
  ['begun', signature, { kind: 'more' }],
  ['of one byte', signature.subarray(0, 1), { kind: 'more' }],
  ['without its end', v4(80).subarray(0, 27), { kind: 'more' }],
  ['too short for its addresses', v2(1, 0x11, Buffer.alloc(8)), { kind: 'malformed' }],
  ['too long', v2(1, 0x11, Buffer.alloc(0), 0xffff), { kind: 'malformed' }],
  ['of another command', v2(2, 0x11, Buffer.alloc(12)), { kind: 'malformed' }],
  ['of version 3', Buffer.concat([signature, Buffer.from([0x31, 0x11, 0, 0])]), { kind: 'malformed' }],
] as const) {
  test(`a header ${what}: ${Buffer.from(bytes).toString('latin1').slice(0, 20)}`, () => {
    assert.deepEqual(readProxyHeader(Buffer.from(bytes)), expected);
  });
}

async function listening(context: TestContext, secure: boolean, networks = ['127.0.0.0/8']) {
  const server: Server = secure ? createSecureServer({ cert: certificate, key: privateKey }) : createServer();
  const asked: IncomingMessage[] = [];
  server.on('request', (request, response) => {
    proxies.determineClient(request);
    asked.push(request);
    response.end(`${clientAddressOf(request)} ${isSecure(request)}`);
  });
  const proxies = new Proxies({ networks, proxyProtocol: true });
  const logged: Record<string, unknown>[] = [];
  const log = createLog('info', { write: (line: string) => void logged.push(JSON.parse(line)) });
  readProxyHeaders(server, address => proxies.trusts(address), log);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port, logged };
}

const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

async function answerOn(socket: Socket): Promise<string> {
  let text = '';
  while (!/\d\.\d\.\d|::|true|false/.test(text.split('\r\n\r\n')[1] ?? '')) {
    const [chunk] = await once(socket, 'data');
    text += chunk;
  }
  return text.split('\r\n\r\n')[1]?.replace(/^[0-9a-f]+\r\n|\r\n.*$/gs, '') ?? '';
}

for (const [what, bytes] of [
  ['version 1', Buffer.from('PROXY TCP4 198.51.100.7 10.0.0.1 4660 80\r\n')],
  ['version 2', v4(80)],
] as const) {
  test(`${what}: a request in the same segment, one byte at a time, and a second one, are the visitor's`, async context => {
    const { port } = await listening(context, false);
    const whole = connect(port, '127.0.0.1');
    whole.write(Buffer.concat([bytes, Buffer.from(REQUEST)]));
    assert.equal(await answerOn(whole), '198.51.100.7 false');
    whole.write(REQUEST);
    assert.equal(await answerOn(whole), '198.51.100.7 false');
    whole.destroy();
    const slow = connect(port, '127.0.0.1').setNoDelay();
    for (const byte of bytes) await new Promise(resolve => slow.write(Buffer.from([byte]), resolve));
    slow.write(REQUEST);
    assert.equal(await answerOn(slow), '198.51.100.7 false');
    slow.destroy();
  });

  test(`${what} precedes TLS, in the same segment or alone`, async context => {
    const { port } = await listening(context, true);
    for (const together of [true, false]) {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      if (together) socket.cork();
      socket.write(bytes);
      const tls = connectTls({ socket, rejectUnauthorized: false });
      if (together) process.nextTick(() => socket.uncork());
      await once(tls, 'secureConnect');
      tls.write(REQUEST);
      assert.equal(await answerOn(tls), '198.51.100.7 true');
      tls.destroy();
    }
  });
}

test('a connection of the proxy itself has its own address', async context => {
  const { port } = await listening(context, false);
  const socket = connect(port, '127.0.0.1');
  socket.write(Buffer.concat([v2(0, 0, Buffer.alloc(0)), Buffer.from(REQUEST)]));
  assert.equal(await answerOn(socket), '127.0.0.1 false');
  socket.destroy();
});

test('where the proxy does not name its client, headers of the client do not either', async context => {
  const { port } = await listening(context, false);
  for (const bytes of ['PROXY UNKNOWN\r\n', v2(0, 0, Buffer.alloc(0)), v2(1, 0, Buffer.alloc(0))]) {
    const socket = connect(port, '127.0.0.1');
    const forged = 'X-Forwarded-For: 203.0.113.9\r\nForwarded: for=203.0.113.9\r\n';
    socket.write(Buffer.concat([Buffer.from(bytes), Buffer.from(REQUEST.replace('\r\n', `\r\n${forged}`))]));
    assert.equal(await answerOn(socket), '127.0.0.1 false');
    socket.destroy();
  }
});

test('a proxy that sends no header is refused, and the log says so once', async context => {
  const { port, logged } = await listening(context, false);
  for (let i = 0; i < 3; i++) {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    const closed = once(socket, 'close');
    socket.write(REQUEST);
    socket.resume();
    await closed;
  }
  assert.equal(logged.filter(({ level }) => level === 'warn').length, 1);
});

test('a client that is not a proxy needs no header, and its header is refused', async context => {
  const { port } = await listening(context, false, ['10.0.0.0/8']);
  const plain = connect(port, '127.0.0.1');
  plain.write(REQUEST);
  assert.equal(await answerOn(plain), '127.0.0.1 false');
  plain.destroy();
  const forged = connect(port, '127.0.0.1');
  forged.write(`PROXY TCP4 198.51.100.7 10.0.0.1 1 80\r\n${REQUEST}`);
  const [refusal] = await once(forged, 'data');
  assert.match(String(refusal), /^HTTP\/1\.1 400 /);
  forged.destroy();
});

test('a connection that ends within its header leaves no state', async context => {
  const { port, logged } = await listening(context, false);
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.end('PROXY TCP4');
  await once(socket.resume(), 'close');
  assert.deepEqual(logged, []);
});
