// FreeSWITCH, 3CX, Kamailio with rtpengine, and cloud PBXs.

import { answers, events, offers, rtpmaps, writer } from './sdp-notation.ts';

const { opus, g722, ulaw, alaw, g729, event } = rtpmaps;
const freeswitch = writer({ o: 'FreeSWITCH 1555255275 1555255276', s: 'FreeSWITCH' });
const threeCx = writer({ o: '3cxPS 139133452288 282142441473', s: '3cxPS Audio call' });
const rtpengine = writer({ o: '- 128014 28014', s: '-', c: '' });
const zoom = writer({ o: 'zoom 1 1', s: 'zoom' });
const ringCentral = writer({ o: '- 1867036 8852312', s: 'SmcSip', c: 'IN IP4 pbx.mysite.test' });

answers('FreeSWITCH', [
  [
    'with opus and telephone parameters',
    freeswitch(
      'm=audio 10200 RTP/AVP 111 110',
      opus,
      'a=fmtp:111 useinbandfec=1; maxaveragebitrate=30000; maxplaybackrate=48000; ptime=20; minptime=10; maxptime=40',
      'a=rtpmap:110 telephone-event/48000',
      'a=ptime:20',
      'a=rtcp:10201 IN IP4 198.51.100.7',
    ),
    '111 110 @10200 ptime=20',
  ],
  [
    'with a=rtcp of another port',
    freeswitch('m=audio 10200 RTP/AVP 0', ulaw, 'a=rtcp:10300'),
    '0 @10200 rtcp=10300',
  ],
  ['with RTP/AVPF', freeswitch('m=audio 10200 RTP/AVPF 0', ulaw), '0 @10200'],
  [
    'with SAVP and keys',
    freeswitch('m=audio 10200 RTP/SAVP 0', ulaw, 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x'),
    '!unsupported-transport: the PBX requires RTP/SAVP, but the gateway supports only RTP/AVP toward a PBX',
  ],
  ['with comfort noise', freeswitch('m=audio 10200 RTP/AVP 0 13', ulaw, 'a=rtpmap:13 CN/8000'), '0 @10200'],
  [
    'with redundancy first',
    freeswitch('m=audio 10200 RTP/AVP 121 0', 'a=rtpmap:121 red/8000', 'a=fmtp:121 0/0', ulaw),
    '0 @10200',
  ],
  [
    'with video in H.264',
    freeswitch(
      'm=audio 10200 RTP/AVP 0',
      ulaw,
      'm=video 10300 RTP/AVP 106',
      'a=rtpmap:106 H264/90000',
      'a=fmtp:106 level-asymmetry-allowed=1; packetization-mode=1; profile-level-id=42E01F',
      'a=rtcp-fb:* nack pli',
      'a=rtcp-fb:106 ccm tmmbr',
    ),
    '0 @10200 | 106 @10300',
    { video: true },
  ],
]);

answers('3CX', [
  [
    'with PCMU',
    threeCx(
      'm=audio 12212 RTP/AVP 0 102',
      ulaw,
      'a=ptime:20',
      'a=rtpmap:102 telephone-event/8000',
      'a=fmtp:102 0-15',
      'a=sendrecv',
    ),
    '0 126>102 @12212 ptime=20',
  ],
  [
    'refusing a secure line that was not offered before the plain one',
    threeCx('m=audio 0 RTP/SAVPF 9 0 8', 'm=audio 12212 RTP/AVP 0 101', ulaw, ...events),
    '0 126>101 @12212',
  ],
  [
    'with G.722 and three more',
    threeCx('m=audio 12212 RTP/AVP 9 0 8 101', g722, ulaw, alaw, ...events),
    '9 0 8 126>101 @12212',
  ],
  [
    'with only G.729',
    threeCx('m=audio 12212 RTP/AVP 18 101', g729, 'a=fmtp:18 annexb=no', event),
    '!no-common-codec: no common codec: the PBX answers with G729, telephone-event',
  ],
  [
    'with c= of its inner address',
    threeCx('m=audio 12212 RTP/AVP 0', 'c=IN IP4 10.10.0.176', ulaw),
    '0 @12212',
  ],
]);

answers('Kamailio with rtpengine', [
  [
    'with a separate line',
    rtpengine(
      'm=audio 34018 RTP/AVP 8 101',
      'c=IN IP4 198.51.100.30',
      alaw,
      ...events,
      'a=sendrecv',
      'a=rtcp:34019',
      'a=ptime:20',
    ),
    '8 126>101 @198.51.100.30:34018 ptime=20',
  ],
  [
    'with rtcp-mux that was not offered',
    rtpengine('m=audio 34018 RTP/AVP 0', 'c=IN IP4 198.51.100.7', ulaw, 'a=rtcp:34018', 'a=rtcp-mux'),
    '0 @34018 rtcp=34018',
  ],
  [
    'with a=rtcp of its IPv6 side',
    rtpengine('m=audio 34018 RTP/AVP 0', 'c=IN IP4 198.51.100.7', ulaw, 'a=rtcp:34019 IN IP6 2001:db8::7'),
    '0 @34018',
  ],
  [
    'with the ICE of its other side',
    rtpengine(
      'm=audio 34018 RTP/AVP 0',
      'c=IN IP4 198.51.100.7',
      ulaw,
      'a=ice-lite',
      'a=ice-ufrag:5+C9HfNJ',
      'a=ice-pwd:eWaTT4qZi5SUKo5zQtrdeIOP',
      'a=end-of-candidates',
      'a=setup:active',
      'a=fingerprint:sha-256 AA:BB',
    ),
    '0 @34018',
  ],
]);

answers('RingCentral', [
  [
    'from a host name, in lower case',
    ringCentral(
      'm=audio 33250 RTP/AVP 0 101',
      'a=rtpmap:0 pcmu/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=fmtp:101 0-15',
      'a=sendrecv',
    ),
    '0 126>101 @33250',
  ],
]);

answers('Zoom Phone', [
  [
    'with opus and no stereo',
    zoom(
      'm=audio 10200 RTP/AVP 99 101',
      'a=rtpmap:99 opus/48000',
      'a=fmtp:99 stereo=0;usedtx=0',
      ...events,
      'a=maxptime:40',
    ),
    '111>99 126>101 @10200 maxptime=40',
  ],
  ['with AES keys only', zoom('m=audio 10200 RTP/SAVP 0 101', ulaw), '!unsupported-transport'],
]);

offers('FreeSWITCH', [
  [
    'a hold',
    freeswitch('m=audio 10200 RTP/AVP 0 101', ulaw, ...events, 'a=sendonly'),
    '0 126>101 @10200 recvonly',
    {},
    'audio 0 101',
  ],
  [
    'a resume',
    freeswitch('m=audio 10200 RTP/AVP 0 101', ulaw, ...events, 'a=sendrecv'),
    '0 126>101 @10200',
    {},
    'audio 0 101',
  ],
  [
    'RTP/AVPF, and gets an answer with it',
    freeswitch('m=audio 10200 RTP/AVPF 0', ulaw),
    '0 @10200',
    {},
    'audio RTP/AVPF 0',
  ],
  [
    'only SAVP',
    freeswitch('m=audio 10200 RTP/SAVP 0', ulaw),
    '!unsupported-transport: the PBX requires RTP/SAVP, but the gateway supports only RTP/AVP toward a PBX',
  ],
  [
    'only G.729',
    freeswitch('m=audio 10200 RTP/AVP 18', g729),
    '!no-common-codec: no common codec: the PBX offers G729',
  ],
  [
    'only G.729, by its number',
    freeswitch('m=audio 10200 RTP/AVP 18'),
    '!no-common-codec: no common codec: the PBX offers G729',
  ],
  [
    'a bypass to another machine',
    freeswitch('m=audio 10200 RTP/AVP 0', 'c=IN IP4 198.51.100.44', ulaw),
    '0 @198.51.100.44:10200',
  ],
]);

offers('3CX', [
  [
    'a secure line and a plain one',
    threeCx(
      'm=audio 12212 RTP/SAVP 0',
      'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x',
      'm=audio 12214 RTP/AVP 0',
      ulaw,
    ),
    '0 @12214',
    {},
    'audio -, audio 0',
  ],
  [
    'music on hold from an inner address',
    threeCx('m=audio 12212 RTP/AVP 0', 'c=IN IP4 10.10.0.176', ulaw, 'a=sendonly'),
    '0 @12212 recvonly',
  ],
]);

offers('Kamailio with rtpengine', [
  [
    'new ports',
    rtpengine('m=audio 34050 RTP/AVP 0 101', 'c=IN IP4 198.51.100.31', ulaw, ...events, 'a=rtcp:34051'),
    '0 126>101 @198.51.100.31:34050',
  ],
  [
    'a=rtcp without an address',
    rtpengine('m=audio 34050 RTP/AVP 0', 'c=IN IP4 198.51.100.31', ulaw, 'a=rtcp:9 IN IP4 0.0.0.0'),
    '0 @198.51.100.31:34050',
  ],
]);
