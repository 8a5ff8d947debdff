// What strangers, and browsers that lie, can do to a call: nothing but move a counter.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { DtlsClient } from 'werift';
import { createCertificate } from '../../../gateway/media/embedded/dtls/certificate.ts';
import { createEmbeddedRelay, type EmbeddedRelay } from '../../../gateway/media/embedded/embedded-relay.ts';
import { writeRequest } from '../../../gateway/media/embedded/stun.ts';
import { emptied, nextEvent, RelayCall, relayOptions } from './relay-call.ts';

/** A ClientHello as a browser would send it. */
async function clientHello(): Promise<Buffer> {
  return new Promise(resolve => {
    const transport = {
      type: 'ice',
      address: { address: '', port: 0, family: 'IPv4' },
      closed: false,
      onData: () => {},
      send: async (data: Buffer) => resolve(data),
      close: async () => {},
    };
    const { certPem, keyPem } = createCertificate(new Date());
    const client = new DtlsClient({
      cert: certPem,
      key: keyPem,
      signatureHash: { hash: 4, signature: 3 },
      transport,
      srtpProfiles: [1],
      extendedMasterSecret: true,
    });
    client.connect().catch(() => {});
    // Ends its retransmissions.
    client.dtls.flight = 5;
  });
}

describe('the embedded relay under attack', () => {
  let relay: EmbeddedRelay;
  let stranger: Socket;
  let strangerHeard = 0;
  before(async () => {
    relay = await createEmbeddedRelay({ ...relayOptions(26100), connectMs: 1200 });
    stranger = createSocket('udp4');
    stranger.on('message', () => strangerHeard++);
    stranger.bind(0, '127.0.0.1');
    await once(stranger, 'listening');
  });
  after(async () => {
    stranger.close();
    assert.equal(strangerHeard, 0, 'the relay spoke to an address that has not proved itself');
    await emptied(relay);
    await relay.shutdown();
  });

  /** From the stranger to the browsers' port; resolves once sent. */
  function spray(
    call: RelayCall,
    datagrams: readonly Buffer[],
    port = call.leg.relay.port,
  ): Promise<unknown> {
    return Promise.all(
      datagrams.map(datagram => new Promise(resolve => stranger.send(datagram, port, '127.0.0.1', resolve))),
    );
  }

  it('connects while ClientHellos rain from elsewhere before ICE, before DTLS, and in the call', async () => {
    const hello = await clientHello();
    const rain = Array.from({ length: 50 }, () => hello);
    const call = await RelayCall.prepare(relay, 'hello');
    await call.negotiate();
    call.leg.heed(call.answer);
    const before = (await relay.counts()).strays;
    await spray(call, rain);
    await call.leg.check();
    await spray(call, rain);
    await call.leg.shakeHands(5000);
    await call.roundTrip();
    await spray(call, rain);
    await call.roundTrip();
    assert.equal((await relay.counts()).strays - before, 150);
    assert.equal((await call.close()).browser.dropped, 0);
  });

  it('keeps its keys when the browser itself greets anew in the call', async () => {
    const call = await RelayCall.open(relay, 'renegotiation');
    const hello = await clientHello();
    for (let i = 0; i < 20; i++) call.leg.send(hello);
    await call.roundTrip();
    assert.equal((await call.close()).browser.dropped, 20);
  });

  it('drops RTP and RTCP towards the PBX ports from any other port', async () => {
    const call = await RelayCall.open(relay, 'inject');
    let heard = 0;
    call.leg.onRtp = () => heard++;
    await spray(call, [call.packet(), call.packet()], call.port);
    await spray(call, [Buffer.from('80c9000100000001', 'hex')], call.port + 1);
    await call.roundTrip();
    assert.equal(heard, 0);
    const report = await call.close();
    assert.equal(report.pbx.dropped, 3);
    assert.equal(report.pbx.packets, 1);
  });

  it('drops authentic SRTP that comes from an address without a check, and a repetition', async () => {
    const call = await RelayCall.open(relay, 'replay');
    let echoed = 0;
    call.echo.onPacket = () => ++echoed > 0;
    const sealed = Buffer.from(call.leg.seal(call.packet()));
    await spray(call, [sealed]);
    await call.leg.check();
    assert.equal(echoed, 0);
    call.leg.send(sealed);
    call.leg.send(sealed);
    call.leg.send(sealed);
    await call.roundTrip();
    assert.equal(echoed, 2);
    assert.equal((await call.close()).browser.dropped, 2);
  });

  it('drops checks without its password, and answers none of them', async () => {
    const call = await RelayCall.open(relay, 'checks');
    const username = `${/a=ice-ufrag:(\S+)/.exec(call.answer)?.[1]}:${/a=ice-ufrag:(\S+)/.exec(call.leg.offer())?.[1]}`;
    const request = { transaction: randomBytes(12), username, nominate: true };
    await spray(call, [
      writeRequest({ ...request, password: 'wrong' }),
      writeRequest({ ...request, password: '' }),
      writeRequest({ ...request, username: 'nobody:x', password: 'x' }),
    ]);
    await call.roundTrip();
    assert.equal((await call.close()).browser.dropped, 2);
  });

  it("does not give one call's address to another that forges a check from it", async () => {
    const victim = await RelayCall.open(relay, 'victim');
    const thief = await RelayCall.open(relay, 'thief');
    thief.leg.sendCheck(victim.leg.socket);
    await victim.roundTrip();
    await thief.roundTrip();
    assert.equal((await victim.close()).browser.dropped, 0);
    assert.equal((await thief.close()).browser.dropped, 1);
  });

  it('does not connect a browser whose certificate is not the one in its SDP', async () => {
    const failed = nextEvent(relay, 'failed', 'fingerprint');
    const call = await RelayCall.prepare(relay, 'fingerprint', {
      certificate: createCertificate(new Date()),
      sdpCertificate: createCertificate(new Date()),
    });
    await call.negotiate();
    await assert.rejects(call.leg.connect(call.answer, 2500));
    assert.match((await failed).reason, /fingerprint/);
    await call.close();
  });

  it('does not connect one who shows the right certificate without having its key', async () => {
    const failed = nextEvent(relay, 'failed', 'key');
    const real = createCertificate(new Date());
    const { keyPem } = createCertificate(new Date());
    const call = await RelayCall.prepare(relay, 'key', { certificate: { ...real, keyPem } });
    await call.negotiate();
    await assert.rejects(call.leg.connect(call.answer, 2500));
    assert.match((await failed).reason, /does not hold the key/);
    await call.close();
  });

  it('lives through noise, cut and bent packets from the browser, the PBX and strangers', async () => {
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
      await spray(call, [bend(), bend(), bend()]);
      await spray(call, [bend()], call.port + random(2));
      // A bent packet of the PBX's may pass, for plain RTP proves nothing; ours must pass.
      // Its number may have been moved behind one that noise has sent ahead.
      await new Promise<void>(resolve => {
        const packet = call.packet();
        call.leg.onRtp = (bytes, length) => {
          if (bytes.subarray(4, length).equals(packet.subarray(4))) resolve();
        };
        call.leg.sendRtp(packet);
      });
    }
    const report = await call.close();
    assert.ok(report.browser.dropped > 500 && report.pbx.dropped > 500, JSON.stringify(report));
  });
});
