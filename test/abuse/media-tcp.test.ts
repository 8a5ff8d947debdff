// Idle or invalid TCP connections to the media port: each is closed in time, and a call over UDP continues.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { createEmbeddedRelay, type EmbeddedRelay } from '../../gateway/media/embedded/embedded-relay.ts';
import { writeRequest } from '../../gateway/media/embedded/stun.ts';
import { emptied, RelayCall, relayOptions } from '../unit/media/relay-call.ts';

const framed = (datagram: Buffer) =>
  Buffer.concat([Buffer.from([datagram.length >> 8, datagram.length & 255]), datagram]);

describe('TCP connections to the media port that are not from a browser', () => {
  let relay: EmbeddedRelay;
  let call: RelayCall;
  let checking: NodeJS.Timeout;
  before(async () => {
    relay = await createEmbeddedRelay({ ...relayOptions(26580), proofMs: 300, consentMs: 400 });
    call = await RelayCall.open(relay, 'beside');
    checking = setInterval(() => call.leg.sendCheck(), 50);
  });
  after(async () => {
    clearInterval(checking);
    await call.close();
    await emptied(relay);
    assert.equal((await relay.counts()).connections, 0);
    await relay.shutdown();
  });

  async function come(to = relay): Promise<Socket> {
    const socket = connect(to.links[0]!.tcpPort, '127.0.0.1').on('error', () => {});
    await once(socket, 'connect');
    return socket;
  }

  async function gone(socket: Socket): Promise<void> {
    socket.resume();
    // Also by a reset.
    if (!socket.closed) await new Promise(resolve => socket.once('close', resolve));
  }

  function check(): Buffer {
    const of = (sdp: string, name: string) => new RegExp(`a=ice-${name}:(\\S+)`).exec(sdp)?.[1] ?? '';
    const username = `${of(call.answer, 'ufrag')}:${of(call.leg.offer(), 'ufrag')}`;
    const password = of(call.answer, 'pwd');
    return framed(writeRequest({ transaction: randomBytes(12), username, password, nominate: false }));
  }

  it('silence, a frame that never ends, and frames that are no checks end it when the time of proof is over', async () => {
    const silent = await come();
    const drip = await come();
    drip.write(Buffer.from([0x04, 0x00]));
    const dripping = setInterval(() => drip.writable && drip.write('x'), 50);
    const chatty = await come();
    const chatting = setInterval(() => chatty.writable && chatty.write(framed(randomBytes(100))), 20);
    await Promise.all([silent, drip, chatty].map(gone));
    clearInterval(dripping);
    clearInterval(chatting);
    await call.roundTrip();
  });

  it('a frame longer than a packet ends it immediately', async () => {
    const patient = await createEmbeddedRelay({ ...relayOptions(26620), proofMs: 60_000 });
    for (const bytes of [Buffer.from([0x08, 0x01]), Buffer.alloc(65_537, 0xff)]) {
      const socket = await come(patient);
      socket.write(bytes);
      await gone(socket);
    }
    await patient.shutdown();
  });

  it('a connection that has proved itself and is checked no more is closed, while the call goes on by another way', async () => {
    const socket = await come();
    socket.write(check());
    await once(socket, 'data');
    await gone(socket);
    await call.roundTrip();
  });
});
