import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeAnswer } from '../../../../demo-site/pbx/answer.ts';
import { extensionFor } from '../../../../demo-site/pbx/dialplan.ts';
import { readOffer } from '../../../../demo-site/pbx/offer.ts';

const local = { address: '192.0.2.9', sessionId: 7, version: 1, audioPort: 4000, videoPort: 4002 };
const session = ['v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0'];
const offer = (...lines: string[]) => `${[...session, ...lines].join('\r\n')}\r\n`;
const answered = (...lines: string[]) => writeAnswer(readOffer(offer(...lines))!, local).split('\r\n');

test('G.711 is preferred to other codecs, with telephone-event of the same clock rate', () => {
  const lines = answered(
    'm=audio 5000 RTP/AVP 111 9 8 0 110 101',
    'a=rtpmap:111 opus/48000/2',
    'a=rtpmap:110 telephone-event/48000',
    'a=rtpmap:101 telephone-event/8000',
  );
  assert.ok(lines.includes('m=audio 4000 RTP/AVP 8 101'));
  assert.ok(lines.includes('a=rtpmap:8 PCMA/8000'));
  assert.ok(lines.includes('a=rtpmap:101 telephone-event/8000'));
  assert.ok(lines.includes('a=sendrecv'));
});

test('opus is accepted with its parameters if there is no G.711', () => {
  const lines = answered('m=audio 5000 RTP/AVP 96', 'a=rtpmap:96 opus/48000/2', 'a=fmtp:96 useinbandfec=1');
  assert.ok(lines.includes('a=rtpmap:96 opus/48000/2'));
  assert.ok(lines.includes('a=fmtp:96 useinbandfec=1'));
});

test('video is accepted with the supported feedback', () => {
  const lines = answered(
    'm=audio 5000 RTP/AVP 0',
    'm=video 5002 RTP/AVPF 97 98',
    'a=rtpmap:97 VP9/90000',
    'a=rtpmap:98 VP8/90000',
    'a=rtcp-fb:98 nack',
    'a=rtcp-fb:98 nack pli',
    'a=rtcp-fb:* ccm fir',
  );
  assert.ok(lines.includes('m=video 4002 RTP/AVPF 98'));
  assert.deepEqual(
    lines.filter(line => line.startsWith('a=rtcp-fb')),
    ['a=rtcp-fb:98 nack pli', 'a=rtcp-fb:98 ccm fir'],
  );
});

test('unsupported sections are rejected in their place', () => {
  const sdp = offer(
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'm=audio 5000 RTP/SAVPF 0',
    'm=audio 5000 RTP/AVP 0',
    'm=video 5002 RTP/AVP 99',
    'a=rtpmap:99 AV1/90000',
  );
  const lines = writeAnswer(readOffer(sdp)!, { ...local, videoPort: undefined }).split('\r\n');
  assert.deepEqual(
    lines.filter(line => line.startsWith('m=')),
    [
      'm=application 0 UDP/DTLS/SCTP webrtc-datachannel',
      'm=audio 0 RTP/SAVPF 0',
      'm=audio 4000 RTP/AVP 0',
      'm=video 0 RTP/AVP 99',
    ],
  );
});

test('hold is answered with the opposite direction, in the new form and in the old', () => {
  for (const [line, mirror] of [
    ['a=sendonly', 'recvonly'],
    ['a=recvonly', 'sendonly'],
    ['a=inactive', 'inactive'],
    ['c=IN IP4 0.0.0.0', 'recvonly'],
  ] as const) {
    assert.equal(readOffer(offer('m=audio 5000 RTP/AVP 0', line))?.audio?.direction, mirror, line);
  }
});

test('RTCP goes to the port after RTP, or where the offer says', () => {
  assert.equal(readOffer(offer('m=audio 5000 RTP/AVP 0'))?.audio?.remote.rtcpPort, 5001);
  assert.equal(readOffer(offer('m=audio 5000 RTP/AVP 0', 'a=rtcp:6000'))?.audio?.remote.rtcpPort, 6000);
});

test('text without an offer, without usable audio or with a host name as address is not accepted', () => {
  const broken = [
    '',
    'hello',
    '\0\0\0',
    offer('m=audio'),
    offer('m=audio 0 RTP/AVP 0'),
    offer('m=audio 5000 RTP/AVP 18'),
    offer('c=IN IP4 example.test', 'm=audio 5000 RTP/AVP 0').replace('c=IN IP4 192.0.2.1\r\n', ''),
    offer(...Array<string>(40).fill('m=audio 5000 RTP/AVP 0')),
  ];
  for (const sdp of broken) assert.equal(readOffer(sdp)?.audio, undefined, JSON.stringify(sdp.slice(0, 60)));
});

test("the dialplan has the document's people; any other number is a wrong call", () => {
  for (const user of ['director', 'alex', '101', 'Director']) {
    assert.equal(extensionFor(`sip:${user}@mysite.test;transport=udp`).verdict, 'Good call');
  }
  assert.equal(extensionFor('sip:busy@mysite.test').action.type, 'refuse');
  for (const uri of [
    'sip:nobody@mysite.test',
    'sip:mysite.test',
    'sip:@x',
    'sip:1011@x',
    'tel:101',
    'sip:101%20@x',
  ]) {
    assert.equal(extensionFor(uri).verdict, 'Wrong call', uri);
  }
});
