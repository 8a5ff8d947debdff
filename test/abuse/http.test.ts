// HTTP requests that never end, never begin, or are too large. In each case the connection ends in bounded time, and pages
// are served meanwhile.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { PAGE, startScene } from '../support/signalling-gateway.ts';
import { BareSocket } from './bare-socket.ts';

const served = async (url: string) => assert.equal((await fetch(`${url}/sip-call.js`)).status, 200);

/** Resolves with the seconds until the gateway ends the connection. */
async function lifetime(socket: BareSocket): Promise<number> {
  const began = performance.now();
  await socket.closed;
  return (performance.now() - began) / 1000;
}

test('an upgrade, a request, a body or a silence that never ends holds its socket for seconds only', async context => {
  const { gateway } = await startScene(context);
  const come = async (text: string) => {
    const socket = await BareSocket.connect(gateway.url);
    if (text) socket.socket.write(text);
    return socket;
  };
  const headers = BareSocket.upgrade();
  const body = 'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{';
  const stuck = await Promise.all([
    come(''),
    come('GET /sip-call.js HTTP/1.1\r\nHost: x\r\n'),
    come(headers),
    come(`POST /callback HTTP/1.1\r\nHost: x\r\nOrigin: ${PAGE}\r\n${body}`),
  ]);
  // A byte at intervals does not keep the connection open.
  const dripping = setInterval(() => {
    for (const { socket } of stuck.slice(1)) if (socket.writable) socket.write('x');
  }, 500);
  await served(gateway.url);
  const seconds = await Promise.all(stuck.map(lifetime));
  clearInterval(dripping);
  context.diagnostic(`held for ${seconds.map(each => each.toFixed(1)).join(', ')} s`);
});

test('headers of 1 MB and bodies of 1 MB are refused, and pages are served', async context => {
  const { gateway } = await startScene(context);
  const big = await BareSocket.connect(gateway.url);
  big.socket.write(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(1024 * 1024)}\r\n\r\n`);
  await big.closed;
  assert.match(big.heard.toString('latin1'), /^HTTP\/1\.1 431 /);
  const upgrade = await BareSocket.connect(gateway.url);
  upgrade.socket.write(`${BareSocket.upgrade()}X: ${'x'.repeat(64 * 1024)}\r\n\r\n`);
  await upgrade.closed;
  assert.match(upgrade.heard.toString('latin1'), /^HTTP\/1\.1 431 /);
  const body = 'x'.repeat(1024 * 1024);
  const callback = await fetch(`${gateway.url}/callback`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: PAGE },
    body,
  });
  assert.equal(callback.status, 400);
  const page = await fetch(`${gateway.url}/sip-call.js`, { method: 'POST', body });
  assert.equal(page.status, 405);
  await served(gateway.url);
});

test('one address has a bounded number of silent connections', async context => {
  const { gateway } = await startScene(context, { limits: { connectionsPerAddress: 3 } });
  const sockets: BareSocket[] = [];
  context.after(() => {
    for (const { socket } of sockets) socket.destroy();
  });
  for (let i = 0; i < 110; i++) sockets.push(await BareSocket.connect(gateway.url));
  for (const { socket } of sockets) socket.resume();
  // The scene's own page is one of 103.
  await eventually('eight are sent away', () => sockets.filter(({ socket }) => socket.closed).length === 8);
  // A closed connection can be replaced.
  const [first] = sockets.filter(({ socket }) => !socket.closed);
  first?.socket.destroy();
  await once(first!.socket, 'close');
  await eventually('there is room', async () => {
    await served(gateway.url);
    return true;
  });
});
