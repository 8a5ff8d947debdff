// Asterisk with chan_sip and chan_pjsip, FreePBX, MikoPBX, Yeastar and other products based on Asterisk.

import { answers, events, offers, rtpmaps, writer } from './sdp-notation.ts';

const { opus, g722, ulaw, alaw, event } = rtpmaps;
const chanSip = writer({ o: 'root 1821 1821', s: 'Asterisk PBX 16.28.0' });
const pjsip = writer({ o: '- 398814 4', s: 'Asterisk' });
const pjsipApart = writer({ o: '- 398814 4', s: 'Asterisk', c: '' });
const miko = writer({ o: '- 2890844526 2890842808', s: 'mikopbx' });
const yeastar = writer({ o: '- 3724394401 3724394403', s: 'Yeastar' });

answers('chan_sip', [
  [
    'with PCMU',
    chanSip('m=audio 10200 RTP/AVP 0 101', ulaw, ...events, 'a=ptime:20', 'a=maxptime:150', 'a=sendrecv'),
    '0 126>101 @10200 ptime=20 maxptime=150',
  ],
  [
    'with silence suppression off',
    chanSip('m=audio 10200 RTP/AVP 8 101', alaw, ...events, 'a=silenceSupp:off - - - -', 'a=ptime:20'),
    '8 126>101 @10200 ptime=20',
  ],
  [
    'with GSM and others that were not offered',
    chanSip('m=audio 10200 RTP/AVP 3 0 8 101', 'a=rtpmap:3 GSM/8000', ulaw, alaw, ...events),
    '0 8 126>101 @10200',
  ],
  [
    'with a hold by an unspecified address',
    chanSip('m=audio 10200 RTP/AVP 0', 'c=IN IP4 0.0.0.0', ulaw),
    '0 @hold sendonly',
  ],
  ['with a hold by inactive', chanSip('m=audio 10200 RTP/AVP 0', ulaw, 'a=inactive'), '0 @10200 inactive'],
  [
    'with opus under a different number',
    chanSip('m=audio 10200 RTP/AVP 107 101', 'a=rtpmap:107 opus/48000/2', ...events),
    '111>107 126>101 @10200',
  ],
  [
    'with an empty fmtp, as the Digium Opus module does',
    chanSip('m=audio 10200 RTP/AVP 111', opus, 'a=fmtp:111'),
    '111 @10200',
  ],
  [
    'without video',
    chanSip('m=audio 10200 RTP/AVP 0', ulaw, 'm=video 0 RTP/AVP 96'),
    '0 @10200 | -',
    { video: true },
  ],
  [
    'with H.264 and no parameters',
    chanSip('m=audio 10200 RTP/AVP 0', ulaw, 'm=video 10300 RTP/AVP 106', 'a=rtpmap:106 H264/90000'),
    '0 @10200 | 106 @10300',
    { video: true },
  ],
  [
    'with the bandwidth of the line',
    chanSip('m=audio 10200 RTP/AVP 0', 'b=AS:384', ulaw, 'a=sendrecv'),
    '0 @10200',
  ],
]);

answers('chan_pjsip', [
  [
    'with opus',
    pjsip(
      'm=audio 10200 RTP/AVP 111 126',
      opus,
      'a=fmtp:111 useinbandfec=1',
      'a=rtpmap:126 telephone-event/8000',
    ),
    '111 126 @10200',
  ],
  [
    'with events at both rates',
    pjsip(
      'm=audio 10200 RTP/AVP 107 0 101 102',
      'a=rtpmap:107 opus/48000/2',
      ulaw,
      'a=rtpmap:101 telephone-event/48000',
      'a=fmtp:101 0-16',
      'a=rtpmap:102 telephone-event/8000',
      'a=fmtp:102 0-16',
      'a=ptime:20',
      'a=maxptime:20',
    ),
    '111>107 0 110>101 126>102 @10200 ptime=20 maxptime=20',
  ],
  [
    'with c= in the line only',
    pjsipApart('m=audio 10200 RTP/AVP 0', 'c=IN IP4 198.51.100.7', ulaw, 'a=sendrecv'),
    '0 @10200',
  ],
  ['with a=rtcp', pjsip('m=audio 10200 RTP/AVP 0', ulaw, 'a=rtcp:10201 IN IP4 198.51.100.7'), '0 @10200'],
  [
    'with a=rtcp of its inner address',
    pjsip('m=audio 10200 RTP/AVP 0', ulaw, 'a=rtcp:30001 IN IP4 192.168.10.5'),
    '0 @10200',
  ],
  [
    'with a label, a stream and an SSRC',
    pjsip(
      'm=audio 10200 RTP/AVP 0',
      ulaw,
      'a=ssrc:1221 cname:ab',
      'a=msid:a b',
      'a=label:1',
      'a=mid:audio-0',
    ),
    '0 @10200',
  ],
  [
    'with ICE attributes',
    pjsip(
      'm=audio 10200 RTP/AVP 0',
      ulaw,
      'a=ice-ufrag:1b24',
      'a=ice-pwd:5c7f2c5b2ea2eb5a',
      'a=candidate:H 1 UDP 2130706431 192.168.10.5 10200 typ host',
      'a=candidate:S 1 UDP 1694498815 198.51.100.7 10200 typ srflx raddr 192.168.10.5 rport 10200',
    ),
    '0 @10200',
  ],
  [
    'with two video lines when one was offered',
    pjsip(
      'm=audio 10200 RTP/AVP 0',
      ulaw,
      'm=video 10300 RTP/AVP 96',
      'a=rtpmap:96 VP8/90000',
      'm=video 0 RTP/AVP 96',
    ),
    '0 @10200 | 96 @10300',
    { video: true },
  ],
  [
    'with G.722',
    pjsip('m=audio 10200 RTP/AVP 9 101', g722, ...events, 'a=ptime:20'),
    '9 126>101 @10200 ptime=20',
  ],
]);

answers('MikoPBX', [
  [
    'with PCMA and events at 8000 only',
    miko('m=audio 10200 RTP/AVP 8 101', alaw, event, 'a=fmtp:101 0-16', 'a=ptime:20', 'a=maxptime:150'),
    '8 126>101 @10200 ptime=20 maxptime=150',
  ],
  [
    'with opus first and no events',
    miko('m=audio 10200 RTP/AVP 107 8', 'a=rtpmap:107 opus/48000/2', 'a=fmtp:107 useinbandfec=1', alaw),
    '111>107 8 @10200',
  ],
]);

answers('Yeastar', [
  [
    'with a bandwidth of the session and X-nat',
    yeastar('b=AS:84', 'a=X-nat:0', 'm=audio 10200 RTP/AVP 0 101', 'b=TIAS:64000', ulaw, ...events),
    '0 126>101 @10200',
  ],
  [
    'with a fax line after the audio',
    yeastar('m=audio 10200 RTP/AVP 0', ulaw, 'm=image 0 udptl t38'),
    '0 @10200',
  ],
]);

offers('Asterisk', [
  [
    'a hold',
    chanSip('m=audio 10200 RTP/AVP 0 101', ulaw, ...events, 'a=sendonly'),
    '0 126>101 @10200 recvonly',
    {},
    'audio 0 101',
  ],
  ['a hold by address', chanSip('m=audio 10200 RTP/AVP 0', 'c=IN IP4 0.0.0.0', ulaw), '0 @hold recvonly'],
  [
    'direct media at the phone',
    chanSip('m=audio 40000 RTP/AVP 0', 'c=IN IP4 198.51.100.20', ulaw),
    '0 @198.51.100.20:40000',
  ],
  [
    'a fax beside the audio',
    chanSip('m=audio 10200 RTP/AVP 0', ulaw, 'm=image 4400 udptl t38', 'a=T38FaxVersion:0'),
    '0 @10200',
    {},
    'audio 0, image -',
  ],
  ['only a fax', chanSip('m=image 4400 udptl t38', 'a=T38FaxVersion:0'), '!no-common-codec'],
  [
    'video too',
    pjsip('m=audio 10200 RTP/AVP 0', ulaw, 'm=video 10300 RTP/AVP 99', 'a=rtpmap:99 VP8/90000'),
    '0 @10200 | 99 @10300',
    {},
    'audio 0, video 99',
  ],
  [
    'all its codecs',
    chanSip(
      'm=audio 10200 RTP/AVP 0 8 3 9 18 101',
      ulaw,
      alaw,
      'a=rtpmap:3 GSM/8000',
      g722,
      rtpmaps.g729,
      'a=fmtp:18 annexb=no',
      ...events,
      'a=maxptime:150',
    ),
    '0 8 9 126>101 @10200',
    {},
    'audio 0 8 9 101',
  ],
  [
    'with opus under a different number',
    pjsip('m=audio 10200 RTP/AVP 107 101', 'a=rtpmap:107 opus/48000/2', ...events),
    '111>107 126>101 @10200',
    {},
    'audio 107 101',
  ],
]);
