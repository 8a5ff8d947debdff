import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { WebSocket } from 'ws';
import type { Endpoint, Flow } from '../../../../gateway/engine/transport/transport.ts';
import { type ListenPoint, TransportLayer } from '../../../../gateway/engine/transport/transport-layer.ts';
import { Recorder, sip } from './recorder.ts';
import { authority, certificate, privateKey } from './test-certificate.ts';

const SILENT = { debug() {}, info() {} };
const LOOPBACK = '127.0.0.1';
const tls = { cert: certificate, key: privateKey, ca: authority };

async function layer(
  t: TestContext,
  ...points: ListenPoint[]
): Promise<{ layer: TransportLayer; user: Recorder }> {
  const user = new Recorder();
  const opened = await TransportLayer.listen(points, user, SILENT);
  t.after(() => opened.close());
  return { layer: opened, user };
}

const portOf = (opened: TransportLayer, transport: string): number =>
  opened.points.find(point => point.transport === transport)!.port;

test('two layers talk over UDP, TCP and TLS', async t => {
  const points = (['udp', 'tcp', 'tls'] as const).map(transport => ({
    transport,
    address: LOOPBACK,
    port: 0,
    tls,
  }));
  const [a, b] = [await layer(t, ...points), await layer(t, ...points)];
  for (const [i, transport] of (['udp', 'tcp', 'tls'] as const).entries()) {
    const port = portOf(b.layer, transport);
    const flow = await a.layer.flowTo({ transport, address: LOOPBACK, port, hostname: 'sip.example.com' });
    flow.send(Buffer.from(sip(`${transport}?`)));
    const question = await b.user.message(i + 1);
    assert.deepEqual([question.text, question.flow.transport], [sip(`${transport}?`), transport]);
    assert.equal(b.layer.findFlow(transport, question.flow.remote), question.flow);
    question.flow.send(Buffer.from(sip(`${transport}!`)));
    assert.equal((await a.user.message(i + 1)).flow, flow);
  }
  assert.deepEqual(a.layer.counts(), { udp: 1, tcp: 1, tls: 1, ws: 0, wss: 0 });
});

test('points contain the ports that were bound', async t => {
  const { layer: opened } = await layer(
    t,
    { transport: 'udp', address: LOOPBACK, port: 0 },
    { transport: 'udp', address: '::1', port: 0 },
    { transport: 'tcp', address: LOOPBACK, port: 0 },
  );
  assert.deepEqual(
    opened.points.map(({ transport, address }) => `${transport} ${address}`),
    ['udp 127.0.0.1', 'udp ::1', 'tcp 127.0.0.1'],
  );
  for (const { port } of opened.points) assert.ok(port > 0);
});

test('the point of the destination’s address family is used', async t => {
  const { layer: opened } = await layer(
    t,
    { transport: 'udp', address: LOOPBACK, port: 0 },
    { transport: 'udp', address: '::1', port: 0 },
  );
  const flow = await opened.flowTo({ transport: 'udp', address: '0:0:0:0:0:0:0:1', port: 9 });
  assert.deepEqual(flow.local, { address: '::1', port: opened.points[1]!.port });
  assert.deepEqual(flow.remote, { address: '::1', port: 9 });
  assert.equal(opened.findFlow('udp', { address: '::0001', port: 9 }), flow);
});

test('UDP without a point in the family is refused, TCP still dials', async t => {
  const { layer: opened } = await layer(t, { transport: 'udp', address: LOOPBACK, port: 0 });
  await assert.rejects(opened.flowTo({ transport: 'udp', address: '::1', port: 9 }), {
    code: 'ENOTRANSPORT',
  });
  const server = createServer(socket => socket.resume().on('error', () => {})).listen(0, LOOPBACK);
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as { port: number };
  const flow = await opened.flowTo({ transport: 'tcp', address: LOOPBACK, port });
  assert.equal(opened.viaFor(flow), `${LOOPBACK}:${flow.local.port}`);
});

test('Via and Contact have the concrete address and the listening port', async t => {
  const { layer: opened } = await layer(
    t,
    { transport: 'udp', address: '0.0.0.0', port: 0 },
    { transport: 'tcp', address: '0.0.0.0', port: 0 },
  );
  const udp = await opened.flowTo({ transport: 'udp', address: LOOPBACK, port: 9 });
  assert.equal(opened.viaFor(udp), `${LOOPBACK}:${portOf(opened, 'udp')}`);
  const tcp = await opened.flowTo({ transport: 'tcp', address: LOOPBACK, port: portOf(opened, 'tcp') });
  assert.equal(opened.contactFor(tcp), `${LOOPBACK}:${portOf(opened, 'tcp')}`);
  assert.notEqual(tcp.local.port, portOf(opened, 'tcp'));
});

test('an incoming flow on a wildcard point has a concrete address too', async t => {
  const { layer: opened, user } = await layer(t, { transport: 'udp', address: '0.0.0.0', port: 0 });
  const stranger = createSocket('udp4');
  t.after(() => stranger.close());
  stranger.send(sip('hello'), portOf(opened, 'udp'), LOOPBACK);
  const { flow } = await user.message();
  assert.equal(opened.viaFor(flow), `${LOOPBACK}:${portOf(opened, 'udp')}`);
});

test('the advertised address replaces the local one', async t => {
  const { layer: opened } = await layer(t, {
    transport: 'udp',
    address: LOOPBACK,
    port: 0,
    advertise: '203.0.113.5',
  });
  const flow = await opened.flowTo({ transport: 'udp', address: LOOPBACK, port: 9 });
  assert.equal(opened.viaFor(flow), `203.0.113.5:${portOf(opened, 'udp')}`);
});

test('an advertised port belongs to the advertised address; near peers get the local ones', async t => {
  const point = { transport: 'udp', address: LOOPBACK, port: 0, advertise: '203.0.113.5' } as const;
  const { layer: far } = await layer(t, { ...point, advertisePort: 15_060 });
  const flow = await far.flowTo({ transport: 'udp', address: LOOPBACK, port: 9 });
  assert.equal(far.viaFor(flow), '203.0.113.5:15060');
  const { layer: near } = await layer(t, { ...point, advertisePort: 15_060, isNear: () => true });
  const other = await near.flowTo({ transport: 'udp', address: LOOPBACK, port: 9 });
  assert.equal(near.contactFor(other), `${LOOPBACK}:${portOf(near, 'udp')}`);
});

test('of several points of a family, the near one is used for a peer', async t => {
  const points = ['127.0.0.1', '127.0.0.2'].map(
    address =>
      ({
        transport: 'udp',
        address,
        port: 0,
        isNear: (peer: string) => peer === '127.0.0.9' && address === '127.0.0.2',
      }) as const,
  );
  const { layer: opened } = await layer(t, ...points);
  const from = async (address: string) =>
    (await opened.flowTo({ transport: 'udp', address, port: 9 })).local.address;
  assert.equal(await from('127.0.0.9'), '127.0.0.2');
  assert.equal(await from('127.0.0.8'), '127.0.0.1');
});

test('IPv6 is written in brackets', async t => {
  const { layer: opened } = await layer(t, { transport: 'udp', address: '::1', port: 0 });
  const flow = await opened.flowTo({ transport: 'udp', address: '::1', port: 9 });
  assert.equal(opened.contactFor(flow), `[::1]:${portOf(opened, 'udp')}`);
});

test('if one point cannot be bound, none is', async t => {
  const { layer: first } = await layer(t, { transport: 'tcp', address: LOOPBACK, port: 0 });
  const taken = portOf(first, 'tcp');
  const probe = createSocket('udp4').bind(0, LOOPBACK);
  await once(probe, 'listening');
  const { port } = probe.address();
  await new Promise<void>(resolve => probe.close(() => resolve()));
  const points: ListenPoint[] = [
    { transport: 'udp', address: LOOPBACK, port },
    { transport: 'tcp', address: LOOPBACK, port: taken },
  ];
  await assert.rejects(TransportLayer.listen(points, new Recorder(), SILENT), { code: 'EADDRINUSE' });
  const again = createSocket('udp4').bind(port, LOOPBACK);
  await once(again, 'listening');
  await new Promise<void>(resolve => again.close(() => resolve()));
});

/** The part of a WebSocket that the layer's bookkeeping uses; ws.test.ts has real ones. */
class QuietSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  close(): void {
    this.readyState = 3;
    queueMicrotask(() => this.emit('close', 1000));
  }
}

test('a WebSocket is found by its remote end until it closes, and has a Via', async t => {
  const { layer: opened, user } = await layer(t);
  const remote: Endpoint = { address: '192.0.2.9', port: 4242 };
  const local: Endpoint = { address: '198.51.100.1', port: 443 };
  const flow: Flow = opened.acceptWebSocket(new QuietSocket() as unknown as WebSocket, remote, true, {
    local,
  });
  assert.equal(opened.findFlow('wss', remote), flow);
  assert.equal(opened.viaFor(flow), '198.51.100.1:443');
  assert.equal(opened.counts().wss, 1);
  await opened.close();
  assert.equal(user.closings[0]?.flow, flow);
  assert.equal(opened.findFlow('wss', remote), undefined);
});
