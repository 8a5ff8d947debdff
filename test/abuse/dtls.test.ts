// DTLS from other hosts, and from a browser that violates the protocol: the call connects, and its keys stay.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { createCertificate } from '../../gateway/media/embedded/dtls/certificate.ts';
import { createEmbeddedRelay, type EmbeddedRelay } from '../../gateway/media/embedded/embedded-relay.ts';
import { eventually } from '../support/eventually.ts';
import { emptied, nextEvent, RelayCall, relayOptions } from '../unit/media/relay-call.ts';
import { clientHello, nullCipherHello, shortHello } from './hellos.ts';

describe('DTLS at the port of the browsers', () => {
  let relay: EmbeddedRelay;
  let stranger: Socket;
  let strangerHeard = 0;
  const failures: string[] = [];
  before(async () => {
    relay = await createEmbeddedRelay({ ...relayOptions(26500), connectMs: 10_000 });
    relay.onEvent(event => {
      if (event.type === 'failed') failures.push(event.call);
    });
    stranger = createSocket('udp4').on('message', () => strangerHeard++);
    stranger.bind(0, '127.0.0.1');
    await once(stranger, 'listening');
  });
  after(async () => {
    stranger.close();
    await emptied(relay);
    await relay.shutdown();
    assert.deepEqual(failures, ['fingerprint', 'key']);
    assert.equal(strangerHeard, 0, 'the relay spoke to an address that has not proved itself');
  });

  const rain = (port: number, datagrams: readonly Buffer[]) =>
    Promise.all(
      datagrams.map(bytes => new Promise(resolve => stranger.send(bytes, port, '127.0.0.1', resolve))),
    );

  for (const [kind, hello] of [
    ['', clientHello],
    [' with NULL ciphers', nullCipherHello],
  ] as const) {
    it(`ClientHellos${kind} from elsewhere before ICE, before DTLS and in the call change nothing`, async () => {
      const hellos = new Array<Buffer>(50).fill(await hello());
      const call = await RelayCall.prepare(relay, `rain${kind}`);
      await call.negotiate();
      call.leg.heed(call.answer);
      const { port } = call.leg.relay;
      const { unmatched } = await relay.counts();
      await rain(port, hellos);
      await call.leg.check();
      await rain(port, hellos);
      await call.leg.shakeHands();
      await call.roundTrip();
      await rain(port, hellos);
      await call.roundTrip();
      assert.equal((await relay.counts()).unmatched - unmatched, 150);
      assert.equal((await call.close()).browser.dropped, 0);
    });

    it(`ClientHellos${kind} in the call, from the browser's own address, change no keys`, async () => {
      const call = await RelayCall.open(relay, `anew${kind}`);
      const bytes = await hello();
      for (let i = 0; i < 20; i++) call.leg.send(bytes);
      await call.roundTrip();
      assert.ok((await call.close()).browser.dropped >= 20);
    });
  }

  it('a ClientHello with NULL ciphers ahead of the true one, from its own address, does not keep it out', async () => {
    const call = await RelayCall.prepare(relay, 'null first');
    await call.negotiate();
    call.leg.heed(call.answer);
    await call.leg.check();
    call.leg.send(await nullCipherHello());
    await call.leg.shakeHands();
    await call.roundTrip();
    await call.close();
  });

  it('alerts end no call: a plain alert is not authenticated, and a wrongly encrypted one is ignored', async () => {
    const call = await RelayCall.open(relay, 'alerts');
    // Fatal handshake_failure, and close_notify, in both epochs.
    for (const epoch of ['0000', '0001'])
      for (const alert of ['0228', '0100'])
        call.leg.send(Buffer.from(`15fefd${epoch}0000000000090002${alert}`, 'hex'));
    await call.roundTrip();
    await call.close();
  });

  it('a few bytes that request a flight again cause no flood, in the handshake or in the call', async () => {
    const call = await RelayCall.prepare(relay, 'amplifier');
    await call.negotiate();
    call.leg.heed(call.answer);
    await call.leg.check();
    let heard = 0;
    call.leg.socket.on('message', bytes => {
      if (bytes[0]! >= 20 && bytes[0]! < 64) heard += bytes.length;
    });
    /** What comes back of so many of these. */
    const ask = async (times: number, datagram: Buffer) => {
      heard = 0;
      for (let i = 0; i < times; i++) call.leg.socket.send(datagram, call.leg.relay.port, '127.0.0.1');
      await call.leg.check();
      return heard;
    };
    // Our flight is out, and the browser's next one does not come.
    let silent = true;
    call.leg.outgoing = datagram => (silent && datagram[13] === 11 ? null : datagram);
    const hands = call.leg.shakeHands();
    await eventually('the certificate of the relay', () => heard > 400, { every: 5 });
    const many = Buffer.concat(Array.from({ length: 50 }, (_, i) => shortHello(i)));
    assert.ok((await ask(20, many)) < 20 * many.length);
    silent = false;
    await hands;
    const finished = Buffer.from(`16fefd0001${'00'.repeat(8)}`, 'hex');
    const crowd = Buffer.concat(new Array<Buffer>(100).fill(finished));
    assert.ok((await ask(20, crowd)) < 20 * crowd.length);
    // They are answered a limited number of times, because the flight that they request may be lost.
    assert.ok((await ask(500, finished)) < 500 * finished.length);
    await call.roundTrip();
    await call.close();
  });

  it('a certificate that is not the one of the SDP does not connect', async () => {
    const failed = nextEvent(relay, 'failed', 'fingerprint');
    const call = await RelayCall.prepare(relay, 'fingerprint', {
      certificate: createCertificate(new Date()),
      sdpCertificate: createCertificate(new Date()),
    });
    await call.negotiate();
    await assert.rejects(call.leg.connect(call.answer, 1300));
    assert.match((await failed).reason, /fingerprint/);
    await call.close();
  });

  it('the right certificate without its key does not connect', async () => {
    const failed = nextEvent(relay, 'failed', 'key');
    const { keyPem } = createCertificate(new Date());
    const call = await RelayCall.prepare(relay, 'key', {
      certificate: { ...createCertificate(new Date()), keyPem },
    });
    await call.negotiate();
    await assert.rejects(call.leg.connect(call.answer, 1300));
    assert.match((await failed).reason, /does not hold the key/);
    await call.close();
  });

  it('an offer in mid-call with another certificate is refused: 488, and the call goes on', async () => {
    const call = await RelayCall.open(relay, 'taken over');
    const fingerprint = /^a=fingerprint:sha-256 (\S+)/m.exec(call.leg.offer())?.[1] ?? '';
    const other = createCertificate(new Date()).fingerprint;
    const thief = call.leg
      .offer()
      .replace(fingerprint, other)
      .replace(/ice-ufrag:\S+/, 'ice-ufrag:thief');
    await assert.rejects(relay.offer(call.id, 'browser', thief), { status: 488 });
    await call.roundTrip();
    await call.negotiate();
    await call.roundTrip();
    await call.close();
  });

  it('noise in records never ends a handshake', async () => {
    const call = await RelayCall.prepare(relay, 'noise');
    await call.negotiate();
    call.leg.heed(call.answer);
    await call.leg.check();
    for (let i = 0; i < 200; i++) {
      const noise = randomBytes(13 + (i % 90));
      Buffer.from('16fefd0000', 'hex').copy(noise);
      noise.writeUInt16BE(noise.length - 13, 11);
      call.leg.send(noise);
    }
    await call.leg.shakeHands();
    await call.roundTrip();
    await call.close();
  });
});
