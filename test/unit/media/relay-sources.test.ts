// Which packets are accepted from the PBX and where packets are sent: the signalled host and a configured
// network, no other; and how the NAT binding is kept open.

import assert from 'node:assert/strict';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { createEmbeddedRelay, type EmbeddedRelay } from '../../../gateway/media/embedded/embedded-relay.ts';
import type { EmbeddedRelayOptions } from '../../../gateway/media/embedded/relay-options.ts';
import { bindUdp } from '../../../gateway/media/embedded/udp.ts';
import { MediaError } from '../../../gateway/media/relay.ts';
import { eventually } from '../../support/eventually.ts';
import { RelayCall, receiverReport, relayOptions } from './relay-call.ts';
import { echoAnswer } from './rtp-echo.ts';

let firstPort = 27_200;

async function start(
  context: TestContext,
  options: Partial<EmbeddedRelayOptions> = {},
  networks: string[] = [],
) {
  const usual = relayOptions(firstPort);
  firstPort += 20;
  const pbx = { ...usual.pbx, ports: [firstPort - 20, firstPort - 1] as const, networks };
  const relay = await createEmbeddedRelay({ ...usual, pbx, ...options });
  context.after(() => relay.shutdown());
  return relay;
}

async function talk(context: TestContext, relay: EmbeddedRelay, change = (answer: string) => answer) {
  const call = await RelayCall.prepare(relay, 'call');
  context.after(() => call.close());
  call.offer = await relay.offer(call.id, 'browser', call.leg.offer());
  call.answer = await relay.answer(call.id, 'pbx', change(echoAnswer(call.offer, call.echo, /pcmu/i)));
  await call.leg.connect(call.answer);
  return call;
}

async function port(context: TestContext, address = '127.0.0.1'): Promise<Socket> {
  const socket = await bindUdp(address, 0);
  context.after(() => socket.close());
  return socket;
}

/** Sends from `from`, and resolves once the browser has the packet. */
async function heard(call: RelayCall, from: Socket): Promise<void> {
  const packet = call.packet();
  const text = `${Math.random()}`;
  packet.write(text, 12);
  const came = new Promise<void>(resolve => {
    call.leg.onRtp = (bytes, length) => {
      if (bytes.subarray(12, length).includes(text)) resolve();
    };
  });
  from.send(packet, call.port, '127.0.0.1');
  await came;
}

/** Sends from `from`, and resolves once the relay has refused the packet. */
async function refused(call: RelayCall, from: Socket, good: Socket): Promise<void> {
  let passed = false;
  const packet = call.packet();
  packet.write('refused', 12);
  await new Promise(resolve => from.send(packet, call.port, '127.0.0.1', resolve));
  await heard(call, good);
  call.leg.onRtp = bytes => {
    passed ||= bytes.includes('refused');
  };
  await heard(call, good);
  assert.equal(passed, false);
}

/** The browser sends, and its packet arrives at `at`. */
async function arrives(call: RelayCall, at: Socket): Promise<void> {
  const came = once(at, 'message');
  call.leg.sendRtp(call.packet());
  await came;
}

const innerAddress = '192.168.77.10';
const inside = (answer: string) => answer.replace('c=IN IP4 127.0.0.1', `c=IN IP4 ${innerAddress}`);
const fence = (address: string) => address === '127.0.0.1';

describe('the source of a PBX’s packets', () => {
  it('another port of its own host is accepted and used; then only that port and the signalled one, no third', async t => {
    const call = await talk(t, await start(t));
    const [first, second] = [await port(t), await port(t)];
    await heard(call, first);
    await arrives(call, first);
    await refused(call, second, first);
    call.echo.onPacket = () => false;
    await heard(call, call.echo.audio);
    await arrives(call, call.echo.audio);
    await refused(call, first, call.echo.audio);
  });

  it('foreign packets before the first one change nothing, not even from the signalled port of another host', async t => {
    const call = await talk(t, await start(t));
    const alike = await bindUdp('127.0.0.2', call.echo.audio.address().port);
    t.after(() => alike.close());
    const strangers = [alike, await port(t, '127.0.0.3')];
    let answered = 0;
    for (const stranger of strangers) {
      stranger.on('message', () => answered++);
      await new Promise(resolve => stranger.send(call.packet(), call.port, '127.0.0.1', resolve));
    }
    const own = await port(t);
    await heard(call, own);
    for (const stranger of strangers) await refused(call, stranger, own);
    await arrives(call, own);
    assert.equal(answered, 0);
  });

  it('RTCP latches on a separate port', async t => {
    const call = await talk(t, await start(t));
    const rtcp = await port(t);
    const own = await port(t);
    await heard(call, own);
    const report = Buffer.from(`80c8000600000000${'00'.repeat(20)}`, 'hex');
    report.writeUInt32BE(call.leg.ssrc, 4);
    const passed = new Promise<void>(resolve => {
      call.leg.onRtcp = () => resolve();
    });
    rtcp.send(report, call.port + 1, '127.0.0.1');
    await passed;
    const came = once(rtcp, 'message');
    call.leg.sendRtp(call.packet());
    call.leg.sendRtcp(report);
    const [back] = await came;
    assert.equal(back[1], 200);
  });

  it('a new address during a call latches again, but late packets from the old port do not', async t => {
    const relay = await start(t);
    const call = await talk(t, relay);
    const [old, later] = [await port(t), await port(t)];
    await heard(call, old);
    const moved = echoAnswer(call.offer, call.echo, /pcmu/i).replace(/^m=audio \d+/m, 'm=audio 30300');
    await relay.answer(call.id, 'pbx', moved);
    await new Promise(resolve => old.send(call.packet(), call.port, '127.0.0.1', resolve));
    await heard(call, later);
    await refused(call, old, later);
    await arrives(call, later);
  });

  it('the same answer again, or a hold and resume, keeps the latched source', async t => {
    const relay = await start(t);
    const call = await talk(t, relay);
    const [own, other] = [await port(t), await port(t)];
    await heard(call, own);
    const told = echoAnswer(call.offer, call.echo, /pcmu/i);
    await relay.answer(call.id, 'pbx', told.replace('a=sendrecv', 'a=sendonly'));
    await relay.answer(call.id, 'pbx', told);
    await refused(call, other, own);
    await arrives(call, own);
  });

  it('a PBX that reports no received packets at its source port gets packets at the signalled port', async t => {
    const call = await talk(t, await start(t, { oneWayMs: 100 }));
    const own = await port(t);
    await heard(call, own);
    let atNamed = 0;
    call.echo.onPacket = () => {
      atNamed++;
      return false;
    };
    const deaf = receiverReport('0d3dba0e-55bc-4f7b-9f3e-9dba1c0a1a77');
    const reporting = setInterval(() => {
      for (let i = 0; i < 30; i++) call.leg.sendRtp(call.packet());
      own.send(deaf, call.port + 1, '127.0.0.1');
    }, 50);
    t.after(() => clearInterval(reporting));
    await eventually('the signalled port receives packets', () => atNamed > 0, { every: 5 });
  });
});

describe('a PBX behind NAT, with an inner address in its SDP', () => {
  it('is refused without a configured network', async t => {
    const relay = await start(t, { allowPbxMedia: fence });
    await assert.rejects(talk(t, relay, inside), MediaError);
  });

  it('is accepted from its first packet out of the configured network, and nothing is sent before', async t => {
    const relay = await start(t, { allowPbxMedia: fence, keepAliveMs: 50 }, ['127.0.0.8/29']);
    const call = await talk(t, relay, inside);
    const [own, stranger, other] = [
      await port(t, '127.0.0.9'),
      await port(t, '127.0.0.1'),
      await port(t, '127.0.0.10'),
    ] as const;
    call.leg.sendRtp(call.packet());
    await call.leg.check();
    await new Promise(resolve => stranger.send(call.packet(), call.port, '127.0.0.1', resolve));
    await heard(call, own);
    await arrives(call, own);
    await refused(call, stranger, own);
    await refused(call, other, own);
  });
});

describe('an idle path to the PBX', () => {
  it('is kept open by empty RTP of a payload type that was not negotiated, and by empty reports', async t => {
    const call = await talk(t, await start(t, { keepAliveMs: 100 }));
    const rtcp = await bindUdp('127.0.0.1', call.echo.audio.address().port + 1).catch(() => null);
    const came: Buffer[] = [];
    const reports: Buffer[] = [];
    call.echo.onPacket = packet => {
      came.push(Buffer.from(packet));
      return false;
    };
    rtcp?.on('message', report => reports.push(report));
    t.after(() => rtcp?.close());
    await eventually('it is kept open', () => came.length > 1 && (!rtcp || reports.length > 1), { every: 5 });
    call.leg.sendRtp(call.packet());
    await eventually('the browser’s packet arrives', () => came.some(({ length }) => length === 172), {
      every: 5,
    });
    const [one, two] = came as [Buffer, Buffer];
    assert.equal(one.length, 12);
    assert.ok(one[1]! >= 96 && ![101, 126].includes(one[1]!), `type ${one[1]}`);
    assert.equal(two.readUInt16BE(2), (one.readUInt16BE(2) + 1) & 0xffff);
    const numbers = came.map(packet => packet.readUInt16BE(2));
    assert.equal(new Set(numbers).size, numbers.length);
    assert.equal(new Set(came.map(packet => packet.readUInt32BE(8))).size, 1);
  });
});
