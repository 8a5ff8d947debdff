// The media port on a real rtpengine, between a simulated browser and a plain RTP peer.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openAddress } from '../../../gateway/media/address.ts';
import { MediaError } from '../../../gateway/media/relay.ts';
import { NgClient } from '../../../gateway/media/rtpengine/ng-client.ts';
import { canBundle } from '../../../gateway/media/rtpengine/probe.ts';
import {
  createRtpengineRelay,
  type RtpengineRelay,
  type RtpengineRelayOptions,
} from '../../../gateway/media/rtpengine/rtpengine-relay.ts';
import { eventually } from '../../support/eventually.ts';
import { claimLoopback } from '../../support/loopback.ts';
import { partsMissing } from '../../support/parts.ts';
import { Rtpengine } from '../../support/rtpengine.ts';
import { servesBothFamilies } from './both-families.ts';
import { emptied, nextEvent, RelayCall } from './relay-call.ts';
import { echoAnswer, RtpEcho } from './rtp-echo.ts';
import { Sources } from './rtp-sources.ts';

/** Long time limits, because tests run in parallel on a busy machine. */
const patient: Pick<RtpengineRelayOptions, 'timeoutMs' | 'setupMs' | 'tickMs' | 'queryMs'> = {
  timeoutMs: 3000,
  setupMs: 9000,
  tickMs: 100,
  queryMs: 100,
};

describe('the relay on an rtpengine', { skip: partsMissing() }, () => {
  let rtpengine: Rtpengine;
  let relay: RtpengineRelay;
  before(async () => {
    const network = await claimLoopback();
    rtpengine = await Rtpengine.start({ address: network.address(11) });
    const { server } = rtpengine;
    relay = await createRtpengineRelay({
      servers: [server],
      addresses: [openAddress(server.host)],
      ...patient,
    });
  });
  after(async () => {
    await relay?.shutdown();
    await rtpengine?.stop();
  });
  const left = async () => {
    await emptied(relay);
    await rtpengine.quiet();
  };

  it('carries RTP both ways unchanged, and reports it', async () => {
    const connected = nextEvent(relay, 'connected', 'both-ways');
    const call = await RelayCall.open(relay, 'both-ways');
    await connected;
    for (let i = 0; i < 20; i++) {
      const packet = call.packet();
      assert.deepEqual(await call.roundTrip(packet), packet);
    }
    const { browser, pbx } = await call.close();
    assert.deepEqual([browser.packets, pbx.packets], [20, 20]);
    assert.deepEqual([browser.bytes, pbx.bytes], [20 * 172, 20 * 172]);
    assert.deepEqual([browser.lost, pbx.lost, browser.dropped, pbx.dropped], [0, 0, 0, 0]);
    await left();
  });

  it('offers the PBX plain RTP only, and the browser one bundled ICE-lite transport', async () => {
    const call = await RelayCall.prepare(relay, 'words');
    await call.negotiate(true);
    assert.doesNotMatch(call.offer, /a=(mid|ssrc|group|ice|candidate|fingerprint|setup|extmap|msid|end-of)/);
    assert.equal(call.offer.match(/^m=(audio|video) \d+ RTP\/AVP /gm)?.length, 2);
    assert.match(call.answer, /^a=group:BUNDLE (\S+) (\S+)\r$/m);
    assert.match(call.answer, /^a=ice-lite\r$/m);
    const ports = [...call.answer.matchAll(/^m=\w+ (\d+) UDP\/TLS\/RTP\/SAVPF/gm)].map(([, port]) => port);
    assert.equal(ports.length, 2);
    assert.equal(new Set(ports).size, 1);
    assert.equal(call.answer.match(/^a=setup:passive\r$/gm)?.length, 2);
    await call.close();
    await left();
  });

  it('is recognized as mr14.0 or newer, because it bundles', async () => {
    const ng = new NgClient({ ...rtpengine.server, timeoutMs: 3000 });
    assert.equal(await canBundle(ng, false), true);
    ng.close();
    await left();
  });

  it('returns the same answer for the same answer, and follows a different one', async () => {
    const call = await RelayCall.prepare(relay, 'again');
    await call.negotiate();
    const pbxAnswer = echoAnswer(call.offer, call.echo, /pcmu/i);
    assert.equal(await relay.answer('again', 'pbx', pbxAnswer), call.answer);
    const elsewhere = await RtpEcho.open();
    const answer = await relay.answer('again', 'pbx', echoAnswer(call.offer, elsewhere, /pcmu/i));
    await call.leg.connect(answer);
    let heard = 0;
    elsewhere.onPacket = () => {
      heard++;
      return true;
    };
    await call.roundTrip();
    assert.equal(heard, 1);
    elsewhere.close();
    await call.close();
    await left();
  });

  it('sends to the host that an answer names, and skips an unusable a=rtcp', async () => {
    const { server } = rtpengine;
    const asked: string[] = [];
    const own = await createRtpengineRelay({
      ...{ servers: [server], addresses: [openAddress(server.host)], ...patient },
      allowPbxMedia: address => address.startsWith('127.'),
      resolveHost: async host => {
        asked.push(host);
        return ['192.168.1.5', '127.0.0.1'];
      },
    });
    const call = await RelayCall.prepare(own, 'host-name');
    call.offer = await own.offer('host-name', 'browser', call.leg.offer());
    const pbxAnswer = echoAnswer(call.offer, call.echo, /pcmu/i).replace(
      'c=IN IP4 127.0.0.1',
      'c=IN IP4 pbx.test',
    );
    call.answer = await own.answer('host-name', 'pbx', `${pbxAnswer}a=rtcp:30001 IN IP4 192.168.10.5\r\n`);
    await call.leg.connect(call.answer);
    const packet = call.packet();
    assert.deepEqual(await call.roundTrip(packet), packet);
    assert.deepEqual(asked, ['pbx.test']);
    await call.close();
    await own.shutdown();
    await left();
  });

  it('gives the browser the number that the PBX has for a codec', async () => {
    const call = await RelayCall.prepare(relay, 'numbers');
    call.offer = await relay.offer('numbers', 'browser', call.leg.offer());
    const event = /^a=rtpmap:(\d+) telephone-event/m.exec(call.offer)?.[1];
    const answer = echoAnswer(call.offer, call.echo, /pcmu|telephone-event/i).replace(
      new RegExp(`(^m=audio.* |^a=rtpmap:)${event}\\b`, 'gm'),
      '$1101',
    );
    call.answer = await relay.answer('numbers', 'pbx', answer);
    assert.match(call.answer, /^a=rtpmap:101 telephone-event/m);
    await call.leg.connect(call.answer);
    const packet = call.packet(101);
    assert.deepEqual(await call.roundTrip(packet), packet);
    await call.close();
    await left();
  });

  it('survives an ICE restart without a new handshake', async () => {
    const call = await RelayCall.open(relay, 'restart');
    await call.roundTrip();
    const { offer, answer } = call;
    call.leg.restart();
    await call.negotiate();
    assert.equal(call.offer, offer);
    const ufrag = /a=ice-ufrag:\S+/;
    assert.notEqual(ufrag.exec(call.answer)?.[0], ufrag.exec(answer)?.[0]);
    call.leg.heed(call.answer);
    await call.leg.check();
    await call.roundTrip();
    await call.close();
    await left();
  });

  it('holds: sends nothing to a PBX that answers with 0.0.0.0, and continues afterwards', async () => {
    const call = await RelayCall.open(relay, 'hold');
    const pbxAnswer = echoAnswer(call.offer, call.echo, /pcmu/i);
    const held = pbxAnswer.replace('c=IN IP4 127.0.0.1', 'c=IN IP4 0.0.0.0');
    assert.match(await relay.answer(call.id, 'pbx', held), /^a=sendonly\r$/m);
    let came = 0;
    call.echo.onPacket = () => ++came > 0;
    call.leg.sendRtp(call.packet());
    await call.leg.check();
    await relay.answer(call.id, 'pbx', pbxAnswer);
    await call.roundTrip();
    assert.equal(came, 1);
    await call.close();
    await left();
  });

  it('forwards an offer of the PBX to the browser, on the existing transport, and its answer back', async () => {
    const call = await RelayCall.open(relay, 'offered');
    const pbxAnswer = echoAnswer(call.offer, call.echo, /pcmu/i).replace('a=sendrecv', 'a=sendonly');
    const offer = await relay.offer('offered', 'pbx', pbxAnswer);
    assert.match(offer, /^a=sendonly\r$/m);
    assert.match(offer, /^a=setup:actpass\r$/m);
    for (const line of [/a=ice-ufrag:\S+/, /a=fingerprint:.*/, /m=audio \d+/]) {
      assert.equal(line.exec(offer)?.[0], line.exec(call.answer)?.[0]);
    }
    const own = call.leg.offer().replace('actpass', 'active').replace('a=sendrecv', 'a=recvonly');
    const answer = await relay.answer('offered', 'browser', own.replace('AVPF 0 8 126', 'AVPF 0'));
    assert.match(answer, /^a=recvonly\r$/m);
    assert.equal(/m=audio \d+/.exec(answer)?.[0], /m=audio \d+/.exec(call.offer)?.[0]);
    await call.close();
    await left();
  });

  it('returns a browser’s audio to it', async () => {
    const call = await RelayCall.prepare(relay, 'echo');
    const answer = await relay.echo('echo', call.leg.offer(true));
    assert.match(answer, /^m=video 0 /m);
    await call.leg.connect(answer);
    const packet = call.packet();
    const back = await call.roundTrip(packet);
    assert.deepEqual(back.subarray(12), packet.subarray(12));
    const report = await call.close();
    assert.deepEqual([report.browser.packets, report.pbx.packets], [1, 0]);
    await left();
  });

  for (const offerer of ['browser', 'pbx'] as const) {
    it(`accepts a PBX whose RTP leaves from another port than its SDP names, and no other host, after an offer of the ${offerer}`, async t => {
      const call = await RelayCall.open(relay, 'other port');
      if (offerer === 'pbx') {
        await relay.offer(call.id, 'pbx', echoAnswer(call.offer, call.echo, /pcmu/i));
        const own = call.leg.offer().replace('actpass', 'active');
        await relay.answer(call.id, 'browser', own.replace('AVPF 0 8 126', 'AVPF 0'));
      }
      const sources = await Sources.open(t, call, rtpengine.server.host);
      const { stranger, pbx } = sources;
      sources.talks(stranger);
      await sources.ignores(100);
      assert.deepEqual(sources.heard, []);
      sources.talks(pbx);
      await eventually('the PBX is heard, and hears', () => sources.heard.includes('pbx') && pbx.got > 0);
      // It is silent again, and the stranger and another port of its host are not.
      sources.quiet(pbx);
      const third = await sources.add('third', '127.0.0.1');
      sources.talks(third);
      await sources.ignores(200);
      assert.deepEqual(sources.heard, ['pbx']);
      sources.talks(pbx);
      await eventually('the PBX is heard again', () => sources.latest === 'pbx');
      assert.deepEqual([stranger.got, third.got], [0, 0]);
      // The port in the SDP is always accepted.
      sources.quiet(pbx);
      sources.talks(sources.addSocket('signalled', call.echo.audio));
      await eventually('the port in the SDP is heard', () => sources.latest === 'signalled');
      assert.deepEqual(sources.heard, ['pbx', 'signalled']);
      sources.stop();
      const { packets } = (await call.close()).pbx;
      // Packets of a stranger are not counted as packets of the PBX.
      assert.ok(packets <= sources.ofPbx, `${packets} of ${sources.ofPbx}`);
      await left();
    });
  }

  it('accepts a PBX behind NAT with an inner address in its SDP, from the configured network alone', async t => {
    const { server } = rtpengine;
    const allowPbxMedia = (address: string) => address === '127.0.0.1';
    const options = { servers: [server], addresses: [openAddress(server.host)], allowPbxMedia, ...patient };
    const strict = await createRtpengineRelay(options);
    const lenient = await createRtpengineRelay({ ...options, networks: ['127.0.0.3/32'] });
    const inside = (sdp: string) => sdp.replace('c=IN IP4 127.0.0.1', 'c=IN IP4 192.168.77.10');
    const call = await RelayCall.prepare(lenient, 'nat');
    call.offer = await lenient.offer('nat', 'browser', call.leg.offer());
    const pbxAnswer = inside(echoAnswer(call.offer, call.echo, /pcmu/i));
    call.answer = await lenient.answer('nat', 'pbx', pbxAnswer);
    await strict.offer('fenced', 'browser', call.leg.offer());
    await assert.rejects(strict.answer('fenced', 'pbx', pbxAnswer), MediaError);
    await strict.close('fenced');
    await call.leg.connect(call.answer);
    const sources = await Sources.open(t, call, server.host, '127.0.0.3');
    const { stranger, pbx } = sources;
    sources.talks(stranger);
    await sources.ignores(100);
    sources.talks(pbx);
    await eventually('the PBX is heard, and hears', () => sources.heard.includes('pbx') && pbx.got > 0);
    assert.deepEqual([sources.heard, stranger.got], [['pbx'], 0]);
    sources.stop();
    await call.close();
    await Promise.all([strict.shutdown(), lenient.shutdown()]);
    await left();
  });

  it('reports that a side sends nothing, and that it sends again', async () => {
    const { server } = rtpengine;
    const quick = await createRtpengineRelay({
      ...{ servers: [server], addresses: [openAddress(server.host)], ...patient },
      oneWayMs: 500,
    });
    const call = await RelayCall.open(quick, 'one way');
    call.echo.onPacket = () => false;
    const talking = setInterval(() => call.leg.sendRtp(call.packet()), 20);
    const oneWay = nextEvent(quick, 'one-way', 'one way');
    const over = nextEvent(quick, 'one-way-over', 'one way');
    quick.established('one way');
    const { leg, cause } = await oneWay;
    assert.deepEqual([leg, cause], ['pbx', 'sends-nothing']);
    call.echo.onPacket = () => true;
    await over;
    clearInterval(talking);
    const { oneWay: seen } = await call.close();
    assert.equal(seen?.length, 1);
    await quick.shutdown();
    await left();
  });

  it('converts for a PBX that has only G.729, which it offers last, and never to a browser', async () => {
    const call = await RelayCall.prepare(relay, 'g729');
    const negotiate = async () => {
      call.offer = await relay.offer('g729', 'browser', call.leg.offer());
      call.answer = await relay.answer('g729', 'pbx', echoAnswer(call.offer, call.echo, /g729|telephone/i));
    };
    await negotiate();
    assert.match(call.offer, /^m=audio \d+ RTP\/AVP 0 8 18 126\r$/m);
    assert.match(call.answer, /^m=audio \d+ UDP\/TLS\/RTP\/SAVPF 0 126\r$/m);
    assert.doesNotMatch(call.answer, /G729|annexb/);
    await call.leg.connect(call.answer);
    const types = new Set<number>();
    call.echo.onPacket = packet => {
      types.add(packet[1]! & 0x7f);
      return true;
    };
    const back = new Set<number>();
    call.leg.onRtp = (packet, length) => back.add(packet[1]! & (length === 172 ? 0x7f : 0xff));
    const talk = async () => {
      const talking = setInterval(() => call.leg.sendRtp(call.packet()), 20);
      await eventually('it is converted both ways', () => types.has(18) && back.has(0));
      clearInterval(talking);
    };
    await talk();
    // The PBX sends a new offer with its codecs.
    const pbxAnswer = echoAnswer(call.offer, call.echo, /g729|telephone/i);
    const offer = await relay.offer('g729', 'pbx', pbxAnswer);
    assert.match(offer, /^m=audio \d+ UDP\/TLS\/RTP\/SAVPF 0 126\r$/m);
    const own = call.leg.offer().replace('actpass', 'active').replace('AVPF 0 8 126', 'AVPF 0 126');
    const answer = await relay.answer('g729', 'browser', own);
    assert.match(answer, /^m=audio \d+ RTP\/AVP 18 126\r$/m);
    for (const seen of [types, back]) seen.clear();
    await talk();
    await negotiate();
    for (const seen of [types, back]) seen.clear();
    await talk();
    assert.deepEqual([...types], [18]);
    await call.close();
    await left();
  });

  it('does not convert for a PBX with further codecs', async () => {
    const call = await RelayCall.prepare(relay, 'g711');
    call.offer = await relay.offer('g711', 'browser', call.leg.offer());
    call.answer = await relay.answer('g711', 'pbx', echoAnswer(call.offer, call.echo, /g729|pcma/i));
    assert.match(call.answer, /^m=audio \d+ UDP\/TLS\/RTP\/SAVPF 8 0\r$/m);
    const offer = await relay.offer('g711', 'pbx', echoAnswer(call.offer, call.echo, /g729|pcma/i));
    assert.match(offer, /^m=audio \d+ UDP\/TLS\/RTP\/SAVPF 8\r$/m);
    await call.close();
    await left();
  });

  it('refuses what cannot be bridged, and keeps no state of it', async () => {
    await assert.rejects(relay.offer('rubbish', 'browser', 'v=0\r\n'), MediaError);
    const call = await RelayCall.prepare(relay, 'fence');
    call.offer = await relay.offer('fence', 'browser', call.leg.offer());
    await assert.rejects(
      relay.answer('fence', 'pbx', echoAnswer(call.offer, call.echo, /opus-that-is-not-offered/i)),
      MediaError,
    );
    await call.close();
    await left();
  });
});

describe('the relay on an rtpengine with addresses of both families', { skip: partsMissing() }, () => {
  let rtpengine: Rtpengine;
  let relay: RtpengineRelay;
  let own: string;
  before(async () => {
    own = (await claimLoopback()).address(12);
    rtpengine = await Rtpengine.start({ address: own, others: ['::1'] });
    const addresses = [openAddress(own), openAddress('::1')];
    relay = await createRtpengineRelay({ servers: [rtpengine.server], addresses, ...patient });
  });
  after(async () => {
    await relay?.shutdown();
    await rtpengine?.stop();
  });

  servesBothFamilies(() => relay, {
    get v4() {
      return own;
    },
    v6: '::1',
  });
});
