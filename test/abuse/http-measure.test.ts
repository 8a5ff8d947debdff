// Bounds for one HTTP peer: requests, unread answers, drawings. Beyond a bound requests are refused or the connection is
// closed, others are served, and ordinary excess is no offence.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectSecurely } from 'node:tls';
import { parseConfig } from '../../gateway/config/load.ts';
import { cardRoute } from '../../gateway/http/card-pages.ts';
import { OutstandingRequests } from '../../gateway/http/outstanding-requests.ts';
import { type HttpOptions, startHttp } from '../../gateway/http/server.ts';
import { createCertificate } from '../../gateway/media/embedded/dtls/certificate.ts';
import { eventually } from '../support/eventually.ts';
import { privateFolder } from '../support/private-folder.ts';
import { startProcessScene } from '../support/process-scene.ts';
import { PAGE, startDeserted } from '../support/signalling-gateway.ts';
import { BareSocket } from './bare-socket.ts';
import { peakMemoryOf } from './process-usage.ts';

const CARD = '/card/director@mysite.test';
const asking = (path: string, host = 'call.mysite.test') => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;

/** A photograph of the largest size that is served, beside a configuration that names it. */
const folder = privateFolder('measure');
const photo = randomBytes(4 * 1024 * 1024);
writeFileSync(join(folder, 'anna.png'), photo);
const text = `
listen: 127.0.0.1:0
sites:
  - { domain: mysite.test, origins: ["${PAGE}"], callable: [{ user: director, photo: anna.png }, alex] }
`;
const config = parseConfig(text, join(folder, 'gateway.yaml'));

async function startCards(context: TestContext, options?: HttpOptions) {
  const http = await startHttp(config, [cardRoute(config)], options);
  context.after(() => http.close());
  return http;
}

async function connected(context: TestContext, url: string): Promise<Socket> {
  const { protocol, port } = new URL(url);
  const end = { port: Number(port), host: '127.0.0.1' };
  const secure = protocol === 'https:';
  const socket = secure ? connectSecurely({ ...end, rejectUnauthorized: false }) : connect(end);
  socket.on('error', () => {});
  context.after(() => socket.destroy());
  await once(socket, secure ? 'secureConnect' : 'connect');
  return socket;
}

/** With a given Host, or from another address of this machine, which fetch has no words for. */
async function ask(url: string, path: string, options: { host?: string; localAddress?: string } = {}) {
  const { host, ...rest } = options;
  const request = get(url + path, { agent: false, ...rest, ...(host && { headers: { Host: host } }) });
  const [response] = await once(request, 'response');
  response.resume();
  await once(response, 'close');
  return { status: response.statusCode as number, retryAfter: response.headers['retry-after'] };
}

test('a connection that sends a thousand requests without waiting for an answer is closed', async context => {
  const { url } = await startCards(context);
  const socket = await connected(context, url);
  let answers = 0;
  socket.on('data', bytes => {
    answers += String(bytes).split('HTTP/1.1 ').length - 1;
  });
  socket.write(asking(`${CARD}/qr.svg`).repeat(1_000));
  await eventually('the gateway has closed it', () => socket.closed);
  assert.ok(answers <= 10, `${answers} answers`);
  assert.equal((await fetch(`${url}${CARD}/qr.svg`)).status, 200);
});

test('ten requests that are sent one behind the other are answered in their order', async context => {
  const socket = await connected(context, (await startCards(context)).url);
  let heard = '';
  socket.on('data', bytes => {
    heard += bytes;
  });
  const paths = Array.from({ length: 10 }, (_, at) => (at % 2 ? '/icon-of-nobody' : `${CARD}/contact.vcf`));
  socket.write(paths.map(path => asking(path)).join(''));
  await eventually('all are answered', () => heard.split('HTTP/1.1 ').length === 11);
  const statuses = [...heard.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
  assert.deepEqual(
    statuses,
    paths.map((_, at) => (at % 2 ? 404 : 200)),
  );
});

test('a peer that reads a little now and then is cut off in bounded time', async context => {
  const { url, server } = await startCards(context, { outstanding: new OutstandingRequests(300) });
  const socket = await connected(context, url);
  socket.pause();
  socket.write(asking(`${CARD}/photo`).repeat(10));
  const sip = setInterval(() => socket.read(1024), 50);
  context.after(() => clearInterval(sip));
  const open = () => new Promise<number>(resolve => server.getConnections((_, count) => resolve(count)));
  await eventually('the gateway has the request', async () => (await open()) === 1, { every: 5 });
  await eventually('the gateway has closed it', async () => (await open()) === 0);
});

test('a photograph that is read at a modest speed comes whole', async context => {
  const response = await fetch(`${(await startCards(context)).url}${CARD}/photo`);
  const pieces: Uint8Array[] = [];
  for await (const piece of response.body!) {
    pieces.push(piece);
    if (pieces.length % 20 === 0) await pause(1);
  }
  assert.deepEqual(Buffer.concat(pieces), photo);
});

for (const scheme of ['http', 'https'] as const) {
  test(`photographs that are requested by ${scheme} and not read are not copied for each answer`, async context => {
    const { certPem, keyPem } = createCertificate(new Date());
    const tls = { certificate: join(folder, 'site.pem'), key: join(folder, 'site.key') };
    writeFileSync(tls.certificate, certPem);
    writeFileSync(tls.key, keyPem);
    const { gateway } = await startProcessScene(context, {
      sites: [
        { domain: 'mysite.test', origins: [PAGE], callable: [{ user: 'director', photo: 'anna.png' }] },
      ],
      beside: { 'anna.png': photo },
      ...(scheme === 'https' && { file: { tls } }),
    });
    /** A complete answer: the gateway has handled all earlier requests. */
    const read = async (path: string, bytes: number) => {
      const socket = await connected(context, gateway.url);
      let heard = 0;
      socket.on('data', piece => {
        heard += piece.length;
      });
      socket.write(asking(path));
      await eventually(`${path} is read`, () => heard >= bytes);
      socket.destroy();
    };
    await read(`${CARD}/photo`, photo.length);
    const before = peakMemoryOf(gateway);
    for (let count = 0; count < 30; count++) {
      const socket = await connected(context, gateway.url);
      socket.pause();
      socket.write(asking(`${CARD}/photo`).repeat(4));
    }
    for (let times = 0; times < 5; times++) await read('/healthz', 100);
    const grown = peakMemoryOf(gateway) - before;
    context.diagnostic(`120 unread photographs of 4 MB: ${grown.toFixed(0)} MB more`);
    assert.ok(grown < 60, `${grown} MB more`);
  });
}

test('a picture is drawn once however its address is spelled', async context => {
  const { gateway } = await startProcessScene(context);
  const before = peakMemoryOf(gateway);
  const address = 'director@mysite.test';
  const spelled = (variant: number) =>
    [...address].map((letter, at) => ((variant >> (at % 8)) & 1 ? letter.toUpperCase() : letter)).join('');
  const statuses = await Promise.all(
    Array.from({ length: 100 }, async (_, variant) => {
      const response = await fetch(`${gateway.url}/card/${spelled(variant)}/picture.png`);
      await response.arrayBuffer();
      return response.status;
    }),
  );
  assert.deepEqual([...new Set(statuses)], [200]);
  const grown = peakMemoryOf(gateway) - before;
  context.diagnostic(`100 spellings of one picture: ${grown.toFixed(0)} MB more`);
  assert.ok(grown < 120, `${grown} MB more`);
});

test('one address has so many new drawings under other hosts, and what is drawn is still served', async context => {
  const { url } = await startCards(context);
  const statuses: number[] = [];
  for (let count = 0; count < 60; count++) {
    statuses.push((await ask(url, `${CARD}/qr.svg`, { host: `h${count}.mysite.test` })).status);
  }
  assert.equal(statuses[0], 200);
  assert.ok(statuses.includes(503), 'none was refused');
  assert.equal((await ask(url, `${CARD}/qr.svg`, { host: 'h0.mysite.test' })).status, 200);
});

for (const [what, host] of [
  ['longer than a name can be', `${'h'.repeat(300)}.test`],
  ['no host', 'mysite.test/"><script>'],
] as const) {
  test(`a Host that is ${what} gets no card`, async context => {
    const { url } = await startCards(context);
    assert.equal((await ask(url, CARD, { host })).status, 404);
    assert.equal((await ask(url, `${CARD}/qr.svg`, { host })).status, 404);
  });
}

test('one address has so many requests of any kind, others are served, and it is no offence', async context => {
  const security = join(folder, 'security.log');
  const { gateway } = await startDeserted(context, {
    settings: { log: { level: 'info', securityFile: security } },
  });
  // The clock stands still, so no token is refilled on a slow machine.
  const instant = performance.now();
  context.mock.method(performance, 'now', () => instant);
  const paths = ['/sip-call.js', '/healthz', '/icon.svg', '/nothing', '/card/card.css', '/%ff'];
  const ten = Array.from(
    { length: 10 },
    (_, at) => `HEAD ${paths[at % paths.length]} HTTP/1.1\r\nHost: x\r\n\r\n`,
  );
  for (let connections = 0; connections < 100; connections++) {
    const socket = await connected(context, gateway.url);
    let heard = '';
    socket.on('data', bytes => {
      heard += bytes;
    });
    socket.write(ten.join(''));
    await eventually('ten are answered', () => heard.split('HTTP/1.1 ').length === 11, { every: 1 });
    assert.doesNotMatch(heard, /HTTP\/1\.1 429/);
    socket.destroy();
  }
  for (const path of paths) {
    assert.deepEqual(await ask(gateway.url, path), { status: 429, retryAfter: '10' });
  }
  assert.equal((await ask(gateway.url, '/sip-call.js', { localAddress: '127.0.0.3' })).status, 200);
  assert.doesNotMatch(readFileSync(security, 'utf8'), /refused/);
});

test('requests for a WebSocket count among those of their address, and each is one line of the log at most', async context => {
  const { gateway, logged } = await startDeserted(context, { site: { tokens: undefined } });
  const instant = performance.now();
  context.mock.method(performance, 'now', () => instant);
  const tokenless = BareSocket.upgrade();
  const upgrade = async (before: number) => {
    const socket = await connected(context, gateway.url);
    let heard = '';
    socket.on('data', bytes => {
      heard += bytes;
    });
    socket.write('HEAD /nothing HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(before));
    await eventually('those before are answered', () => heard.split('HTTP/1.1 ').length > before, {
      every: 1,
    });
    socket.write(`${tokenless}\r\n`);
    await once(socket, 'close');
    return heard.slice(heard.lastIndexOf('HTTP/1.1 ')).slice(9, 12);
  };
  for (let count = 0; count < 100; count++) assert.equal(await upgrade(9), '401');
  assert.equal(await upgrade(0), '429');
  assert.equal(logged.filter(({ msg }) => msg === 'visitor refused').length, 100);
});

test('one address opens so many connections, and others are served: a handshake of TLS is dear', async context => {
  const { url } = await startCards(context);
  const instant = performance.now();
  context.mock.method(performance, 'now', () => instant);
  for (let count = 0; count < 1_000; count++) {
    const socket = await connected(context, url);
    socket.end();
    await once(socket.resume(), 'close');
  }
  await assert.rejects(ask(url, '/sip-call.js'), /ECONNRESET|socket hang up/);
  assert.equal((await ask(url, '/sip-call.js', { localAddress: '127.0.0.3' })).status, 200);
});

test('browsers of a large office that keep their connections open shut out none of their neighbours', async context => {
  const { url } = await startCards(context);
  for (let count = 0; count < 300; count++) {
    const browser = new Agent({ keepAlive: true });
    context.after(() => browser.destroy());
    const [response] = await once(get(`${url}/card/card.css`, { agent: browser }), 'response');
    assert.equal(response.statusCode, 200, `the browser ${count}`);
    response.resume();
    await once(response, 'close');
  }
});

test('what names the gateway as the request does is kept by no shared cache; where its name is configured, it may be', async context => {
  const caching = async (settings: Parameters<typeof cardRoute>[0], path: string) => {
    const http = await startHttp(settings, [cardRoute(settings)]);
    context.after(() => http.close());
    const { headers } = await fetch(`${http.url}${path}`);
    return headers.get('cache-control');
  };
  const named = { ...config, url: 'https://call.mysite.test' };
  for (const path of [CARD, `${CARD}/qr.svg`, `${CARD}/contact.vcf`, `${CARD}/signature`]) {
    assert.equal(await caching(config, path), 'private, max-age=300', path);
    assert.equal(await caching(named, path), 'public, max-age=300', path);
  }
  assert.equal(await caching(config, `${CARD}/photo`), 'public, max-age=300');
});
