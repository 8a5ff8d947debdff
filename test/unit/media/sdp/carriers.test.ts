// Cisco, Avaya, Mitel, AudioCodes, Ribbon, Huawei, Oracle, PortaSIP, Eltex, and the SBCs before Teams.

import { answers, events, offers, rtpmaps, writer } from './sdp-notation.ts';

const { ulaw, alaw, g722, g729, event } = rtpmaps;
const cube = writer({ o: 'CiscoSystemsSIP-GW-UserAgent 1549 2361', s: 'SIP Call', c: '' });
const cucm = writer({ o: 'CiscoSystemsCCM-SIP 2000 1', s: 'SIP Call', more: ['b=TIAS:64000', 'b=AS:64'] });
const avaya = writer({
  o: '- 1521048217 2',
  s: '-',
  more: ['b=TIAS:64000', 'a=avf:avc=n prio=n', 'a=csup:avf-v0'],
});
const mitel = writer({ o: '- 14580 14580', s: 'SIP Call' });
const audiocodes = writer({ o: 'AudiocodesGW 30221 87035', s: 'Phone-Call' });
const sonus = writer({ o: 'Sonus_UAC 7718 4751', s: 'SIP Media Capabilities' });
const huawei = writer({ o: 'HuaweiUAP3300 1 1', s: 'Sip Call' });
const porta = writer({ o: 'PortaSIP 2791243008713724005 1', s: '-', c: '' });
const eltex = writer({ o: 'ecss 973455308698 973455308700', s: 'pjmedia', c: '' });
const oracle = writer({ o: '- 85 85', s: '-' });

answers('Cisco UBE', [
  [
    'with an unusual payload type 19',
    cube(
      'm=audio 16550 RTP/AVP 0 101 19',
      'c=IN IP4 198.51.100.7',
      ulaw,
      ...events,
      'a=rtpmap:19 CN/8000',
      'a=ptime:20',
    ),
    '0 126>101 @16550 ptime=20',
  ],
  [
    'with events listed twice',
    cube('m=audio 16550 RTP/AVP 0 101 101', 'c=IN IP4 198.51.100.7', ulaw, ...events, ...events),
    '0 126>101 @16550',
  ],
  [
    'with G.729',
    cube('m=audio 16550 RTP/AVP 18', 'c=IN IP4 198.51.100.7', g729, 'a=fmtp:18 annexb=no'),
    '!no-common-codec: no common codec: the PBX answers with G729',
  ],
  ['on hold', cube('m=audio 16550 RTP/AVP 0', 'c=IN IP4 0.0.0.0', ulaw, 'a=inactive'), '0 @hold inactive'],
  [
    'with NSE',
    cube(
      'm=audio 16550 RTP/AVP 0 100',
      'c=IN IP4 198.51.100.7',
      ulaw,
      'a=rtpmap:100 X-NSE/8000',
      'a=fmtp:100 192-194',
    ),
    '0 @16550',
  ],
]);

answers('Cisco UCM', [
  [
    'with a bandwidth of the session',
    cucm('m=audio 24566 RTP/AVP 0 101', ulaw, 'a=ptime:20', ...events.slice(0, 1), 'a=fmtp:101 0-15'),
    '0 126>101 @24566 ptime=20',
  ],
  [
    'with G.722 at 64 kbit/s',
    cucm('m=audio 24566 RTP/AVP 9', g722, 'a=ptime:20', 'a=X-cisco-media:umoh'),
    '9 @24566 ptime=20',
  ],
  [
    'with music on hold from a multicast address',
    cucm('m=audio 24566 RTP/AVP 0', 'c=IN IP4 239.1.1.1/16', ulaw, 'a=sendonly'),
    '0 @24566 sendonly',
  ],
  [
    'with video and BFCP',
    cucm(
      'm=audio 24566 RTP/AVP 0',
      ulaw,
      'm=video 24570 RTP/AVP 97',
      'a=rtpmap:97 H264/90000',
      'a=fmtp:97 profile-level-id=42E01F;packetization-mode=1;max-mbps=108000',
      'a=content:main',
      'm=application 0 UDP/BFCP *',
    ),
    '0 @24566 | 106>97 @24570',
    { video: true },
  ],
]);

answers('Avaya', [
  [
    'with codecs that were not offered',
    avaya('m=audio 2054 RTP/AVP 8 101', alaw, event, 'a=sendrecv'),
    '8 126>101 @2054',
  ],
  ['with ptime of 10', avaya('m=audio 2054 RTP/AVP 0', 'a=ptime:10', ulaw), '0 @2054 ptime=10'],
  ['with a text line', avaya('m=audio 2054 RTP/AVP 0', ulaw, 'm=text 0 RTP/AVP 98'), '0 @2054'],
  [
    'with best-effort SRTP',
    avaya('m=audio 2054 RTP/SAVP 0', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x', ulaw),
    '!unsupported-transport',
  ],
]);

answers('Mitel', [
  [
    'with ptime twice',
    mitel('m=audio 50036 RTP/AVP 8 101', 'a=ptime:20', alaw, ...events, 'a=ptime:30'),
    '8 126>101 @50036 ptime=20',
  ],
  ['with static payload types only', mitel('m=audio 50036 RTP/AVP 0'), '0 @50036'],
  ['with an empty s=', writer({ s: '' })('m=audio 50036 RTP/AVP 0', ulaw), '0 @50036'],
]);

answers('AudioCodes', [
  [
    'in lower case',
    audiocodes(
      'm=audio 7210 RTP/AVP 8 96',
      'a=rtpmap:8 pcma/8000',
      'a=ptime:20',
      'a=rtpmap:96 telephone-event/8000',
      'a=fmtp:96 0-15',
    ),
    '8 126>96 @7210 ptime=20',
  ],
  ['with a stated channel', audiocodes('m=audio 7210 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000/1'), '0 @7210'],
  [
    'with RTCP XR',
    audiocodes('m=audio 7210 RTP/AVP 0', ulaw, 'a=rtcp-xr:voip-metrics', 'a=rtcp:7211 IN IP4 198.51.100.7'),
    '0 @7210',
  ],
  [
    'before Teams, with ICE attributes',
    audiocodes(
      'm=audio 7210 RTP/AVP 0',
      ulaw,
      'a=ice-lite',
      'a=candidate:1 1 UDP 1 198.51.100.7 7210 typ host',
      'a=x-signaling-fb:* x-message app',
    ),
    '0 @7210',
  ],
]);

answers('Ribbon', [
  [
    'with session attributes',
    sonus('m=audio 5770 RTP/AVP 8 101', alaw, event, 'a=fmtp:101 0-15', 'a=sendrecv', 'a=ptime:20'),
    '8 126>101 @5770 ptime=20',
  ],
  [
    'with maxptime below ptime',
    sonus('m=audio 5770 RTP/AVP 0', ulaw, 'a=ptime:20', 'a=maxptime:10'),
    '0 @5770 ptime=20 maxptime=10',
  ],
  [
    'with silence suppression at session level',
    writer({ more: ['a=silenceSupp:off - - - -', 'a=sendonly'] })('m=audio 5770 RTP/AVP 0', ulaw),
    '0 @5770 sendonly',
  ],
]);

answers('Huawei', [
  [
    'with a=ptime and 3GPP OA',
    huawei('m=audio 10200 RTP/AVP 8 97', alaw, 'a=rtpmap:97 telephone-event/8000', 'a=ptime:20', 'a=3gOoBTC'),
    '8 126>97 @10200 ptime=20',
  ],
  [
    'with AMR first',
    huawei(
      'm=audio 10200 RTP/AVP 102 8',
      'a=rtpmap:102 AMR/8000',
      'a=fmtp:102 mode-set=7; octet-align=1',
      alaw,
    ),
    '8 @10200',
  ],
  [
    'with only AMR',
    huawei('m=audio 10200 RTP/AVP 102', 'a=rtpmap:102 AMR/8000/1'),
    '!no-common-codec: no common codec: the PBX answers with AMR',
  ],
  [
    'with preconditions',
    huawei('m=audio 10200 RTP/AVP 8', alaw, 'a=curr:qos local none', 'a=des:qos mandatory local sendrecv'),
    '8 @10200',
  ],
]);

answers('PortaSIP', [
  [
    'with c= after its line',
    porta(
      'm=audio 51778 RTP/AVP 0 18 96',
      'c=IN IP4 198.51.100.7',
      'a=sendrecv',
      ulaw,
      g729,
      'a=rtpmap:96 telephone-event/8000',
      'a=fmtp:96 0-15',
      'a=silenceSupp:off - - - -',
      'a=ptime:20',
      'a=maxptime:30',
    ),
    '0 126>96 @51778 ptime=20 maxptime=30',
  ],
]);

answers('Oracle SBC', [
  [
    'with two times and a zone',
    writer({ more: ['t=0 0', 'r=7d 1h 0 25h', 'z=0 0'] })('m=audio 10200 RTP/AVP 0', ulaw),
    '0 @10200',
  ],
  ['with an invalid bandwidth', oracle('m=audio 10200 RTP/AVP 0', 'b=AS', 'b=X-YZ:many', ulaw), '0 @10200'],
]);

offers('Eltex', [
  [
    'ended lines before a new one',
    eltex(
      'm=audio 0 RTP/AVP 8',
      'c=IN IP4 127.0.0.1',
      'm=video 0 RTP/AVP 34',
      'c=IN IP4 127.0.0.1',
      'm=audio 12176 RTP/AVP 8',
      'c=IN IP4 198.51.100.24',
      'b=TIAS:64000',
      'a=rtpmap:8 PCMA/8000/1',
      'a=rtcp:12177 IN IP4 198.51.100.24',
    ),
    '8 @198.51.100.24:12176',
    {},
    'audio -, video -, audio 8',
  ],
]);

offers('Cisco UCM', [
  ['a hold', cucm('m=audio 24566 RTP/AVP 0 101', ulaw, ...events, 'a=inactive'), '0 126>101 @24566 inactive'],
  [
    'music from its inner network',
    cucm('m=audio 24566 RTP/AVP 0', 'c=IN IP4 10.1.33.103', ulaw, 'a=sendonly'),
    '0 @24566 recvonly',
  ],
  [
    'G.722 and more',
    cucm(
      'm=audio 24566 RTP/AVP 9 0 8 116 18 101',
      g722,
      ulaw,
      alaw,
      'a=rtpmap:116 iLBC/8000',
      'a=fmtp:116 mode=20',
      g729,
      'a=fmtp:18 annexb=no',
      ...events,
    ),
    '9 0 8 126>101 @24566',
    {},
    'audio 9 0 8 101',
  ],
]);

offers('Avaya', [
  [
    'a move to the phone',
    avaya('m=audio 2050 RTP/AVP 0 101', 'c=IN IP4 198.51.100.61', ulaw, event),
    '0 126>101 @198.51.100.61:2050',
  ],
  [
    'a secure line, then a plain one',
    avaya(
      'm=audio 2054 RTP/SAVP 0',
      'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x',
      'm=audio 2054 RTP/AVP 0',
      ulaw,
    ),
    '0 @2054',
    {},
    'audio -, audio 0',
  ],
]);

offers('Huawei', [
  [
    'AMR and G.711',
    huawei(
      'm=audio 10200 RTP/AVP 102 8 97',
      'a=rtpmap:102 AMR/8000/1',
      alaw,
      'a=rtpmap:97 telephone-event/8000',
    ),
    '8 126>97 @10200',
    {},
    'audio 8 97',
  ],
]);
