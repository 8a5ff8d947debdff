import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type MediaAddress, openAddress } from '../../../gateway/media/address.ts';
import { createEmbeddedRelay, type EmbeddedRelay } from '../../../gateway/media/embedded/embedded-relay.ts';
import { MediaError } from '../../../gateway/media/relay.ts';
import { WebRtcLeg } from '../../bench/webrtc-leg.ts';
import { servesBothFamilies } from './both-families.ts';
import { relayOptions } from './relay-call.ts';

describe('the embedded relay with addresses of both families', () => {
  let relay: EmbeddedRelay;
  before(async () => {
    const addresses = [openAddress('127.0.0.1'), openAddress('::1')];
    relay = await createEmbeddedRelay({ ...relayOptions(25800), addresses });
  });
  after(async () => await relay.shutdown());

  servesBothFamilies(() => relay, { v4: '127.0.0.1', v6: '::1' });

  it('a PBX of a family without a gateway address is refused, and leaves no state', async context => {
    const only4 = await createEmbeddedRelay(relayOptions(25840));
    context.after(() => only4.shutdown());
    const leg = await WebRtcLeg.open();
    context.after(() => leg.close());
    await assert.rejects(only4.offer('one', 'browser', leg.offer(), '2001:db8::1'), MediaError);
    assert.equal((await only4.counts()).calls, 0);
  });
});

describe('the embedded relay behind a NAT', () => {
  it('gives browsers and PBXs the outer addresses and ports, and near PBXs the inner ones', async context => {
    const translated: MediaAddress = {
      ...openAddress('127.0.0.1', ['203.0.113.5', '198.51.100.5']),
      toward: peer => (peer === '10.0.0.9' ? '127.0.0.1' : '203.0.113.5'),
      portToward: (peer, _transport, port) => (peer === '10.0.0.9' ? port : port + 10_000),
      outside: (transport, port) => port + (transport === 'udp' ? 10_000 : 20_000),
    };
    const relay = await createEmbeddedRelay({ ...relayOptions(25880), addresses: [translated] });
    context.after(() => relay.shutdown());
    const leg = await WebRtcLeg.open();
    context.after(() => leg.close());
    const wish = leg.offer();
    const far = await relay.offer('nat', 'browser', wish, '192.0.2.1');
    const near = await relay.offer('nat', 'browser', wish, '10.0.0.9');
    const portOf = (sdp: string) => Number(/^m=audio (\d+)/m.exec(sdp)?.[1]);
    assert.match(far, /^c=IN IP4 203\.0\.113\.5\r$/m);
    assert.match(near, /^c=IN IP4 127\.0\.0\.1\r$/m);
    assert.ok(portOf(far) >= 35_880, String(portOf(far)));
    assert.ok(portOf(near) < 25_920, String(portOf(near)));
    const answer = await relay.answer(
      'nat',
      'pbx',
      'v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\nm=audio 30000 RTP/AVP 0\r\n',
    );
    const { port, tcpPort } = relay.links[0]!;
    assert.deepEqual(
      [...answer.matchAll(/^a=candidate:\d+ 1 (\w+) \d+ (\S+) (\d+)/gm)].map(([, ...one]) => one.join(' ')),
      [
        `udp 203.0.113.5 ${port + 10_000}`,
        `udp 198.51.100.5 ${port + 10_000}`,
        `tcp 203.0.113.5 ${tcpPort + 20_000}`,
        `tcp 198.51.100.5 ${tcpPort + 20_000}`,
      ],
    );
    await relay.close('nat');
  });
});
