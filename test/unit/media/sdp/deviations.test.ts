// Deviations from the standards that some peers send, one at a time in an otherwise good answer: an unusable
// part is skipped. Also what is legal and rare.

import { answers, offers, rtpmaps, writer } from './sdp-notation.ts';

const { ulaw, alaw, g729, event } = rtpmaps;
const plain = writer({});
const at = (c: string) => writer({ c })('m=audio 10200 RTP/AVP 0', ulaw);
const sound = ['m=audio 10200 RTP/AVP 0', ulaw];
const good = plain(...sound);
const withLine = (...lines: string[]) => plain(...sound, ...lines);
const picture = (...lines: string[]) => plain(...sound, 'm=video 10300 RTP/AVP 106', ...lines);

answers('A PBX', [
  ['with lines that end in LF', good.replaceAll('\r\n', '\n'), '0 @10200'],
  ['with lines that end in CR', good.replaceAll('\r\n', '\r'), '0 @10200'],
  ['with an empty line before v=0', `\r\n${good}`, '0 @10200'],
  ['with a byte order mark', `\ufeff${good}`, '0 @10200'],
  ['with empty lines in between', good.replaceAll('\r\n', '\r\n\r\n'), '0 @10200'],
  ['with a terminating zero', `${good}\0\0`, '0 @10200'],
  ['without an end of the last line', good.trimEnd(), '0 @10200'],
  ['with blanks around its lines', good.replaceAll('\r\n', ' \r\n '), '0 @10200'],
  ['without v=', good.replace('v=0\r\n', ''), '0 @10200'],
  ['with another version', good.replace('v=0', 'v=1'), '0 @10200'],
  ['without o=, s= and t=', good.replace(/^[ost]=.*\r\n/gm, ''), '0 @10200'],
  ['with an o= of one word', good.replace(/^o=.*$/m, 'o=pbx'), '0 @10200'],
  ['with lines of unknown types', withLine('k=clear:x', 'y=1', 'u=http://x', 'x', '='), '0 @10200'],
  ['with text in another alphabet', writer({ s: 'Телефон' })(...sound), '0 @10200'],
  ['with two descriptions in one', good + plain('m=audio 55555 RTP/AVP 8', alaw), '0 @10200'],
  [
    'with a control character in one line',
    withLine('a=ptime:2\u00070', 'a=maxptime:40'),
    '0 @10200 maxptime=40',
  ],
  ['nothing', '', '!malformed'],
  ['with a text that is not SDP', 'busy\r\n', '!malformed'],
  ['without an m= line', plain(), '!malformed'],
  ['of excessive length', good + 'a=x\r\n'.repeat(2000), '!too-large'],
  ['with an excessive number of lines', `${good}a=${'x'.repeat(70_000)}`, '!too-large'],
]);

answers('An m= line', [
  ['with a number of ports', plain('m=audio 10200/2 RTP/AVP 0', ulaw), '0 @10200'],
  ['with half a number of ports', plain('m=audio 10200/ RTP/AVP 0', ulaw), '0 @10200'],
  ['with zeros before its port', plain('m=audio 010200 RTP/AVP 0', ulaw), '0 @10200'],
  ['at an odd port', plain('m=audio 10201 RTP/AVP 0', ulaw), '0 @10201'],
  ['at the last port', plain('m=audio 65535 RTP/AVP 0', ulaw), '0 @65535 rtcp=65535'],
  ['in upper case', plain('m=AUDIO 10200 rtp/avp 0', ulaw), '0 @10200'],
  ['with tabs', plain('m=audio\t10200\tRTP/AVP\t0', ulaw), '0 @10200'],
  ['with payload types twice', plain('m=audio 10200 RTP/AVP 0 0 8 0', ulaw, alaw), '0 8 @10200'],
  ['with invalid payload types', plain('m=audio 10200 RTP/AVP x 300 -1 0 8.5', ulaw), '0 @10200'],
  ['with port 0', plain('m=audio 0 RTP/AVP 0'), '!line-refused: the PBX refuses audio'],
  ['without a port', plain('m=audio RTP/AVP 0', ulaw), '!unsupported-transport'],
  ['with a word as its port', plain('m=audio here RTP/AVP 0', ulaw), '!no-port'],
  ['with a port above the maximum', plain('m=audio 70000 RTP/AVP 0', ulaw), '!no-port'],
  ['at the port of DNS', plain('m=audio 53 RTP/AVP 0', ulaw), '!no-port: media to port 53 is not allowed'],
  ['without a codec', plain('m=audio 10200 RTP/AVP'), '!no-common-codec'],
  ['with a kind only', plain('m=audio'), '!unsupported-transport'],
  ['broken, with another usable one', plain('m=audio here RTP/AVP 0', ...sound), '0 @10200'],
  ['refused, with another usable one', plain('m=audio 0 RTP/AVP 0', ...sound), '0 @10200'],
  ['of SAVP, with another usable one', plain('m=audio 4000 RTP/SAVP 0', ...sound), '0 @10200'],
  [
    'of audio after one of video',
    plain('m=video 10300 RTP/AVP 96', 'a=rtpmap:96 VP8/90000', ...sound),
    '0 @10200 | 96 @10300',
    { video: true },
  ],
  [
    'of broken video',
    picture('a=rtpmap:106 H264/90000').replace('10300', 'x'),
    '0 @10200 | -',
    { video: true },
  ],
  [
    'of video with a forbidden address',
    picture('a=rtpmap:106 H264/90000', 'c=IN IP4 10.0.0.1')
      .replace('c=IN IP4 198.51.100.7\r\n', '')
      .replace(sound[0]!, `${sound[0]}\r\nc=IN IP4 198.51.100.7`),
    '0 @10200 | -',
    { video: true },
  ],
  ['of missing video', good, '0 @10200 | -', { video: true }],
  ['of a fax before the audio', plain('m=image 4400 udptl t38', ...sound), '0 @10200'],
  [
    'beyond the offered ones',
    plain(...sound, 'm=video 10300 RTP/AVP 96', 'm=application 0 UDP/BFCP *'),
    '0 @10200',
  ],
]);

answers('A codec', [
  ['without rtpmap, by the number of the offer', plain('m=audio 10200 RTP/AVP 111 126'), '111 126 @10200'],
  ['without rtpmap, by a different number', plain('m=audio 10200 RTP/AVP 97 0'), '0 @10200'],
  [
    'named with blanks',
    plain('m=audio 10200 RTP/AVP 96', 'a=rtpmap: 96  opus / 48000 / 2 '),
    '111>96 @10200',
  ],
  ['named in upper case', plain('m=audio 10200 RTP/AVP 96', 'a=RTPMAP:96 OPUS/48000/2'), '111>96 @10200'],
  ['opus without channels', plain('m=audio 10200 RTP/AVP 96', 'a=rtpmap:96 opus/48000'), '111>96 @10200'],
  ['opus with one channel', plain('m=audio 10200 RTP/AVP 96', 'a=rtpmap:96 opus/48000/1'), '111>96 @10200'],
  ['opus without a rate', plain('m=audio 10200 RTP/AVP 96', 'a=rtpmap:96 opus'), '111>96 @10200'],
  ['opus at another rate', plain('m=audio 10200 RTP/AVP 96 0', 'a=rtpmap:96 opus/16000/2', ulaw), '0 @10200'],
  ['PCMU in stereo', plain('m=audio 10200 RTP/AVP 96 8', 'a=rtpmap:96 PCMU/8000/2', alaw), '8 @10200'],
  ['PCMU with a dynamic number', plain('m=audio 10200 RTP/AVP 96', 'a=rtpmap:96 PCMU/8000'), '0>96 @10200'],
  ['PCMA with the number of PCMU', plain('m=audio 10200 RTP/AVP 0', 'a=rtpmap:0 PCMA/8000'), '8>0 @10200'],
  [
    'described twice',
    plain('m=audio 10200 RTP/AVP 96', 'a=rtpmap:96 PCMA/8000', 'a=rtpmap:96 PCMU/8000'),
    '8>96 @10200',
  ],
  [
    'described wrongly, then correctly',
    plain('m=audio 10200 RTP/AVP 96', 'a=rtpmap:96', 'a=rtpmap:96 PCMU/8000'),
    '0>96 @10200',
  ],
  [
    'described for an invalid number',
    plain('m=audio 10200 RTP/AVP 0', 'a=rtpmap:x PCMA/8000', 'a=rtpmap:', ulaw),
    '0 @10200',
  ],
  [
    'events without a rate',
    plain('m=audio 10200 RTP/AVP 0 101', ulaw, 'a=rtpmap:101 telephone-event'),
    '0 126>101 @10200',
  ],
  [
    'events at 48000 beside PCMU',
    plain('m=audio 10200 RTP/AVP 0 101', ulaw, 'a=rtpmap:101 telephone-event/48000'),
    '0 110>101 @10200',
  ],
  [
    'events by their list only',
    plain('m=audio 10200 RTP/AVP 0 101 102', ulaw, 'a=fmtp:101 0-15', 'a=fmtp:102 mode=20'),
    '0 126>101 @10200',
  ],
  ['events only', plain('m=audio 10200 RTP/AVP 101', event), '!no-common-codec'],
  [
    'no supported one',
    plain('m=audio 10200 RTP/AVP 18 4 97', g729, 'a=rtpmap:97 iLBC/8000'),
    '!no-common-codec: no common codec: the PBX answers with G729, G723, iLBC',
  ],
  [
    'with parameters and odd blanks',
    plain('m=audio 10200 RTP/AVP 111', 'a=fmtp:111  minptime = 10 ;; useinbandfec=1; '),
    '111 @10200',
  ],
  [
    'with parameters of odd characters',
    plain('m=audio 10200 RTP/AVP 111', 'a=fmtp:111 x="<script>";useinbandfec=1'),
    '111 @10200',
  ],
  [
    'with parameters for unknown numbers',
    plain('m=audio 10200 RTP/AVP 0', ulaw, 'a=fmtp:', 'a=fmtp:x y', 'a=fmtp:99 z'),
    '0 @10200',
  ],
  [
    'H.264 with a line for each parameter',
    picture(
      'a=rtpmap:106 H264/90000',
      'a=fmtp:106 profile-level-id=42e01f',
      'a=fmtp:106 packetization-mode=1',
    ),
    '0 @10200 | 106 @10300',
    { video: true },
  ],
  [
    'H.264 with long parameter sets',
    picture(
      'a=rtpmap:106 H264/90000',
      `a=fmtp:106 sprop-parameter-sets=${'A'.repeat(600)};profile-level-id=42e01f;packetization-mode=1`,
    ),
    '0 @10200 | 106 @10300',
    { video: true },
  ],
  [
    'H.264 with an unreadable profile',
    picture('a=rtpmap:106 H264/90000', 'a=fmtp:106 profile-level-id="42e01f";packetization-mode=1'),
    '0 @10200 | -',
    { video: true },
  ],
  [
    'H.264 in a mode that was not offered',
    picture('a=rtpmap:106 H264/90000', 'a=fmtp:106 profile-level-id=64001f;packetization-mode=0'),
    '0 @10200 | -',
    { video: true },
  ],
  [
    'VP8 with a channel',
    plain(
      ...sound,
      'm=video 10300 RTP/AVP 96',
      'a=rtpmap:96 vp8/90000/1',
      'a=rtcp-fb:96 NACK  PLI',
      'a=rtcp-fb:* x',
      'a=rtcp-fb:',
    ),
    '0 @10200 | 96 @10300',
    { video: true },
  ],
]);

answers('An address', [
  ['of a host name', at('IN IP4 pbx.mysite.test'), '0 @10200'],
  ['of a host name in upper case, with a dot at the end', at('IN IP4 PBX.mysite.test.'), '0 @10200'],
  [
    'of a host with one address that the fence forbids',
    at('IN IP4 two.mysite.test'),
    '0 @198.51.100.9:10200',
  ],
  [
    'of a host that the fence forbids',
    at('IN IP4 inside.mysite.test'),
    '!address-not-allowed: media to 192.168.1.5 is not allowed',
  ],
  ['of a host of the other family', at('IN IP4 six.mysite.test'), '!no-address'],
  [
    'of an unknown host',
    at('IN IP4 gone.mysite.test'),
    '!unknown-host: c= names gone.mysite.test, which cannot be resolved: gone.mysite.test: no such domain',
  ],
  ['of a host without an address', at('IN IP4 none'), '!unknown-host'],
  [
    'of an unknown host, with a good one for the session',
    plain(sound[0]!, 'c=IN IP4 gone.mysite.test'),
    '0 @10200',
  ],
  ['of an invalid host name', at('IN IP4 a..b'), '!no-address'],
  ['with an invalid number', at('IN IP4 300.1.1.1'), '!no-address'],
  ['with a TTL', at('IN IP4 198.51.100.7/127'), '0 @10200'],
  ['with a TTL and a count', at('IN IP4 198.51.100.7/127/3'), '0 @10200'],
  ['in lower case', at('in ip4 198.51.100.7'), '0 @10200'],
  ['with several blanks', at('IN  IP4\t198.51.100.7'), '0 @10200'],
  ['without its network type', at('IP4 198.51.100.7'), '0 @10200'],
  ['with the other address type', at('IN IP6 198.51.100.7'), '0 @10200'],
  ['mapped into IPv6', at('IN IP6 ::ffff:198.51.100.7'), '0 @10200'],
  ['mapped into IPv6, in hexadecimal', at('IN IP6 ::FFFF:c633:6407'), '0 @10200'],
  ['with zeros', at('IN IP4 198.051.100.007'), '0 @10200'],
  [
    'of IPv6 without a gateway address of IPv6',
    at('IN IP6 2001:db8::7'),
    '!no-address: c= names 2001:db8::7, which has no IPv4 address',
  ],
  ['of IPv6', at('IN IP6 2001:db8::7'), '0 @2001:db8::7:10200', { family: 6 }],
  ['of IPv6 in brackets', at('IN IP6 [2001:DB8:0::7]'), '0 @2001:db8::7:10200', { family: 6 }],
  ['of IPv6 with the address type of IPv4', at('IN IP4 2001:db8::7'), '0 @2001:db8::7:10200', { family: 6 }],
  ['of IPv6 with a zone', at('IN IP6 fe80::1%eth0'), '!no-address', { family: 6 }],
  [
    'of both families, the usable one second',
    writer({ c: '' })(sound[0]!, 'c=IN IP6 2001:db8::7', 'c=IN IP4 198.51.100.7'),
    '0 @10200',
  ],
  ['twice', writer({ c: '' })(sound[0]!, 'c=IN IP4 198.51.100.7', 'c=IN IP4 198.51.100.8'), '0 @10200'],
  ['missing', writer({ c: '' })(...sound), '!no-address'],
  ['empty', writer({ c: '' })(...sound, 'c='), '!no-address'],
  ['private', at('IN IP4 192.168.1.5'), '!address-not-allowed: media to 192.168.1.5 is not allowed'],
  [
    'private, with a configured NAT network',
    at('IN IP4 192.168.1.5'),
    '0 @?192.168.1.5:10200',
    { latches: true },
  ],
  [
    'missing, with a configured NAT network',
    writer({ c: '' })(...sound, 'a=recvonly'),
    '0 @?0.0.0.0:10200 recvonly',
    { latches: true },
  ],
  ['public, with a configured NAT network', good, '0 @10200', { latches: true }],
  ['on hold, with a configured NAT network', at('IN IP4 0.0.0.0'), '0 @hold sendonly', { latches: true }],
  ['on hold in IPv6', at('IN IP6 ::'), '0 @hold sendonly'],
  ['on hold with an impossible name', at('IN IP6 hold.invalid'), '0 @hold sendonly'],
  ['of multicast', at('IN IP4 224.2.0.1/127'), '!address-not-allowed'],
  ['of broadcast', at('IN IP4 255.255.255.255'), '!address-not-allowed'],
  ['of another host', at('IN IP4 203.0.113.66'), '!address-not-allowed'],
]);

answers('a=rtcp', [
  ['with a port', withLine('a=rtcp:10300'), '0 @10200 rtcp=10300'],
  ['with port 0', withLine('a=rtcp:0'), '0 @10200'],
  ['with port 9', withLine('a=rtcp:9 IN IP4 0.0.0.0'), '0 @10200'],
  [
    'with another address of the PBX',
    withLine('a=rtcp:10300 IN IP4 198.51.100.8'),
    '0 @10200 rtcp=198.51.100.8:10300',
  ],
  ['with a private address', withLine('a=rtcp:30001 IN IP4 192.168.10.5'), '0 @10200'],
  ['with the address of another host', withLine('a=rtcp:10300 IN IP4 203.0.113.66'), '0 @10200'],
  ['with a host name', withLine('a=rtcp:10300 IN IP4 two.mysite.test'), '0 @10200 rtcp=198.51.100.9:10300'],
  ['with an unknown host name', withLine('a=rtcp:10300 IN IP4 gone.mysite.test'), '0 @10200'],
  ['with invalid values', withLine('a=rtcp', 'a=rtcp:', 'a=rtcp:x y'), '0 @10200'],
  ['twice, the second one usable', withLine('a=rtcp:0', 'a=rtcp:10300'), '0 @10200 rtcp=10300'],
]);

answers('A time', [
  ['with a fraction', withLine('a=ptime:20.5'), '0 @10200 ptime=21'],
  ['below zero', withLine('a=ptime:-20', 'a=maxptime:0'), '0 @10200'],
  ['of words', withLine('a=ptime:20ms', 'a=maxptime:much'), '0 @10200'],
  ['of minutes', withLine('a=ptime:60000', 'a=maxptime:99999999999999999999'), '0 @10200'],
  ['with an invalid value, then a valid one', withLine('a=ptime:x', 'a=ptime:30'), '0 @10200 ptime=30'],
]);

answers('A direction', [
  ['in upper case', withLine('a=SendOnly'), '0 @10200 sendonly'],
  ['stated twice', withLine('a=sendrecv', 'a=inactive'), '0 @10200 inactive'],
  ['stated three times', withLine('a=sendrecv', 'a=inactive', 'a=sendrecv'), '0 @10200'],
  ['of the session', writer({ more: ['a=inactive'] })(...sound), '0 @10200 inactive'],
  ['of the line and of the session', writer({ more: ['a=inactive'] })(...sound, 'a=sendrecv'), '0 @10200'],
  [
    'after unknown attributes',
    withLine('a=', 'a=:', 'a=x:y:z', 'a=направление', 'a=recvonly'),
    '0 @10200 recvonly',
  ],
]);

offers('A PBX', [
  ['with lines that end in LF', good.replaceAll('\r\n', '\n'), '0 @10200'],
  ['after an empty line', `\n${good}`, '0 @10200'],
  ['with a number of ports', plain('m=audio 10200/2 RTP/AVP 0', ulaw), '0 @10200'],
  ['from a host name', at('IN IP4 pbx.mysite.test'), '0 @10200'],
  ['from an unknown host', at('IN IP4 gone.mysite.test'), '!unknown-host'],
  ['from a private address', at('IN IP4 192.168.1.5'), '!address-not-allowed'],
  [
    'from a private address, with a configured NAT network',
    at('IN IP4 192.168.1.5'),
    '0 @?192.168.1.5:10200',
    { latches: true },
  ],
  ['without c=', writer({ c: '' })(...sound), '!no-address'],
  ['a=rtcp of a private address', withLine('a=rtcp:30001 IN IP4 192.168.10.5'), '0 @10200'],
  [
    'an unreadable m= line',
    plain(...sound, 'm=', 'm=what is this', 'm=a\u0007b'),
    '0 @10200',
    {},
    'audio 0, audio -, what -, audio -',
  ],
  ['an m= line with a word as its port', plain('m=audio here RTP/AVP 0'), '!no-port'],
  ['port 0', plain('m=audio 0 RTP/AVP 0'), '!line-refused'],
  ['unusable video', picture('a=rtpmap:106 H265/90000'), '0 @10200', {}, 'audio 0, video -'],
  [
    'video from a private address',
    plain(...sound, 'm=video 10300 RTP/AVP 99', 'c=IN IP4 10.0.0.1', 'a=rtpmap:99 VP8/90000')
      .replace('c=IN IP4 198.51.100.7\r\n', '')
      .replace(sound[0]!, `${sound[0]}\r\nc=IN IP4 198.51.100.7`),
    '0 @10200',
    {},
    'audio 0, video -',
  ],
  ['codecs it does not describe', plain('m=audio 10200 RTP/AVP 97 0 8'), '0 8 @10200', {}, 'audio 0 8'],
  [
    'PCMA with the number of PCMU',
    plain('m=audio 10200 RTP/AVP 0', 'a=rtpmap:0 PCMA/8000'),
    '8>0 @10200',
    {},
    'audio 0',
  ],
  [
    'two numbers for one codec',
    plain('m=audio 10200 RTP/AVP 0 96', ulaw, 'a=rtpmap:96 PCMU/8000'),
    '0 96 @10200',
    {},
    'audio 0 96',
  ],
  ['a direction in upper case', withLine('a=SENDONLY'), '0 @10200 recvonly'],
  ['a direction twice', withLine('a=sendonly', 'a=inactive'), '0 @10200 inactive'],
  ['invalid packet times', withLine('a=ptime:-1', 'a=maxptime:x'), '0 @10200'],
  [
    'parameters with forbidden characters',
    plain('m=audio 10200 RTP/AVP 96', 'a=rtpmap:96 opus/48000/2', 'a=fmtp:96 x=<y>;stereo=1'),
    '111>96 @10200',
    {},
    'audio 96',
  ],
  ['only SAVP', plain('m=audio 10200 RTP/SAVP 0', ulaw), '!unsupported-transport'],
  ['only DTLS', plain('m=audio 10200 UDP/TLS/RTP/SAVPF 0', ulaw, 'a=rtcp-mux'), '!unsupported-transport'],
  [
    'no supported codec',
    plain('m=audio 10200 RTP/AVP 18', g729),
    '!no-common-codec: no common codec: the PBX offers G729',
  ],
  [
    'events by their list only',
    plain('m=audio 10200 RTP/AVP 0 101 102', ulaw, 'a=fmtp:101 0-15', 'a=fmtp:102 mode=20'),
    '0 126>101 @10200',
  ],
  ['only events', plain('m=audio 10200 RTP/AVP 101', event), '!no-common-codec'],
  ['text', plain('m=text 10200 RTP/AVP 98', 'a=rtpmap:98 t140/1000'), '!no-common-codec'],
  ['too many lines', plain(...Array.from({ length: 17 }, () => sound).flat()), '!too-large'],
  ['fewer lines than before', plain(), '!malformed'],
  ['a hold by address', at('IN IP4 0.0.0.0'), '0 @hold recvonly'],
  ['a second description', good + plain('m=audio 55555 RTP/AVP 8', alaw), '0 @10200'],
]);
