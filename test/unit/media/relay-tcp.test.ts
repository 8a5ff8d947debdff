// Browsers that connect by TCP, and connections that only claim to be one.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { createEmbeddedRelay, type EmbeddedRelay } from '../../../gateway/media/embedded/embedded-relay.ts';
import { readBinding, writeRequest } from '../../../gateway/media/embedded/stun.ts';
import { eventually } from '../../support/eventually.ts';
import { emptied, RelayCall, relayOptions } from './relay-call.ts';

const within = (sdp: string, name: string) => new RegExp(`^a=ice-${name}:(\\S+)`, 'm').exec(sdp)?.[1] ?? '';

const framed = (datagram: Buffer) =>
  Buffer.concat([Buffer.from([datagram.length >> 8, datagram.length & 255]), datagram]);

describe('the embedded relay over TCP', () => {
  let relay: EmbeddedRelay;
  let call: RelayCall;
  before(async () => {
    relay = await createEmbeddedRelay({ ...relayOptions(26400), proofMs: 400 });
    call = await RelayCall.prepare(relay, 'tcp');
    await call.negotiate();
  });
  after(async () => {
    await call.close();
    await emptied(relay);
    assert.equal((await relay.counts()).connections, 0);
    await relay.shutdown();
  });

  async function come(): Promise<Socket> {
    const [, address, port] =
      /^a=candidate:\S+ 1 tcp \d+ (\S+) (\d+) typ host tcptype passive/m.exec(call.answer) ?? [];
    const socket = connect(Number(port), address);
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  }

  const closed = async (socket: Socket) => {
    socket.resume();
    await once(socket, 'close');
  };

  function check(password = within(call.answer, 'pwd')): Buffer {
    const username = `${within(call.answer, 'ufrag')}:${within(call.leg.offer(), 'ufrag')}`;
    return framed(writeRequest({ transaction: randomBytes(12), username, password, nominate: true }));
  }

  it('prefers UDP', () => {
    const priorities = [...call.answer.matchAll(/^a=candidate:\S+ 1 (udp|tcp) (\d+)/gm)];
    const [udp, tcp] = ['udp', 'tcp'].map(name => Number(priorities.find(([, kind]) => kind === name)?.[2]));
    assert.ok(udp! > tcp!);
  });

  it('answers a check, however it is split into segments, and two in one segment', async () => {
    const socket = await come();
    for (const byte of check()) socket.write(Buffer.from([byte]));
    socket.write(Buffer.concat([check(), check()]));
    let received = Buffer.alloc(0);
    socket.on('data', bytes => {
      received = Buffer.concat([received, bytes]);
    });
    await eventually('three answers', () => received.length >= 3 * (2 + received.readUInt16BE(0)));
    assert.equal(readBinding(received.subarray(2, 2 + received.readUInt16BE(0)))?.kind, 'success');
    socket.destroy();
    await eventually('it is forgotten', async () => (await relay.counts()).connections === 0);
  });

  it('closes a connection without a valid check in time, with no data or with a wrong password', async () => {
    const [silent, wrong] = [await come(), await come()];
    wrong.write(check('wrong'));
    await Promise.all([closed(silent), closed(wrong)]);
  });

  it('closes immediately on bytes that are not a media frame', async () => {
    const socket = await come();
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await closed(socket);
  });

  it('closes the connection of a call that ends', async () => {
    const socket = await come();
    socket.write(check());
    await once(socket, 'data');
    const closed = once(socket, 'close');
    await call.relay.close(call.id);
    await closed;
  });
});

describe('the embedded relay over TCP, from one address', () => {
  it('limits the number of connections', async () => {
    const relay = await createEmbeddedRelay(relayOptions(26440));
    const sockets = Array.from({ length: 70 }, () => connect(relay.links[0]!.tcpPort, '127.0.0.1').resume());
    for (const socket of sockets) socket.on('error', () => {});
    await eventually('six are refused', () => sockets.filter(({ closed }) => closed).length === 6);
    assert.equal((await relay.counts()).connections, 64);
    for (const socket of sockets) socket.destroy();
    await eventually('all are closed', async () => (await relay.counts()).connections === 0);
    await relay.shutdown();
  });
});
