// Other hosts and hostile browsers cannot change the media of a call; only counters change. They cannot make the relay send
// to third parties.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:dgram';
import { after, before, describe, it } from 'node:test';
import { createEmbeddedRelay, type EmbeddedRelay } from '../../gateway/media/embedded/embedded-relay.ts';
import { readBinding, writeRequest } from '../../gateway/media/embedded/stun.ts';
import { bindUdp } from '../../gateway/media/embedded/udp.ts';
import { eventually } from '../support/eventually.ts';
import { assertCarried, emptied, RelayCall, relayOptions } from '../unit/media/relay-call.ts';
import { clientHello } from './hellos.ts';

describe('the sound of a call under attack', () => {
  let relay: EmbeddedRelay;
  let stranger: Socket;
  let strangerHeard = 0;
  const troubles: string[] = [];
  before(async () => {
    // Calls are not checked again here, however long a busy machine takes for a test.
    relay = await createEmbeddedRelay({ ...relayOptions(26540), consentMs: 300_000 });
    relay.onEvent(event => {
      if (event.type !== 'connected') troubles.push(`${event.call} ${event.type}`);
    });
    stranger = await bindUdp('127.0.0.1', 0);
    stranger.on('message', () => strangerHeard++);
  });
  after(async () => {
    stranger.close();
    await emptied(relay);
    await relay.shutdown();
    assert.deepEqual(troubles, []);
    assert.equal(strangerHeard, 0, 'the relay spoke to an address that has not proved itself');
  });

  const sent = (datagrams: readonly Buffer[], port: number, from: Socket = stranger) =>
    Promise.all(datagrams.map(bytes => new Promise(resolve => from.send(bytes, port, '127.0.0.1', resolve))));

  const credentials = (call: RelayCall) => {
    const of = (sdp: string, name: string) => new RegExp(`a=ice-${name}:(\\S+)`).exec(sdp)?.[1] ?? '';
    const username = `${of(call.answer, 'ufrag')}:${of(call.leg.offer(), 'ufrag')}`;
    return { username, password: of(call.answer, 'pwd') };
  };

  const check = (call: RelayCall, nominate: boolean) =>
    writeRequest({ ...credentials(call), transaction: randomBytes(12), nominate });

  it('RTP and RTCP at the ports of the PBX, from other hosts, have no effect, before or during the call', async () => {
    const call = await RelayCall.open(relay, 'bleed');
    const others = [
      await bindUdp('127.0.0.2', call.echo.audio.address().port),
      await bindUdp('127.0.0.3', 0),
    ] as const;
    for (const other of others) other.on('message', () => strangerHeard++);
    const report = Buffer.from('80c9000100000001', 'hex');
    for (let i = 0; i < 50; i++) {
      for (const other of others) {
        await sent([call.packet(), call.packet()], call.port, other);
        await sent([report], call.port + 1, other);
      }
      // The PBX's host has one port, which it began with.
      if (i > 0) await sent([call.packet()], call.port);
      const packet = call.packet();
      // Whatever comes next is the PBX's.
      assertCarried(await call.roundTrip(Buffer.from(packet)), packet);
    }
    for (const other of others) other.close();
    const { pbx } = await call.close();
    assert.deepEqual([pbx.packets, pbx.dropped], [50, 50 * 6 + 49]);
  });

  it('plain RTP and RTCP at the port of the browsers are dropped, also from the browser', async () => {
    const call = await RelayCall.open(relay, 'plain');
    let passed = 0;
    call.echo.onPacket = () => ++passed > 0;
    const { port } = call.leg.relay;
    const packets = [call.packet(), Buffer.from(`80c80006${'00000001'.repeat(6)}`, 'hex')];
    await sent(packets, port);
    for (const packet of packets) call.leg.send(packet);
    await call.roundTrip();
    assert.equal(passed, 1);
    assert.equal((await call.close()).browser.dropped, 2);
  });

  it('authentic SRTP passes once, and only from an address that a check has proved', async () => {
    const call = await RelayCall.open(relay, 'replay');
    let passed = 0;
    call.echo.onPacket = () => ++passed > 0;
    const sealed = Buffer.from(call.leg.seal(call.packet()));
    await sent([sealed], call.leg.relay.port);
    await call.leg.check();
    assert.equal(passed, 0);
    for (let i = 0; i < 3; i++) call.leg.send(sealed);
    await call.roundTrip();
    assert.equal(passed, 2);
    // Behind the window of 1024, it is not even looked at.
    for (let i = 0; i < 1100; i++) call.leg.seal(call.packet());
    await call.roundTrip();
    call.leg.send(sealed);
    await call.roundTrip();
    assert.equal((await call.close()).browser.dropped, 3);
  });

  it('a browser that sends from two addresses, both checked, is received from both', async () => {
    const call = await RelayCall.open(relay, 'safari');
    const second = await bindUdp('127.0.0.1', 0);
    const { port } = call.leg.relay;
    await new Promise(resolve => {
      second.once('message', resolve);
      second.send(check(call, false), port, '127.0.0.1');
    });
    let passed = 0;
    call.echo.onPacket = () => ++passed > 0;
    await sent([Buffer.from(call.leg.seal(call.packet()))], port, second);
    await eventually('it passes', () => passed === 1, { every: 5 });
    await call.roundTrip();
    second.close();
    assert.equal((await call.close()).browser.dropped, 0);
  });

  it('ten thousand packets that do not open are counted, and the call goes on', async () => {
    const call = await RelayCall.open(relay, 'garbage');
    for (let round = 0; round < 100; round++) {
      for (let i = 0; i < 50; i++) {
        const bad = Buffer.from(call.leg.seal(call.packet()));
        bad[bad.length - 1] = bad[bad.length - 1]! ^ 1;
        call.leg.send(bad);
        call.leg.send(Buffer.concat([Buffer.from('80c8000600000001', 'hex'), randomBytes(40)]));
      }
      await call.roundTrip();
    }
    const { browser } = await call.close();
    assert.deepEqual([browser.dropped, browser.packets], [10_000, 100]);
  });

  it('invalid connectivity checks get no answer, and no answer is larger than its request', async () => {
    const call = await RelayCall.open(relay, 'checks');
    const { port } = call.leg.relay;
    const { username, password } = credentials(call);
    const request = { transaction: randomBytes(12), username, nominate: true };
    const whole = check(call, true);
    await sent(
      [
        writeRequest({ ...request, password: 'wrong' }),
        writeRequest({ ...request, password: '' }),
        writeRequest({ ...request, username: 'nobody:x', password }),
        // A bare request, as STUN servers answer it (RFC 8489): this is none.
        Buffer.from(`000100002112a442${'00'.repeat(12)}`, 'hex'),
        whole.subarray(0, whole.length - 8),
        whole.subarray(0, whole.length - 1),
      ],
      port,
    );
    const visitor = await bindUdp('127.0.0.1', 0);
    for (const asked of [
      check(call, false),
      withUnknown(credentials(call), 40),
      controlled(credentials(call)),
    ]) {
      const answer = await new Promise<Buffer>(resolve => {
        visitor.once('message', resolve);
        visitor.send(asked, port, '127.0.0.1');
      });
      assert.ok(answer.length <= asked.length, `${answer.length} bytes for ${asked.length}`);
      assert.notEqual(readBinding(answer), null);
    }
    visitor.close();
    await call.roundTrip();
    assert.equal((await call.close()).browser.dropped, 2);
  });

  it('an address that was checked once, by forgery, gets no packets when it is not checked again', async () => {
    const brief = await createEmbeddedRelay({ ...relayOptions(26740), consentMs: 900 });
    const call = await RelayCall.open(brief, 'hammer');
    const victim = await bindUdp('127.0.0.1', 0);
    let hit = 0;
    victim.on('message', bytes => {
      if (bytes[0]! >= 128) hit++;
    });
    const { port } = call.leg.relay;
    await sent([check(call, true)], port, victim);
    call.leg.fallSilent();
    // The browser is there all the while, and has nominated another pair before.
    const checking = setInterval(() => call.leg.send(check(call, false)), 50);
    const talking = setInterval(() => call.leg.sendRtp(call.packet()), 20);
    await eventually('the sound goes astray', () => hit > 0, { every: 5 });
    const back = new Promise<void>(resolve => {
      call.leg.onRtp = () => resolve();
    });
    await back;
    const before = hit;
    await call.roundTrip();
    await call.leg.check();
    clearInterval(checking);
    clearInterval(talking);
    assert.equal(hit, before);
    victim.close();
    await call.close();
    await brief.shutdown();
  });

  it("one call's address does not go to another call that forges a check from it", async () => {
    const victim = await RelayCall.open(relay, 'victim');
    const thief = await RelayCall.open(relay, 'thief');
    thief.leg.sendCheck(victim.leg.socket);
    await victim.roundTrip();
    await thief.roundTrip();
    assert.equal((await victim.close()).browser.dropped, 0);
    assert.equal((await thief.close()).browser.dropped, 1);
  });

  it('noise, and packets cut and bent, from the browser, the PBX and strangers, are lived through', async () => {
    const call = await RelayCall.open(relay, 'fuzz');
    let seed = 20261123;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
      return seed % below;
    };
    const samples = [
      await clientHello(),
      Buffer.from(call.leg.seal(call.packet())),
      call.packet(),
      Buffer.from('80c900010000000181ce00020000000176543210', 'hex'),
      writeRequest({ transaction: randomBytes(12), username: 'a:b', password: 'x', nominate: true }),
    ];
    const bend = (): Buffer => {
      const source = samples[random(samples.length)]!;
      const bytes = Buffer.from(random(8) === 0 ? randomBytes(random(1500)) : source);
      for (let i = random(4); i > 0 && bytes.length > 0; i--) {
        const at = random(Math.min(bytes.length, 40));
        bytes[at] = bytes[at]! ^ (1 << random(8));
      }
      return random(3) === 0 ? bytes.subarray(0, random(bytes.length + 1)) : bytes;
    };
    for (let round = 0; round < 40; round++) {
      for (let i = 0; i < 50; i++) {
        call.leg.send(bend());
        call.echo.audio.send(bend(), call.port + random(2), '127.0.0.1');
      }
      await sent([bend(), bend(), bend()], call.leg.relay.port);
      await sent([bend()], call.port + random(2));
      // A mutated packet of the PBX may pass, because plain RTP is not authenticated; the valid one must pass.
      await new Promise<void>(resolve => {
        const packet = call.packet();
        packet.fill(round + 1, 12);
        call.leg.onRtp = (bytes, length) => {
          if (bytes.subarray(12, length).equals(packet.subarray(12))) resolve();
        };
        call.leg.sendRtp(packet);
      });
    }
    const report = await call.close();
    assert.ok(report.browser.dropped > 500 && report.pbx.dropped > 500, JSON.stringify(report));
  });
});

interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** A check that holds, with so many attributes that must be understood and are not (RFC 8489 6.3.1). */
function withUnknown(credentials: Credentials, count: number): Buffer {
  return writeRequest({
    ...credentials,
    transaction: randomBytes(12),
    nominate: false,
    extra: Buffer.concat(Array.from({ length: count }, (_, i) => Buffer.from([0x7f, i, 0, 0]))),
  });
}

/** A valid check of a peer in the controlled role (RFC 8445 7.3.1.1). */
function controlled(credentials: Credentials): Buffer {
  const extra = Buffer.concat([Buffer.from([0x80, 0x29, 0, 8]), Buffer.alloc(8, 1)]);
  return writeRequest({ ...credentials, transaction: randomBytes(12), nominate: false, extra });
}
