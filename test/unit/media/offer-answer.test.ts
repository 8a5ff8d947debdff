import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'sdp-transform';
import { notNegotiated } from '../../../gateway/media/sdp/plan.ts';
import { chromium, negotiation, pbx, print, status, ulaw } from './sdp-samples.ts';

describe('an offer for the PBX', () => {
  it('is plain RTP/AVP with the gateway address, without WebRTC attributes', async () => {
    const offer = await negotiation().offer('browser', chromium({ video: true, data: true }));
    assert.doesNotMatch(
      offer,
      /ice|candidate|fingerprint|setup|mid|extmap|ssrc|rtcp-mux|rsize|BUNDLE|red|rtx|CN|AV1/,
    );
    assert.doesNotMatch(offer, /10\.0\.0\.5|goog-remb|transport-cc|application|trickle/);
    const { connection, origin, media } = parse(offer);
    assert.equal(connection?.ip, '192.0.2.9');
    assert.equal(origin.address, '192.0.2.9');
    assert.deepEqual(
      media.map(m => [m.type, m.port, m.protocol, m.payloads]),
      [
        ['audio', 20_000, 'RTP/AVP', '111 9 0 8 110 126'],
        ['video', 20_002, 'RTP/AVP', '96 102 104 106'],
      ],
    );
    assert.match(offer, /^a=fmtp:111 minptime=10;useinbandfec=1\r$/m);
    assert.match(offer, /^a=rtcp-fb:96 nack pli\r$/m);
    assert.match(offer, /^a=rtcp-fb:96 ccm fir\r$/m);
  });

  it('is the same for the same offer, and carries direction', async () => {
    const n = negotiation();
    const first = await n.offer('browser', chromium());
    assert.equal(await n.offer('browser', chromium()), first);
    const held = await n.offer('browser', chromium({ direction: 'sendonly' }));
    assert.match(held, /^a=sendonly\r$/m);
    assert.equal(parse(held).origin.sessionVersion, Number(parse(first).origin.sessionVersion) + 1);
  });

  for (const [what, sdp, code] of [
    ['no SDP', '', 400],
    ['no m= line', 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n', 400],
    ['an invalid port', chromium().replace('m=audio 9', 'm=audio nine'), 488],
    ['100 kB', chromium() + 'a=x:y\r\n'.repeat(20_000), 400],
    ['no fingerprint', chromium().replace(/a=fingerprint.*\r\n/, ''), 488],
    ['a SHA-1 fingerprint', chromium().replace('sha-256', 'sha-1'), 488],
    ['setup:passive', chromium().replace('actpass', 'passive'), 488],
    ['no ufrag', chromium().replace(/a=ice-ufrag.*\r\n/, ''), 488],
    ['no rtcp-mux', chromium().replace('a=rtcp-mux\r\n', ''), 488],
    ['plain RTP', chromium().replace('UDP/TLS/RTP/SAVPF', 'RTP/AVP'), 488],
    ['no carried codec', chromium().replace('111 63 9 0 8 13 110 126', '63 13 126'), 488],
    ['a hundred m= lines', chromium() + 'm=audio 9 RTP/AVP 0\r\n'.repeat(100), 488],
  ] as const) {
    it(`is refused with ${code} for ${what}`, async () => {
      await assert.rejects(negotiation().offer('browser', sdp), status(code));
    });
  }
});

describe('an answer for the browser', () => {
  for (const [offered, answered, passed, fromBrowser, fromPbx] of [
    ['recvonly', 'sendrecv', 'sendonly', false, true],
    ['recvonly', 'recvonly', 'inactive', false, false],
    ['sendonly', 'sendrecv', 'recvonly', true, false],
    ['sendrecv', 'sendonly', 'sendonly', false, true],
  ] as const) {
    it(`is ${passed} when a PBX answers ${answered} to ${offered}`, async () => {
      const n = negotiation();
      await n.offer('browser', chromium({ direction: offered }));
      const { sdp, plan } = await n.answer('pbx', pbx(...ulaw.with(-1, `a=${answered}`)));
      assert.match(sdp, new RegExp(`^a=${passed}\\r$`, 'm'));
      assert.equal(plan.lines[0]?.expectBrowser, fromBrowser);
      assert.equal(plan.lines[0]?.expectPbx, fromPbx);
    });
  }

  it('is WebRTC from an ICE-lite, DTLS-passive relay', async () => {
    const n = negotiation();
    await n.offer('browser', chromium());
    const { sdp, plan } = await n.answer('pbx', pbx(...ulaw));
    const answer = parse(sdp);
    assert.equal(answer.icelite, 'ice-lite');
    assert.deepEqual(answer.groups, [{ type: 'BUNDLE', mids: 0 }]);
    const [audio] = answer.media;
    assert.ok(audio);
    assert.equal(audio.protocol, 'UDP/TLS/RTP/SAVPF');
    assert.equal(audio.payloads, '0 126');
    assert.equal(audio.setup, 'passive');
    assert.equal(audio.rtcpMux, 'rtcp-mux');
    assert.equal(audio.ptime, 20);
    assert.deepEqual(audio.fingerprint, { type: 'sha-256', hash: print });
    assert.deepEqual(
      audio.candidates?.map(c => [c.transport, c.ip, c.port, c.type, c.tcptype]),
      [
        ['udp', '192.0.2.1', 3478, 'host', undefined],
        ['udp', '2001:db8::1', 3478, 'host', undefined],
        ['tcp', '192.0.2.1', 3479, 'host', 'passive'],
        ['tcp', '2001:db8::1', 3479, 'host', 'passive'],
      ],
    );
    assert.match(sdp, /^a=end-of-candidates\r$/m);
    assert.doesNotMatch(sdp, /198\.51\.100\.7|Asterisk|root/);
    assert.deepEqual(plan.lines[0]?.remote, {
      address: '198.51.100.7',
      port: 10200,
      rtcpAddress: '198.51.100.7',
      rtcpPort: 10201,
    });
    assert.equal(plan.lines[0]?.toPbx[126], 101);
    assert.equal(plan.lines[0]?.toBrowser[126], 126);
    assert.equal(plan.lines[0]?.toBrowser[101], 126);
    assert.equal(plan.lines[0]?.toPbx[111], notNegotiated);
    assert.equal(plan.browser.remoteUfrag, 'a1B2');
  });

  it('refuses video that the PBX refuses, and leaves it out of the BUNDLE', async () => {
    for (const refusal of [['m=video 0 RTP/AVP 96'], []]) {
      const n = negotiation();
      await n.offer('browser', chromium({ video: true, data: true }));
      const { sdp, plan } = await n.answer('pbx', pbx(...ulaw, ...refusal));
      assert.deepEqual(
        parse(sdp).media.map(m => [m.type, m.port, m.mid]),
        [
          ['audio', 3478, 0],
          ['video', 0, 1],
          ['application', 0, 2],
        ],
      );
      assert.match(sdp, /^a=group:BUNDLE 0\r$/m);
      assert.match(sdp, /^m=application 0 UDP\/DTLS\/SCTP webrtc-datachannel\r$/m);
      assert.equal(plan.lines.length, 1);
    }
  });

  it('uses the H264 variant of the answer, by packetization mode and profile', async () => {
    const n = negotiation();
    await n.offer('browser', chromium({ video: true }));
    const { sdp, plan } = await n.answer(
      'pbx',
      pbx(
        ...ulaw,
        'm=video 10300 RTP/AVP 99',
        'a=rtpmap:99 H264/90000',
        'a=fmtp:99 profile-level-id=42e00d;packetization-mode=1',
        'a=rtcp-fb:99 nack pli',
      ),
    );
    assert.match(sdp, /^m=video 3478 UDP\/TLS\/RTP\/SAVPF 106\r$/m);
    assert.match(sdp, /^a=rtcp-fb:106 nack pli\r$/m);
    assert.equal(plan.lines[1]?.toPbx[106], 99);
  });

  it('accepts H264 with the number of another offered profile of the same packetization mode', async () => {
    const n = negotiation();
    await n.offer('browser', chromium({ video: true }));
    const { plan } = await n.answer(
      'pbx',
      pbx(
        ...ulaw,
        'm=video 10300 RTP/AVP 99',
        'a=rtpmap:99 H264/90000',
        'a=fmtp:99 packetization-mode=1;profile-level-id=42e01f',
      ),
    );
    const video = plan.lines[1];
    assert.ok(video);
    const types = [106, 99, 102, 104, 96].map(type => video.toBrowser[type]);
    assert.deepEqual(types, [106, 106, 106, notNegotiated, notNegotiated]);
    assert.equal(video.toPbx[102], notNegotiated);
  });

  it('is byte-identical for the same answer, and different for a different one', async () => {
    const n = negotiation();
    await n.offer('browser', chromium());
    const first = await n.answer('pbx', pbx(...ulaw));
    assert.equal((await n.answer('pbx', pbx(...ulaw))).sdp, first.sdp);
    const other = await n.answer('pbx', pbx('m=audio 40000 RTP/AVP 8', 'a=rtpmap:8 PCMA/8000'));
    assert.notEqual(other.sdp, first.sdp);
    assert.equal(other.plan.lines[0]?.remote?.port, 40_000);
  });

  const at = (host: string) => pbx('m=audio 4000 RTP/AVP 0').replace('c=IN IP4 198.51.100.7', `c=IN ${host}`);
  for (const [what, sdp, reason] of [
    ['every line refused', pbx('m=audio 0 RTP/AVP 0'), 'line-refused'],
    ['no line at all', pbx(), 'malformed'],
    [
      'a codec that was not offered',
      pbx('m=audio 4000 RTP/AVP 18', 'a=rtpmap:18 G729/8000'),
      'no-common-codec',
    ],
    [
      'events without an audio codec',
      pbx('m=audio 4000 RTP/AVP 126', 'a=rtpmap:126 telephone-event/8000'),
      'no-common-codec',
    ],
    ['SRTP', pbx('m=audio 4000 RTP/SAVP 0'), 'unsupported-transport'],
    ['a multicast address', at('IP4 224.2.0.1/127'), 'address-not-allowed'],
    ['an unknown host name', at('IP4 pbx.example'), 'unknown-host'],
    ['IPv6 without a gateway address of IPv6', at('IP6 2001:db8::7'), 'no-address'],
    ['a forbidden host', at('IP4 203.0.113.5'), 'address-not-allowed'],
    ['a port of other services', pbx('m=audio 53 RTP/AVP 0'), 'no-port'],
  ] as const) {
    it(`is not made from ${what}`, async () => {
      const n = negotiation(address => !['203.0.113.5'].includes(address));
      await n.offer('browser', chromium());
      await assert.rejects(n.answer('pbx', sdp), { name: 'MediaError', reason });
      assert.equal((await n.answer('pbx', pbx(...ulaw))).plan.lines.length, 1, 'the offer is still valid');
    });
  }

  it('is sendonly when the PBX holds with 0.0.0.0, and the plan sends nothing', async () => {
    const n = negotiation();
    await n.offer('browser', chromium());
    const { sdp, plan } = await n.answer('pbx', pbx('m=audio 4000 RTP/AVP 0', 'c=IN IP4 0.0.0.0'));
    assert.match(sdp, /^a=sendonly\r$/m);
    assert.equal(plan.lines[0]?.remote, null);
    assert.equal(plan.lines[0]?.expectBrowser, false);
  });
});
