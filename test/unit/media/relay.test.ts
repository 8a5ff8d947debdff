import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { openAddress } from '../../../gateway/media/address.ts';
import { createEmbeddedRelay, type EmbeddedRelay } from '../../../gateway/media/embedded/embedded-relay.ts';
import { writeRequest } from '../../../gateway/media/embedded/stun.ts';
import { MediaError } from '../../../gateway/media/relay.ts';
import { eventually } from '../../support/eventually.ts';
import { assertCarried, emptied, nextEvent, RelayCall, relayOptions } from './relay-call.ts';
import { echoAnswer } from './rtp-echo.ts';

describe('the embedded relay', () => {
  let relay: EmbeddedRelay;
  before(async () => {
    relay = await createEmbeddedRelay(relayOptions(26000));
  });
  after(() => relay.shutdown());

  for (const profile of ['AES128_CM_SHA1_80', 'AEAD_AES_128_GCM'] as const) {
    it(`carries RTP both ways under ${profile}, and reports it`, async () => {
      const connected = nextEvent(relay, 'connected', profile);
      const call = await RelayCall.open(relay, profile, { profiles: [profile] });
      await connected;
      assert.equal(call.leg.profile, profile);
      let lastSent = 0;
      for (let i = 0; i < 20; i++) {
        const packet = call.packet();
        lastSent = performance.now();
        assertCarried(await call.roundTrip(Buffer.from(packet)), packet);
      }
      const report = await call.close();
      assert.deepEqual([report.browser.packets, report.pbx.packets], [20, 20]);
      assert.deepEqual([report.browser.bytes, report.pbx.bytes], [20 * 172, 20 * 172]);
      assert.deepEqual([report.browser.lost, report.pbx.lost], [0, 0]);
      assert.deepEqual([report.browser.dropped, report.pbx.dropped], [0, 0]);
      const { silentMs } = report.browser;
      assert.ok(silentMs !== null && silentMs <= Math.ceil(performance.now() - lastSent), `${silentMs} ms`);
      await emptied(relay);
    });
  }

  it('returns a browser’s audio to it, with another source, and needs no port for it', async () => {
    const call = await RelayCall.prepare(relay, 'echo');
    const answer = await relay.echo('echo', call.leg.offer(true));
    assert.match(answer, /^m=video 0 /m);
    assert.doesNotMatch(answer, /^m=audio 0 /m);
    await call.leg.connect(answer);
    assert.equal((await relay.counts()).ports, 0);
    for (let i = 0; i < 20; i++) {
      const packet = call.packet();
      const back = await call.roundTrip(packet);
      assert.notEqual(back.readUInt32BE(8), packet.readUInt32BE(8));
      packet.copy(back, 8, 8, 12);
      assert.deepEqual(back, packet);
    }
    const stray = call.packet(77);
    call.leg.sendRtp(stray);
    await call.roundTrip();
    const report = await call.close();
    assert.deepEqual([report.browser.packets, report.browser.dropped, report.pbx.packets], [21, 1, 0]);
    await emptied(relay);
  });

  it('answers an offer without sending with an answer without sending, and refuses one without audio', async () => {
    const call = await RelayCall.prepare(relay, 'still');
    const answer = await relay.echo('still', call.leg.offer(false).replace('a=sendrecv', 'a=recvonly'));
    assert.match(answer, /^a=inactive/m);
    await call.close();
    await assert.rejects(relay.echo('none', 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n'), MediaError);
    await emptied(relay);
  });

  it('prefers counter mode when the browser has both', async () => {
    const call = await RelayCall.open(relay, 'both', { profiles: ['AEAD_AES_128_GCM', 'AES128_CM_SHA1_80'] });
    assert.equal(call.leg.profile, 'AES128_CM_SHA1_80');
    await call.close();
  });

  it('forwards a picture loss indication to the PBX line of its source, and forwards reports', async () => {
    const call = await RelayCall.prepare(relay, 'rtcp');
    await call.negotiate(true);
    await call.leg.connect(call.answer);
    const videoPort = Number(/^m=video (\d+)/m.exec(call.offer)?.[1]);
    const video = call.packet(96);
    video.writeUInt32BE(0x76543210, 8);
    const rtcp = createSocket('udp4');
    rtcp.bind(call.echo.video.address().port + 1, '127.0.0.1');
    await once(rtcp, 'listening');
    const seen = new Promise<Buffer>(resolve => {
      call.leg.onRtp = (bytes, length) => resolve(Buffer.from(bytes.subarray(0, length)));
    });
    call.echo.video.send(video, videoPort, '127.0.0.1');
    // RR without blocks, then PLI for the stream that the browser receives.
    const pli = Buffer.from('80c900010000000181ce00020000000100000000', 'hex');
    pli.writeUInt32BE((await seen).readUInt32BE(8), 16);
    call.leg.sendRtcp(pli);
    const [came] = await once(rtcp, 'message');
    assert.deepEqual(came.subarray(-12, -8), pli.subarray(8, 12));
    assert.equal(came.readUInt32BE(came.length - 4), 0x76543210);
    const sender = Buffer.from(`80c8000676543210${'00'.repeat(20)}`, 'hex');
    const heard = new Promise<Buffer>(resolve => {
      call.leg.onRtcp = (packet, length) => resolve(Buffer.from(packet.subarray(0, length)));
    });
    rtcp.send(sender, videoPort + 1, '127.0.0.1');
    assert.equal((await heard).readUInt32BE(4), (await seen).readUInt32BE(8));
    rtcp.close();
    await call.close();
  });

  it('joins several cameras of a conference, each with different timestamps, into one video stream for the browser', async () => {
    const call = await RelayCall.prepare(relay, 'room');
    await call.negotiate(true);
    await call.leg.connect(call.answer);
    const seen: number[] = [];
    for (const stamp of [3_230_642_214, 3_067_589_814, 3_067_594_314]) {
      const video = call.packet(96);
      video.writeUInt32BE(0x76543210, 8);
      video.writeUInt32BE(stamp, 4);
      const came = new Promise<Buffer>(resolve => {
        call.leg.onRtp = (bytes, length) => resolve(Buffer.from(bytes.subarray(0, length)));
      });
      const videoPort = Number(/^m=video (\d+)/m.exec(call.offer)?.[1]);
      call.echo.video.send(video, videoPort, '127.0.0.1');
      seen.push((await came).readUInt32BE(4));
    }
    const [first = 0, second = 0, third = 0] = seen;
    assert.equal(first, 3_230_642_214);
    assert.ok(second > first && second < first + 90_000 * 60, `${first}, then ${second}`);
    assert.equal(third, second + 4500);
    await call.close();
  });

  it('maps payload types when the PBX answers with different numbers', async () => {
    const call = await RelayCall.prepare(relay, 'renamed');
    call.offer = await relay.offer(call.id, 'browser', call.leg.offer());
    const port = call.echo.audio.address().port;
    const answer = await relay.answer(
      call.id,
      'pbx',
      `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n`,
    );
    assert.match(answer, /^m=audio \d+ UDP\/TLS\/RTP\/SAVPF 8 126\r$/m);
    await call.leg.connect(answer);
    const types: number[] = [];
    call.echo.onPacket = packet => types.push(packet[1]!) > 0;
    assert.equal((await call.roundTrip(call.packet(126)))[1], 126);
    assert.deepEqual(types, [101]);
    await call.close();
  });

  it('strips header extensions toward the PBX', async () => {
    const call = await RelayCall.open(relay, 'extension');
    const plain = call.packet();
    const extended = Buffer.concat([
      plain.subarray(0, 12),
      Buffer.from('bede000110aa0000', 'hex'),
      plain.subarray(12),
    ]);
    extended[0] = 0x90;
    assertCarried(await call.roundTrip(extended), plain);
    await call.close();
  });

  it('returns the same bytes for the same answer, and follows another target', async () => {
    const call = await RelayCall.open(relay, 'failover');
    const same = await relay.answer(call.id, 'pbx', echoAnswer(call.offer, call.echo, /pcmu|vp8/i));
    assert.equal(same, call.answer);
    const other = await RelayCall.prepare(relay, 'other');
    const replaced = await relay.answer(call.id, 'pbx', echoAnswer(call.offer, other.echo, /pcmu/i));
    assert.equal(replaced, call.answer);
    let atOther = 0;
    other.echo.onPacket = () => ++atOther > 0;
    await call.roundTrip();
    assert.equal(atOther, 1);
    await call.close();
    await other.close();
  });

  it('survives an ICE restart, also from another address, without a new handshake', async () => {
    const call = await RelayCall.open(relay, 'restart');
    await call.roundTrip();
    const before = call.answer;
    call.leg.restart();
    await call.negotiate();
    const ufrag = /a=ice-ufrag:\S+/;
    assert.notEqual(ufrag.exec(call.answer)?.[0], ufrag.exec(before)?.[0]);
    await call.roundTrip();
    call.leg.heed(call.answer);
    const elsewhere = createSocket('udp4');
    elsewhere.bind(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    call.leg.sendCheck(elsewhere);
    await once(elsewhere, 'message');
    const moved = once(elsewhere, 'message');
    elsewhere.send(call.leg.seal(call.packet()), call.leg.relay.port, '127.0.0.1');
    const [packet] = await moved;
    assert.equal(packet.length, 182);
    elsewhere.close();
    await call.close();
  });

  it('keeps the working credentials until a restart is proved, however many were begun', async () => {
    const call = await RelayCall.open(relay, 'restarts');
    const within = (sdp: string, name: string) =>
      new RegExp(`^a=ice-${name}:(\\S+)`, 'm').exec(sdp)?.[1] ?? '';
    const username = `${within(call.answer, 'ufrag')}:${within(call.leg.offer(), 'ufrag')}`;
    const password = within(call.answer, 'pwd');
    for (let i = 0; i < 3; i++) {
      call.leg.restart();
      await call.negotiate();
    }
    const { answered } = call.leg;
    const check = writeRequest({ transaction: randomBytes(12), username, password, nominate: true });
    call.leg.send(check);
    await eventually('the old credentials are answered', () => call.leg.answered > answered);
    await call.roundTrip();
    call.leg.heed(call.answer);
    await call.leg.check();
    await call.roundTrip();
    const dropped = (await relay.counts()).unmatched;
    call.leg.send(check);
    await eventually('they are unknown now', async () => (await relay.counts()).unmatched > dropped);
    await call.close();
  });

  it('holds: sends nothing to a PBX that answers with 0.0.0.0, and continues afterwards', async () => {
    const call = await RelayCall.open(relay, 'hold');
    const again = await relay.answer(
      call.id,
      'pbx',
      echoAnswer(call.offer, call.echo, /pcmu/i).replace('c=IN IP4 127.0.0.1', 'c=IN IP4 0.0.0.0'),
    );
    assert.match(again, /^a=sendonly\r$/m);
    let came = 0;
    call.echo.onPacket = () => ++came > 0;
    call.leg.sendRtp(call.packet());
    // The relay has processed the packet when it answers the check after it.
    await call.leg.check();
    await relay.answer(call.id, 'pbx', echoAnswer(call.offer, call.echo, /pcmu/i));
    await call.roundTrip();
    assert.equal(came, 1);
    await call.close();
  });

  it('refuses what it cannot bridge and keeps its state', async () => {
    const call = await RelayCall.open(relay, 'kept');
    const refused = (status: number) => (error: unknown) =>
      error instanceof MediaError && error.status === status;
    await assert.rejects(relay.offer(call.id, 'browser', 'hello'), refused(400));
    await assert.rejects(relay.answer(call.id, 'pbx', 'v=0\r\n'), refused(400));
    await assert.rejects(
      relay.answer(call.id, 'pbx', echoAnswer(call.offer, call.echo, /nothing/)),
      refused(488),
    );
    await call.roundTrip();
    await call.close();
  });

  it('keeps no state of a refused first offer, or of unknown calls', async () => {
    await assert.rejects(relay.offer('bad', 'browser', 'v=0\r\nm=audio'), MediaError);
    assert.deepEqual((await relay.close('unheard')).browser.packets, 0);
    await assert.rejects(relay.answer('unheard', 'pbx', 'v=0\r\n'), MediaError);
    await emptied(relay);
  });

  it('answers 503 when its ports are used up, and has them again after the drain', async () => {
    const calls: RelayCall[] = [];
    for (let i = 0; i < 20; i++) {
      const call = await RelayCall.prepare(relay, `port ${i}`);
      await call.negotiate();
      calls.push(call);
    }
    const extra = await RelayCall.prepare(relay, 'one too many');
    await assert.rejects(
      extra.negotiate(),
      (error: unknown) => error instanceof MediaError && error.status === 503,
    );
    assert.equal((await relay.counts()).ports, 40);
    await calls[0]?.close();
    await assert.rejects(extra.negotiate(), MediaError, 'a draining port is not free');
    for (const call of calls.slice(1)) await call.close();
    await emptied(relay);
    await extra.negotiate();
    await extra.close();
    await emptied(relay);
  });
});

describe('the embedded relay with other options', () => {
  it('serves browsers of IPv4 and IPv6, each on its own address', async () => {
    const options = relayOptions(26060);
    const relay = await createEmbeddedRelay({
      ...options,
      addresses: [openAddress('127.0.0.1'), openAddress('::1')],
    });
    const call = await RelayCall.open(relay, 'dual');
    assert.match(call.answer, /^a=candidate:2 1 udp \d+ ::1 \d+ typ host\r$/m);
    await call.roundTrip();
    await call.close();
    await relay.shutdown();
  });
});
