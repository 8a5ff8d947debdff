// SDP as browsers and PBXs write it, and a negotiation for it.

import { localAddressFor, openAddress } from '../../../gateway/media/address.ts';
import { Negotiation } from '../../../gateway/media/embedded/negotiation.ts';
import { MediaError } from '../../../gateway/media/relay.ts';

export const print = Array.from({ length: 32 }, () => 'AB').join(':');

export function negotiation(allowed: (address: string) => boolean = () => true): Negotiation {
  return new Negotiation({
    call: 'call',
    browser: {
      candidateAddresses: ['192.0.2.1', '2001:db8::1'].map(ip => ({ ip, port: 3478, tcpPort: 3479 })),
      fingerprint: print,
    },
    pbx: { localAddressFor: pbx => localAddressFor([openAddress('192.0.2.9')], pbx), allowed },
    ports: async lines => lines.map(line => 20_000 + line * 2),
  });
}

/** Chromium 156's offer of audio, and of video, without parts that are irrelevant here. */
export function chromium(
  options: { video?: boolean; direction?: string; ufrag?: string; data?: boolean } = {},
): string {
  const { video = false, direction = 'sendrecv', ufrag = 'a1B2', data = false } = options;
  const transport = [
    'c=IN IP4 0.0.0.0',
    'a=rtcp:9 IN IP4 0.0.0.0',
    'a=candidate:1 1 udp 2113937151 10.0.0.5 50000 typ host generation 0 network-cost 999',
    `a=ice-ufrag:${ufrag}`,
    'a=ice-pwd:abcdefghijklmnopqrstuvwx',
    'a=ice-options:trickle',
    `a=fingerprint:sha-256 ${print}`,
    'a=setup:actpass',
  ];
  return [
    'v=0',
    'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    `a=group:BUNDLE 0${video ? ' 1' : ''}${data ? ' 2' : ''}`,
    'a=extmap-allow-mixed',
    'a=msid-semantic: WMS stream',
    'm=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126',
    ...transport,
    'a=mid:0',
    'a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level',
    'a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid',
    `a=${direction}`,
    'a=msid:stream track',
    'a=rtcp-mux',
    'a=rtcp-rsize',
    'a=rtpmap:111 opus/48000/2',
    'a=rtcp-fb:111 transport-cc',
    'a=fmtp:111 minptime=10;useinbandfec=1',
    'a=rtpmap:63 red/48000/2',
    'a=fmtp:63 111/111',
    'a=rtpmap:9 G722/8000',
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:8 PCMA/8000',
    'a=rtpmap:13 CN/8000',
    'a=rtpmap:110 telephone-event/48000',
    'a=rtpmap:126 telephone-event/8000',
    'a=ssrc:1001 cname:x',
    ...(video
      ? [
          'm=video 9 UDP/TLS/RTP/SAVPF 96 97 102 103 104 106 45',
          ...transport,
          'a=mid:1',
          `a=${direction}`,
          'a=rtcp-mux',
          'a=rtpmap:96 VP8/90000',
          'a=rtcp-fb:96 goog-remb',
          'a=rtcp-fb:96 transport-cc',
          'a=rtcp-fb:96 ccm fir',
          'a=rtcp-fb:96 nack',
          'a=rtcp-fb:96 nack pli',
          'a=rtpmap:97 rtx/90000',
          'a=fmtp:97 apt=96',
          'a=rtpmap:102 H264/90000',
          'a=rtcp-fb:102 nack pli',
          'a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f',
          'a=rtpmap:103 rtx/90000',
          'a=rtpmap:104 H264/90000',
          'a=fmtp:104 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42001f',
          'a=rtpmap:106 H264/90000',
          'a=rtcp-fb:106 nack pli',
          'a=fmtp:106 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
          'a=rtpmap:45 AV1/90000',
        ]
      : []),
    ...(data
      ? ['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', ...transport, 'a=mid:2', 'a=sctp-port:5000']
      : []),
    '',
  ].join('\r\n');
}

export function pbx(...media: readonly string[]): string {
  return [
    'v=0',
    'o=root 1 1 IN IP4 198.51.100.7',
    's=Asterisk',
    'c=IN IP4 198.51.100.7',
    't=0 0',
    ...media,
    '',
  ].join('\r\n');
}

export const ulaw = [
  'm=audio 10200 RTP/AVP 0 101',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-16',
  'a=ptime:20',
  'a=sendrecv',
];

export const status = (expected: number) => (error: unknown) =>
  error instanceof MediaError && error.status === expected;
