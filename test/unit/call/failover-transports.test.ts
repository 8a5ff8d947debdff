// Servers over TCP and TLS that refuse, hang up or prove to be somebody else: which one the call goes to next.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { TLSSocket } from 'node:tls';
import { startDnsServer } from '../../../demo-site/dns/dns-server.ts';
import type { ZoneRecord } from '../../../demo-site/dns/zone.ts';
import { configFrom } from '../../../gateway/config/load.ts';
import { startGateway } from '../../../gateway/gateway.ts';
import { createLog } from '../../../gateway/observe/log.ts';
import { closedPort } from '../../support/closed-port.ts';
import { PassThroughRelay } from '../../support/pass-through-relay.ts';
import { RawCall } from '../../support/raw-call.ts';
import { RawPeer } from '../../support/raw-peer.ts';
import { ample, PAGE, SDP } from '../../support/signalling-gateway.ts';
import { certificate, privateKey } from '../engine/transport/test-certificate.ts';

const DIRECTOR = 'sip:director@mysite.test';
const LOOPBACK = '127.0.0.1';

type Way = 'udp' | 'tcp' | 'tls';

/** A domain with one server, reachable in these ways, in this order. */
async function browserOf(
  context: TestContext,
  ways: readonly { way: Way; port: number }[],
  more: { allow?: string[]; records?: ZoneRecord[] } = {},
): Promise<RawPeer> {
  const labels = {
    udp: ['_sip._udp', 'SIP+D2U'],
    tcp: ['_sip._tcp', 'SIP+D2T'],
    tls: ['_sips._tcp', 'SIPS+D2T'],
  };
  const records = ways.flatMap(({ way, port }, order): ZoneRecord[] => {
    const [label = '', services = ''] = labels[way];
    const replacement = `${label}.mysite.test`;
    return [
      {
        name: 'mysite.test',
        type: 'NAPTR',
        data: { order, preference: 1, flags: 's', services, regexp: '', replacement },
      },
      { name: replacement, type: 'SRV', data: { priority: 1, weight: 0, port, target: 'pbx.mysite.test' } },
    ];
  });
  records.push({ name: 'pbx.mysite.test', type: 'A', data: LOOPBACK }, ...(more.records ?? []));
  const dns = await startDnsServer({ address: LOOPBACK, port: 0, zone: { origin: 'mysite.test', records } });
  const config = configFrom({
    listen: `${LOOPBACK}:0`,
    address: LOOPBACK,
    dns: { servers: [`${LOOPBACK}:${dns.port}`], allow: more.allow ?? ['127.0.0.0/8'] },
    sip: { udp: 0, tcp: 0 },
    limits: { responseSeconds: 30, setupSeconds: 60 },
    sites: [{ domain: 'mysite.test', origins: [PAGE], callable: ['director'], tokens: false }],
  });
  const gateway = await startGateway(config, createLog('silent'), {
    media: new PassThroughRelay(),
    gauges: ample,
  });
  const browser = await RawPeer.browser(gateway.url, PAGE);
  context.after(async () => {
    browser.close();
    await gateway.stop();
    await dns.close();
  });
  return browser;
}

async function udpServer(context: TestContext): Promise<RawPeer> {
  const pbx = await RawPeer.pbx(LOOPBACK);
  context.after(() => pbx.close());
  return pbx;
}

async function streamServer(context: TestContext, take: (socket: Socket) => void): Promise<number> {
  const server = createServer(socket => {
    socket.on('error', () => {});
    context.after(() => socket.destroy());
    take(socket);
  });
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  context.after(() => server.close());
  return (server.address() as { port: number }).port;
}

async function deadServer(context: TestContext): Promise<number> {
  const { port, release } = await closedPort(LOOPBACK);
  context.after(release);
  return port;
}

/** How long the call takes to be refused by the server that has the last word. */
async function refusedBy(browser: RawPeer, pbx: RawPeer): Promise<number> {
  const askedAt = performance.now();
  new RawCall(browser, DIRECTOR).invite(SDP);
  pbx.respond(await pbx.request('INVITE'), '486 Busy Here');
  await browser.response(486);
  return performance.now() - askedAt;
}

test('a server that refuses TCP is passed over at once', async context => {
  const pbx = await udpServer(context);
  const browser = await browserOf(context, [
    { way: 'tcp', port: await deadServer(context) },
    { way: 'udp', port: pbx.port },
  ]);
  assert.ok((await refusedBy(browser, pbx)) < 20_000);
});

test('a server that takes the connection and drops it is passed over at once', async context => {
  const pbx = await udpServer(context);
  const port = await streamServer(context, socket => socket.once('data', () => socket.destroy()));
  const browser = await browserOf(context, [
    { way: 'tcp', port },
    { way: 'udp', port: pbx.port },
  ]);
  assert.ok((await refusedBy(browser, pbx)) < 20_000);
});

test('where the domain offers TLS first, its refusal ends the call: nothing goes out in clear', async context => {
  const pbx = await udpServer(context);
  const browser = await browserOf(context, [
    { way: 'tls', port: await deadServer(context) },
    { way: 'tcp', port: pbx.port },
    { way: 'udp', port: pbx.port },
  ]);
  new RawCall(browser, DIRECTOR).invite(SDP);
  await browser.response(503);
  assert.deepEqual(pbx.inbox, []);
});

test('a TLS server is asked for the domain that was called, and one that cannot prove it gets no INVITE', async context => {
  const pbx = await udpServer(context);
  const asked: (string | false | undefined)[] = [];
  const heard: string[] = [];
  const port = await streamServer(context, socket => {
    const secure = new TLSSocket(socket, {
      isServer: true,
      cert: certificate,
      key: privateKey,
      SNICallback: (name, done) => {
        asked.push(name);
        done(null);
      },
    });
    secure.on('error', () => {});
    secure.on('data', bytes => heard.push(String(bytes)));
  });
  const browser = await browserOf(context, [
    { way: 'tls', port },
    { way: 'udp', port: pbx.port },
  ]);
  new RawCall(browser, DIRECTOR).invite(SDP);
  await browser.response(503);
  assert.deepEqual([...new Set(asked)], ['mysite.test']);
  assert.deepEqual(heard, []);
  assert.deepEqual(pbx.inbox, []);
});

test('a domain that points at this machine is not called unless the configuration allows it', async context => {
  const pbx = await udpServer(context);
  const browser = await browserOf(context, [{ way: 'udp', port: pbx.port }], { allow: [] });
  new RawCall(browser, DIRECTOR).invite(SDP);
  await browser.response(503);
  assert.deepEqual(pbx.inbox, []);
});
