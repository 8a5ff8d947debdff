// Desk telephones, routers and soft phones, whose SDP a PBX without media forwards.

import { answers, events, offers, rtpmaps, writer } from './sdp-notation.ts';

const { opus, g722, ulaw, alaw, g729, event } = rtpmaps;
const yealink = writer({ o: '- 20021 20021', s: 'SDP data' });
const grandstream = writer({ o: '1001 8000 8001', s: 'SIP Call' });
const snom = writer({ o: 'root 1205883671 1205883671', s: 'call' });
const fritz = writer({ o: 'user 8148817 8148817', s: 'call' });
const panasonic = writer({ o: '- 1 1', s: '-' });
const linphone = writer({
  o: 'alex 2171 2933',
  s: 'Talk',
  more: ['a=rtcp-xr:rcvr-rtt=all:10000 stat-summary=loss,dup,jitt,TTL voip-metrics'],
});
const baresip = writer({ o: '- 2208988800 1', s: '-', more: ['a=tool:baresip 1.0.0'] });
const polycom = writer({ o: 'Polycom 1 1', s: 'Polycom IP Phone', more: ['a=sendrecv'] });
const gigaset = writer({ o: '- 1 1', s: 'Gigaset' });

answers('Yealink', [
  [
    'with G.722',
    yealink('m=audio 11780 RTP/AVP 9 101', g722, 'a=fmtp:101 0-15', event, 'a=ptime:20', 'a=sendrecv'),
    '9 126>101 @11780 ptime=20',
  ],
  [
    'with opus and a number for 16 kHz events',
    yealink(
      'm=audio 11780 RTP/AVP 106 101',
      'a=rtpmap:106 opus/48000/2',
      'a=rtpmap:101 telephone-event/16000',
    ),
    '111>106 @11780',
  ],
  [
    'with video in H.264 and H.263',
    yealink(
      'm=audio 11780 RTP/AVP 0',
      ulaw,
      'm=video 11782 RTP/AVP 99 34',
      'b=AS:1024',
      'a=rtpmap:99 H264/90000',
      'a=fmtp:99 profile-level-id=42801F; packetization-mode=0; max-mbps=11880',
      'a=rtpmap:34 H263/90000',
      'a=rtcp-fb:* ccm fir',
    ),
    '0 @11780 | 104>99 @11782',
    { video: true },
  ],
]);

answers('Grandstream', [
  [
    'with opus and no channels',
    grandstream('m=audio 5004 RTP/AVP 123 101', 'a=rtpmap:123 opus/48000', ...events, 'a=ptime:20'),
    '111>123 126>101 @5004 ptime=20',
  ],
  [
    'with all its codecs',
    grandstream(
      'm=audio 5004 RTP/AVP 0 8 4 18 2 97 9 3 101',
      ulaw,
      alaw,
      'a=rtpmap:4 G723/8000',
      g729,
      'a=rtpmap:2 G726-32/8000',
      'a=rtpmap:97 iLBC/8000',
      'a=fmtp:97 mode=20',
      g722,
      'a=rtpmap:3 GSM/8000',
      ...events,
    ),
    '0 8 9 126>101 @5004',
  ],
  [
    'with comfort noise at 16 kHz',
    grandstream('m=audio 5004 RTP/AVP 9 118', 'a=rtpmap:9 G722/8000', 'a=rtpmap:118 CN/16000'),
    '9 @5004',
  ],
]);

answers('Snom', [
  [
    'with G.722 at 16000',
    snom(
      'm=audio 57236 RTP/AVP 9 8 101',
      'a=rtpmap:9 g722/16000',
      'a=rtpmap:8 pcma/8000',
      ...events,
      'a=ptime:20',
      'a=encryption:optional',
      'a=alt:1 0.9 : ab 192.168.1.2 57236',
    ),
    '9 8 126>101 @57236 ptime=20',
  ],
  [
    'with opus of its draft version',
    snom('m=audio 57236 RTP/AVP 99', 'a=rtpmap:99 opus/48000', 'a=fmtp:99 maxcodedaudiobandwidth=16000'),
    '111>99 @57236',
  ],
  [
    'with SAVP and optional encryption',
    snom('m=audio 57236 RTP/SAVP 0', ulaw, 'a=encryption:optional'),
    '!unsupported-transport',
  ],
]);

answers('Fritz!Box', [
  [
    'with a=rtcp',
    fritz('m=audio 7078 RTP/AVP 8 101', alaw, ...events, 'a=rtcp:7079', 'a=sendrecv'),
    '8 126>101 @7078',
  ],
  [
    'with G.722 HD and G.726',
    fritz(
      'm=audio 7078 RTP/AVP 9 8 0 2 102 100 99 97',
      g722,
      alaw,
      ulaw,
      'a=rtpmap:2 G726-32/8000',
      'a=rtpmap:102 G726-32/8000',
      'a=rtpmap:100 G726-40/8000',
      'a=rtpmap:99 G726-24/8000',
      'a=rtpmap:97 iLBC/8000',
      'a=fmtp:97 mode=30',
    ),
    '9 8 0 @7078',
  ],
]);

answers('Panasonic', [
  [
    'with zeros in its address',
    writer({ c: 'IN IP4 198.051.100.007' })('m=audio 16000 RTP/AVP 0', ulaw),
    '0 @16000',
  ],
  [
    'with ptime of 40',
    panasonic('m=audio 16000 RTP/AVP 8 0 101', alaw, ulaw, ...events, 'a=ptime:40'),
    '8 0 126>101 @16000 ptime=40',
  ],
  [
    'with events and no parameters',
    panasonic('m=audio 16000 RTP/AVP 0 101', ulaw, event),
    '0 126>101 @16000',
  ],
]);

answers('Linphone', [
  [
    'with opus, speex and all events',
    linphone(
      'm=audio 7076 RTP/AVP 96 97 98 0 8 101 99 100',
      'a=rtpmap:96 opus/48000/2',
      'a=fmtp:96 useinbandfec=1',
      'a=rtpmap:97 speex/16000',
      'a=fmtp:97 vbr=on',
      'a=rtpmap:98 speex/8000',
      ulaw,
      alaw,
      'a=rtpmap:101 telephone-event/48000',
      'a=rtpmap:99 telephone-event/16000',
      'a=rtpmap:100 telephone-event/8000',
      'a=rtcp-fb:* trr-int 3000',
      'a=rtcp-fb:* ccm tmmbr',
    ),
    '111>96 0 8 110>101 126>100 @7076',
  ],
  [
    'with opus and no channels',
    linphone('m=audio 7076 RTP/AVP 102', 'a=rtpmap:102 opus/48000', 'a=direction:both', 'a=rtcp:7077'),
    '111>102 @7076',
  ],
  ['without rtpmap for static numbers', linphone('m=audio 7076 RTP/AVP 0 8 101', event), '0 8 126>101 @7076'],
]);

answers('baresip', [
  [
    'with a=ssrc, label and rtcp',
    baresip(
      'm=audio 23012 RTP/AVP 111 9 126',
      'b=AS:128',
      opus,
      'a=fmtp:111 stereo=1;sprop-stereo=1',
      g722,
      'a=rtpmap:126 telephone-event/8000',
      'a=fmtp:126 0-15',
      'a=rtcp:23013',
      'a=sendrecv',
      'a=label:1',
      'a=rtcp-rsize',
      'a=ssrc:3671 cname:sip:a@b',
      'a=ptime:20',
    ),
    '111 9 126 @23012 ptime=20',
  ],
  [
    'with video',
    baresip(
      'm=audio 23012 RTP/AVP 0',
      ulaw,
      'm=video 23014 RTP/AVP 106',
      'a=rtpmap:106 H264/90000',
      'a=fmtp:106 packetization-mode=1;profile-level-id=42e01f',
      'a=framerate:30',
      'a=rtcp-fb:* nack pli',
    ),
    '0 @23012 | 106 @23014',
    { video: true },
  ],
]);

answers('Polycom', [
  [
    'with a direction at session level',
    polycom('m=audio 2240 RTP/AVP 0 127', ulaw, 'a=rtpmap:127 telephone-event/8000'),
    '0 126>127 @2240',
  ],
  [
    'with G.722.1 under a similar name',
    polycom(
      'm=audio 2240 RTP/AVP 115 9 0',
      'a=rtpmap:115 G7221/32000',
      'a=fmtp:115 bitrate=48000',
      g722,
      ulaw,
    ),
    '9 0 @2240',
  ],
]);

answers('Gigaset', [
  [
    'with blanks before its numbers',
    gigaset(
      'm=audio 5016  RTP/AVP  8  101 ',
      'a=rtpmap: 8  PCMA/8000',
      'a=rtpmap:101  telephone-event/8000',
      'a=fmtp:101  0-15',
    ),
    '8 126>101 @5016',
  ],
]);

offers('Grandstream', [
  [
    'a secure line beside a plain one',
    grandstream(
      'm=audio 5004 RTP/AVP 0',
      ulaw,
      'm=audio 5004 RTP/SAVP 0',
      'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x',
    ),
    '0 @5004',
    {},
    'audio 0, audio -',
  ],
]);

offers('Yealink', [
  [
    'a hold by sendonly',
    yealink('m=audio 11780 RTP/AVP 0 101', ulaw, ...events, 'a=sendonly'),
    '0 126>101 @11780 recvonly',
  ],
  [
    'video also in mode 0',
    yealink(
      'm=audio 11780 RTP/AVP 0',
      ulaw,
      'm=video 11782 RTP/AVP 99 98',
      'a=rtpmap:99 H264/90000',
      'a=fmtp:99 profile-level-id=42e01f;packetization-mode=1',
      'a=rtpmap:98 H264/90000',
      'a=fmtp:98 profile-level-id=42e01f',
    ),
    '0 @11780 | 99 98 @11782',
    {},
    'audio 0, video 99 98',
  ],
]);

offers('Snom', [
  [
    'a hold by both methods',
    snom('m=audio 57236 RTP/AVP 0', 'c=IN IP4 0.0.0.0', ulaw, 'a=sendonly'),
    '0 @hold recvonly',
  ],
  [
    'G.722 at 16000',
    snom('m=audio 57236 RTP/AVP 9 0', 'a=rtpmap:9 G722/16000', ulaw),
    '9 0 @57236',
    {},
    'audio 9 0',
  ],
]);

offers('Linphone', [
  [
    'opus without channels, and gets an answer with channels',
    linphone('m=audio 7076 RTP/AVP 96', 'a=rtpmap:96 opus/48000'),
    '111>96 @7076',
    {},
    'audio 96',
  ],
]);
