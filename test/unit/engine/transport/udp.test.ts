import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import { type UdpLimits, UdpTransport, udpLimits } from '../../../../gateway/engine/transport/udp.ts';
import { type ClosedPort, closedPort } from '../../../support/closed-port.ts';
import { soonest } from '../../../support/soonest.ts';
import { codeOf, Recorder, sip } from './recorder.ts';

async function open(
  t: TestContext,
  address = '127.0.0.1',
  limits: UdpLimits = udpLimits,
  now?: () => number,
): Promise<{ udp: UdpTransport; user: Recorder }> {
  const user = new Recorder();
  const udp = new UdpTransport(user, limits, now);
  t.after(() => udp.close());
  await udp.listen(address, 0);
  return { udp, user };
}

async function peer(
  t: TestContext,
  address = '127.0.0.1',
  port = 0,
): Promise<{ socket: Socket; at: { address: string; port: number } }> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.bind(port, address);
  await once(socket, 'listening');
  t.after(() => new Promise<void>(resolve => socket.close(() => resolve())));
  return { socket, at: { address, port: socket.address().port } };
}

async function deadPeer(t: TestContext): Promise<ClosedPort> {
  const dead = await closedPort('127.0.0.1');
  t.after(dead.release);
  return dead;
}

async function nextDatagram(socket: Socket): Promise<{ text: string; port: number }> {
  const [message, source] = (await once(socket, 'message')) as [Buffer, { port: number }];
  return { text: message.toString(), port: source.port };
}

describe('a peer with a closed port', () => {
  test('is detected within 50 ms of an INVITE', { timeout: 30_000 }, async t => {
    const { udp, user } = await open(t);
    const { port } = await deadPeer(t);
    let tried = 0;
    const elapsed = await soonest(50, async () => {
      const flow = await udp.flowTo({ address: '127.0.0.1', port });
      flow.send(Buffer.from(sip('dead')));
      const closing = await user.closing(++tried);
      assert.equal(closing.flow, flow);
      assert.equal(codeOf(closing.error), 'ECONNREFUSED');
      assert.equal(flow.closed, true);
      assert.equal(udp.size, 0);
    });
    assert.ok(elapsed < 50, `${elapsed} ms`);
  });

  test('is also detected when we listen on all addresses', async t => {
    const { udp, user } = await open(t, '0.0.0.0');
    const flow = await udp.flowTo({ address: '127.0.0.1', port: (await deadPeer(t)).port });
    flow.send(Buffer.from(sip('dead')));
    assert.equal(codeOf((await user.closing()).error), 'ECONNREFUSED');
  });

  test('does not affect another peer', async t => {
    const { udp, user } = await open(t);
    const { socket, at } = await peer(t);
    const living = await udp.flowTo(at);
    const dead = await udp.flowTo({ address: '127.0.0.1', port: (await deadPeer(t)).port });
    dead.send(Buffer.from(sip('dead')));
    assert.equal((await user.closing()).flow, dead);
    const arrived = nextDatagram(socket);
    living.send(Buffer.from(sip('alive')));
    assert.equal((await arrived).text, sip('alive'));
    assert.deepEqual([living.closed, user.closings.length], [false, 1]);
  });

  test('that opens again is reached by the next flow', async t => {
    const { udp, user } = await open(t);
    const { port, release } = await closedPort('127.0.0.1');
    const dead = await udp.flowTo({ address: '127.0.0.1', port });
    dead.send(Buffer.from(sip('dead')));
    await user.closing();
    await release();
    const { socket, at } = await peer(t, '127.0.0.1', port);
    const again = await udp.flowTo(at);
    assert.notEqual(again, dead);
    const arrived = nextDatagram(socket);
    again.send(Buffer.from(sip('again')));
    assert.equal((await arrived).text, sip('again'));
  });
});

describe('a peer with an open port', () => {
  test('gets messages from the listening port, and its answer arrives on the same flow', async t => {
    const { udp, user } = await open(t, '0.0.0.0');
    const { socket, at } = await peer(t);
    const flow = await udp.flowTo(at);
    const arrived = nextDatagram(socket);
    flow.send(Buffer.from(sip('request')));
    const { port } = await arrived;
    assert.equal(port, udp.bound.port);
    assert.deepEqual(flow.local, { address: '127.0.0.1', port });
    socket.send(sip('answer'), port, '127.0.0.1');
    const answer = await user.message();
    assert.equal(answer.text, sip('answer'));
    assert.equal(answer.flow, flow);
  });

  test('that sends first is answered from the listener, and keeps its flow when we call it', async t => {
    const { udp, user } = await open(t);
    const { socket, at } = await peer(t);
    socket.send(sip('hello'), udp.bound.port, '127.0.0.1');
    const { flow } = await user.message();
    assert.deepEqual(flow.remote, at);
    assert.equal(udp.connectedSize, 0);
    assert.equal(udp.findFlow(at), flow);
    const arrived = nextDatagram(socket);
    flow.send(Buffer.from(sip('answer')));
    assert.equal((await arrived).text, sip('answer'));
    assert.equal(await udp.flowTo(at), flow);
    assert.equal(udp.connectedSize, 1);
  });

  test('has a separate socket while others are still received, and is still received afterwards', async t => {
    let time = 0;
    const { udp, user } = await open(t, '127.0.0.1', udpLimits, () => time);
    const [one, other] = [await peer(t), await peer(t)];
    await udp.flowTo(one.at);
    other.socket.send(sip('other'), udp.bound.port, '127.0.0.1');
    assert.deepEqual((await user.message(1)).flow.remote, other.at);
    time = udpLimits.idleMs + 1;
    udp.sweep();
    assert.equal(udp.connectedSize, 0);
    one.socket.send(sip('one'), udp.bound.port, '127.0.0.1');
    assert.deepEqual((await user.message(2)).flow.remote, one.at);
  });

  test('loses no message while sockets for others open and close', async t => {
    let time = 0;
    const { udp, user } = await open(t, '0.0.0.0', udpLimits, () => time);
    const { socket } = await peer(t);
    for (let round = 1; round <= 40; round++) {
      const opening = Promise.all(
        [1, 2, 3].map(i => udp.flowTo({ address: '127.0.0.1', port: 20_000 + 3 * round + i })),
      );
      for (let i = 0; i < 5; i++) socket.send(sip(`m${i}`), udp.bound.port, '127.0.0.1');
      await opening;
      await user.message(5 * round);
      time += udpLimits.idleMs + 1;
      udp.sweep();
    }
    assert.equal(user.messages.length, 200);
  });

  test('requested twice in parallel gets one flow and one socket', async t => {
    const { udp } = await open(t);
    const { at } = await peer(t);
    const [a, b] = await Promise.all([udp.flowTo(at), udp.flowTo(at)]);
    assert.equal(a, b);
    assert.equal(udp.connectedSize, 1);
  });

  test('over IPv6 is reached too', async t => {
    const { udp } = await open(t, '::1');
    const { socket, at } = await peer(t, '::1');
    const arrived = nextDatagram(socket);
    (await udp.flowTo(at)).send(Buffer.from(sip('six')));
    assert.equal((await arrived).text, sip('six'));
  });
});

describe('bounds', () => {
  test('keep-alives of every kind are ignored', async t => {
    const { udp, user } = await open(t);
    const { socket } = await peer(t);
    for (const bytes of ['', '\r\n', '\r\n\r\n', '\0\0\0\0', 'jaK', '\0\x01\0\0!\x12\xa4B']) {
      socket.send(Buffer.from(bytes, 'latin1'), udp.bound.port, '127.0.0.1');
    }
    socket.send(sip('real'), udp.bound.port, '127.0.0.1');
    assert.equal((await user.message()).text, sip('real'));
  });

  test('a flood from unknown sources does not remove the peers that we call', async t => {
    const { udp, user } = await open(t, '127.0.0.1', { ...udpLimits, flows: 3 });
    const called = await peer(t);
    const flow = await udp.flowTo(called.at);
    for (let i = 1; i <= 5; i++) {
      const stranger = await peer(t);
      stranger.socket.send(sip(`stranger${i}`), udp.bound.port, '127.0.0.1');
      await user.message(i);
    }
    assert.equal(udp.size, 3);
    assert.equal(udp.findFlow(called.at), flow);
  });

  test('the peer called longest ago loses its socket, not its flow', async t => {
    let time = 0;
    const { udp } = await open(t, '127.0.0.1', { ...udpLimits, connected: 2 }, () => ++time);
    const peers = [await peer(t), await peer(t), await peer(t)];
    const flows = [];
    for (const { at } of peers) flows.push(await udp.flowTo(at));
    assert.equal(udp.connectedSize, 2);
    const arrived = nextDatagram(peers[0]!.socket);
    flows[0]!.send(Buffer.from(sip('still there')));
    assert.equal((await arrived).text, sip('still there'));
  });

  test('a message that is too large for a datagram is lost, and nothing else', async t => {
    const { udp, user } = await open(t);
    const { at, socket } = await peer(t);
    const flow = await udp.flowTo(at);
    const arrived = nextDatagram(socket);
    flow.send(Buffer.alloc(70_000));
    flow.send(Buffer.from(sip('small')));
    assert.equal((await arrived).text, sip('small'));
    assert.deepEqual(user.closings, []);
  });
});

describe('the port', () => {
  test('cannot be bound twice', async t => {
    const { udp } = await open(t);
    const second = new UdpTransport(new Recorder());
    t.after(() => second.close());
    await assert.rejects(second.listen('127.0.0.1', udp.bound.port), { code: 'EADDRINUSE' });
  });

  test('is free again once closed', async t => {
    const { udp } = await open(t);
    const { port } = udp.bound;
    const { at } = await peer(t);
    await udp.flowTo(at);
    await udp.close();
    const socket = createSocket('udp4');
    socket.bind(port, '127.0.0.1');
    await once(socket, 'listening');
    await new Promise<void>(resolve => socket.close(() => resolve()));
  });
});
