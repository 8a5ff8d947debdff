// What a gateway writes for fail2ban when somebody guesses or floods, and that it writes nothing for anybody else.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/free-port.ts';
import { privateFolder } from '../../support/private-folder.ts';
import { RawCall } from '../../support/raw-call.ts';
import { RawPeer } from '../../support/raw-peer.ts';
import { PAGE, type SceneOptions, SDP, startScene } from '../../support/signalling-gateway.ts';

async function scene(context: TestContext, options: SceneOptions = {}) {
  const file = join(privateFolder('security'), 'security.log');
  const made = await startScene(context, {
    ...options,
    settings: { log: { securityFile: file }, ...options.settings },
  });
  const offences = () =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter(line => !/ sip-call ready$|^$/.test(line))
      .map(
        line => /^\d{4}-\d\d-\d\dT[\d:.]+Z sip-call refused (\S+) from 127\.0\.0\.1$/.exec(line)?.[1] ?? line,
      );
  const writes = (...expected: string[]) =>
    eventually('the security log has what is expected of it', () => {
      assert.deepEqual(offences(), expected);
      return true;
    });
  return { ...made, offences, writes };
}

/** Tries to open a WebSocket, and is refused. */
async function refused(url: string, path = '/sip', ...origins: [origin?: string | undefined]): Promise<void> {
  const [origin] = origins.length > 0 ? origins : [PAGE];
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, 'sip', origin ? { origin } : {});
  socket.on('error', () => {});
  await once(socket, 'unexpected-response');
}

test('each call to nobody whom one may call is a line, whatever was dialled', async context => {
  const { browser, writes } = await scene(context);
  for (const user of ['nobody', '+14165551212']) {
    new RawCall(browser, `sip:${user}@mysite.test`).invite(SDP);
    await browser.response(403);
  }
  new RawCall(browser, 'sip:x%0Asip-call%20refused%20rate%20from%20192.0.2.1@mysite.test').invite(SDP);
  await browser.response(403);
  await writes('wrong-destination', 'wrong-destination', 'wrong-destination');
});

test('a good call, a busy one and one that nobody answers are no lines', async context => {
  const { browser, pbxs, offences, quiet } = await scene(context);
  const [pbx] = pbxs as [RawPeer];
  for (const [said, told] of [
    ['486 Busy Here', 486],
    ['404 Not Found', 480],
    ['480 Temporarily Unavailable', 480],
  ] as const) {
    new RawCall(browser, 'sip:director@mysite.test').invite(SDP);
    pbx.respond(await pbx.request('INVITE'), said);
    await browser.response(told);
  }
  const call = new RawCall(browser, 'sip:director@mysite.test');
  call.invite(SDP);
  pbx.respond(await pbx.request('INVITE'), '200 OK', { body: SDP });
  call.ack(await browser.response(200));
  call.request('BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await browser.response(200, 'BYE');
  await quiet();
  assert.deepEqual(offences(), []);
});

test("a name that the owner's page has wrong is one line, however often its visitors press", async context => {
  const { browser, writes } = await scene(context);
  for (let i = 0; i < 12; i++) {
    new RawCall(browser, 'sip:direktor@mysite.test').invite(SDP);
    await browser.response(403);
  }
  browser.send('INVITE nonsense');
  await writes('wrong-destination', 'malformed');
});

test("visitors who press again while the owner's telephones fail commit no offence", async context => {
  const limits = { perAddress: { callsPerMinute: 6 } };
  const { browser, writes, quiet } = await scene(context, { pbxs: 0, firstIsDead: true, limits });
  for (let i = 0; i < 12; i++) {
    new RawCall(browser, 'sip:director@mysite.test').invite(SDP);
    await browser.response(503);
    await quiet();
  }
  browser.send('INVITE nonsense');
  await writes('malformed');
});

test('one who calls too often while the telephones work is a line', async context => {
  const { browser, pbxs, writes } = await scene(context, { limits: { perAddress: { callsPerMinute: 6 } } });
  const [pbx] = pbxs as [RawPeer];
  for (let i = 0; i < 6; i++) {
    new RawCall(browser, 'sip:director@mysite.test').invite(SDP);
    pbx.respond(await pbx.request('INVITE'), '486 Busy Here');
    await browser.response(486);
  }
  new RawCall(browser, 'sip:director@mysite.test').invite(SDP);
  await browser.response(503);
  await writes('rate-limit');
});

test('a program and a wrong path are lines', async context => {
  const { gateway, writes } = await scene(context);
  // A browser names the page's origin on each WebSocket; a page that no site lists is no offence of its reader.
  await refused(gateway.url, '/sip', 'https://evil.example');
  await refused(gateway.url, '/sip', undefined);
  await refused(gateway.url, '/phpmyadmin');
  await writes('missing-origin', 'malformed');
});

test('rubbish that a proxy brings is a line about the visitor, not about the proxy', async context => {
  const { gateway, offences } = await scene(context, { settings: { proxy: { networks: ['127.0.0.0/8'] } } });
  const headers = { 'x-forwarded-for': '203.0.113.9' };
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/sip`, 'sip', { origin: PAGE, headers });
  context.after(() => socket.terminate());
  await once(socket, 'open');
  socket.send('INVITE nonsense');
  await eventually('something was written', () => offences().length > 0);
  assert.match(offences().join(), /^\S+ sip-call refused malformed from 203\.0\.113\.9$/);
});

test('a gateway that is full blames nobody', async context => {
  const { gateway, offences, browser } = await scene(context, { limits: { connections: 1 } });
  await refused(gateway.url);
  browser.send('a line more, so that there is one to wait for');
  await eventually('something was written', () => offences().length > 0);
  assert.deepEqual(offences(), ['malformed']);
});

test('who sends too fast is a line, and so is who breaks the protocol', async context => {
  const { gateway, browser, writes } = await scene(context, { limits: { messagesPerSecond: 1 } });
  for (let i = 0; i < 20; i++) browser.send('\r\n');
  await writes('rate-limit');
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/sip`, 'sip', { origin: PAGE });
  socket.on('error', () => {});
  await once(socket, 'open');
  socket.send(Buffer.alloc(65 * 1024));
  await once(socket, 'close');
  await writes('rate-limit', 'malformed');
});

test('a stranger is a line over TCP, and never over UDP, where anybody can be anybody', async context => {
  const [tcp, udp] = [await freePort('127.0.0.1'), await freePort('127.0.0.1')];
  const { writes, offences } = await scene(context, { settings: { sip: { tcp, udp } } });
  const register = (transport: string) =>
    [
      'REGISTER sip:mysite.test SIP/2.0',
      `Via: SIP/2.0/${transport} 127.0.0.1:5099;branch=z9hG4bK${transport};rport`,
      'Max-Forwards: 70',
      'From: <sip:100@mysite.test>;tag=1',
      'To: <sip:100@mysite.test>',
      `Call-ID: ${transport}`,
      'CSeq: 1 REGISTER',
      'Content-Length: 0\r\n\r\n',
    ].join('\r\n');
  const scanner = await RawPeer.client('127.0.0.1', udp);
  context.after(scanner.close);
  scanner.send(register('UDP'));
  await scanner.response(405, 'REGISTER');
  scanner.send('INVITE nonsense');
  const socket = createConnection(tcp, '127.0.0.1');
  context.after(() => void socket.destroy());
  socket.write(register('TCP'));
  await once(socket, 'data');
  await writes('unknown-source');
  assert.deepEqual(offences(), ['unknown-source']);
});

test('asking about one name after another is a line, buttons for some who are gone are not', async context => {
  const { gateway, offences, writes } = await scene(context);
  const headers = { origin: PAGE };
  const ask = (to: string) => fetch(`${gateway.url}/status?to=${to}@mysite.test`, { headers });
  const take = (to: string) =>
    fetch(`${gateway.url}/token`, { method: 'POST', headers, body: new URLSearchParams({ to }) });
  for (let i = 0; i < 20; i++) assert.equal((await ask('gone')).status, 403);
  for (const one of ['sip:gone@mysite.test', 'Gone@mysite.test']) {
    for (let i = 0; i < 6; i++) assert.equal((await take(one)).status, 403);
  }
  for (let i = 0; i < 9; i++) await ask(`name${i}`);
  assert.deepEqual(offences(), []);
  await ask('name9');
  await take('name10@mysite.test');
  await writes('wrong-destination', 'wrong-destination');
});

test('an office that asks too much is told to wait, and is no line', async context => {
  const { gateway, writes } = await scene(context);
  const ask = async () => {
    const response = await fetch(`${gateway.url}/status?to=director@mysite.test`, {
      headers: { origin: PAGE },
    });
    await response.arrayBuffer();
    return response.status;
  };
  for (let i = 0; i < 60; i++) await ask();
  await eventually('it is told to wait', async () => (await ask()) === 429, { every: 1 });
  await refused(gateway.url, '/phpmyadmin');
  await writes('malformed');
});
