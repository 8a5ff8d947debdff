// RFC 4475 3.1.2: messages that are malformed, each in one way.

import { sip, type TortureRow } from './torture.ts';

export const invalid: readonly TortureRow[] = [
  {
    section: '3.1.2.1',
    name: 'badinv01',
    title: 'Extraneous Header Field Separators',
    says: 'An element receiving this request should respond with a 400 Bad Request error.',
    layer: 'parser',
    answer: 400,
    sha256: '9ee2b88f2e0b5a9eeb9bf729b6177f0a0c7d0b5e6c84be593e0480d7962f3ab8',
    message: sip`
INVITE sip:user@example.com SIP/2.0
To: sip:j.user@example.com
From: sip:caller@example.net;tag=134161461246
Max-Forwards: 7
Call-ID: badinv01.0ha0isndaksdjasdf3234nas
CSeq: 8 INVITE
Via: SIP/2.0/UDP 192.0.2.15;;,;,,
Contact: "Joe" <sip:joe@example.org>;;;;
Content-Length: 152
Content-Type: application/sdp

v=0
o=mhandley 29739 7272939 IN IP4 192.0.2.15
s=-
c=IN IP4 192.0.2.15
t=0 0
m=audio 49217 RTP/AVP 0 12
m=video 3227 RTP/AVP 31
a=rtpmap:31 LPC
`,
  },
  {
    section: '3.1.2.2',
    name: 'clerr',
    title: 'Content Length Larger Than Message',
    says: 'Over UDP the receiving element should respond with a 400; on a stream it can but wait.',
    layer: 'parser',
    answer: 400,
    sha256: 'd9da629086a38df433438fb0fb19a8730f34516f049a5520dd0cac3285485290',
    message: sip`
INVITE sip:user@example.com SIP/2.0
Max-Forwards: 80
To: sip:j.user@example.com
From: sip:caller@example.net;tag=93942939o2
Contact: <sip:caller@hungry.example.net>
Call-ID: clerr.0ha0isndaksdjweiafasdk3
CSeq: 8 INVITE
Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bK-39234-23523
Content-Type: application/sdp
Content-Length: 9999

v=0
o=mhandley 29739 7272939 IN IP4 192.0.2.155
s=-
c=IN IP4 192.0.2.155
t=0 0
m=audio 49217 RTP/AVP 0 12
m=video 3227 RTP/AVP 31
a=rtpmap:31 LPC
`,
  },
  {
    section: '3.1.2.3',
    name: 'ncl',
    title: 'Negative Content-Length',
    says: 'An element should respond with an error; over TCP the connection should be closed.',
    layer: 'parser',
    answer: 400,
    sha256: '7ea6538edc1f054fdb6cd1c821040460cffca3cb682fa2e8e2a502d92170b4c2',
    message: sip`
INVITE sip:user@example.com SIP/2.0
Max-Forwards: 254
To: sip:j.user@example.com
From: sip:caller@example.net;tag=32394234
Call-ID: ncl.0ha0isndaksdj2193423r542w35
CSeq: 0 INVITE
Via: SIP/2.0/UDP 192.0.2.53;branch=z9hG4bKkdjuw
Contact: <sip:caller@example53.example.net>
Content-Type: application/sdp
Content-Length: -999

v=0
o=mhandley 29739 7272939 IN IP4 192.0.2.53
s=-
c=IN IP4 192.0.2.53
t=0 0
m=audio 49217 RTP/AVP 0 12
m=video 3227 RTP/AVP 31
a=rtpmap:31 LPC
`,
  },
  {
    section: '3.1.2.4',
    name: 'scalar02',
    title: 'Request Scalar Fields with Overlarge Values',
    says: 'An element should respond with a 400 Bad Request due to the CSeq error.',
    layer: 'sanity',
    answer: 400,
    sha256: '53158177326568e9964bce5dcfac27a2bf8a90953bbc03f6c5e2775864a97e4b',
    message: sip`
REGISTER sip:example.com SIP/2.0
Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bK342sdfoi3
To: <sip:user@example.com>
From: <sip:user@example.com>;tag=239232jh3
CSeq: 36893488147419103232 REGISTER
Call-ID: scalar02.23o0pd9vanlq3wnrlnewofjas9ui32
Max-Forwards: 300
Expires: 10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
Contact: <sip:user@host129.example.com>
  ;expires=280297596632815
Content-Length: 0

`,
  },
  {
    section: '3.1.2.5',
    name: 'scalarlg',
    title: 'Response Scalar Fields with Overlarge Values',
    says: 'An element receiving this response will simply discard it.',
    layer: 'sanity',
    answer: 'silence',
    sha256: '0957eca31737e3592eb1418bb41e9f5219278a78ff420111620d7fb60175b551',
    message: sip`
SIP/2.0 503 Service Unavailable
Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bKzzxdiwo34sw;received=192.0.2.129
To: <sip:user@example.com>
From: <sip:other@example.net>;tag=2easdjfejw
CSeq: 9292394834772304023312 OPTIONS
Call-ID: scalarlg.noase0of0234hn2qofoaf0232aewf2394r
Retry-After: 949302838503028349304023988
Warning: 1812 overture "In Progress"
Content-Length: 0

`,
  },
  {
    section: '3.1.2.6',
    name: 'quotbal',
    title: 'Unterminated Quoted String in Display Name',
    says: 'An element receiving this request should return a 400 Bad Request error.',
    layer: 'sanity',
    answer: 400,
    sha256: 'e61978a2ea359fc666f0336fe4dbc623447532280e3273ea98119b3d3f788c84',
    message: sip`
INVITE sip:user@example.com SIP/2.0
To: "Mr. J. User <sip:j.user@example.com>
From: sip:caller@example.net;tag=93334
Max-Forwards: 10
Call-ID: quotbal.aksdj
Contact: <sip:caller@host59.example.net>
CSeq: 8 INVITE
Via: SIP/2.0/UDP 192.0.2.59:5050;branch=z9hG4bKkdjuw39234
Content-Type: application/sdp
Content-Length: 152

v=0
o=mhandley 29739 7272939 IN IP4 192.0.2.15
s=-
c=IN IP4 192.0.2.15
t=0 0
m=audio 49217 RTP/AVP 0 12
m=video 3227 RTP/AVP 31
a=rtpmap:31 LPC
`,
  },
  {
    section: '3.1.2.7',
    name: 'ltgtruri',
    title: '<> Enclosing Request-URI',
    says: 'It is reasonable always to reject a request with this error with a 400 Bad Request.',
    layer: 'parser',
    answer: 400,
    sha256: 'bcacb2dc17610e8cc8f9b8b0e3d6ee65ab473f93787a03bbd33579e1cea473df',
    message: sip`
INVITE <sip:user@example.com> SIP/2.0
To: sip:user@example.com
From: sip:caller@example.net;tag=39291
Max-Forwards: 23
Call-ID: ltgtruri.1@192.0.2.5
CSeq: 1 INVITE
Via: SIP/2.0/UDP 192.0.2.5
Contact: <sip:caller@host5.example.net>
Content-Type: application/sdp
Content-Length: 159

v=0
o=mhandley 29739 7272939 IN IP4 192.0.2.5
s=-
c=IN IP4 192.0.2.5
t=3149328700 0
m=audio 49217 RTP/AVP 0 12
m=video 3227 RTP/AVP 31
a=rtpmap:31 LPC
`,
  },
  {
    section: '3.1.2.8',
    name: 'lwsruri',
    title: 'Malformed SIP Request-URI (embedded LWS)',
    says: 'An element receiving this request should respond with a 400 Bad Request.',
    layer: 'parser',
    answer: 400,
    sha256: '3e22ceeca585ad23cc180208e2dad94e0a5aa4bb877a61cac443aa927f758b9e',
    message: sip`
INVITE sip:user@example.com; lr SIP/2.0
To: sip:user@example.com;tag=3xfe-9921883-z9f
From: sip:caller@example.net;tag=231413434
Max-Forwards: 5
Call-ID: lwsruri.asdfasdoeoi2323-asdfwrn23-asd834rk423
CSeq: 2130706432 INVITE
Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKkdjuw2395
Contact: <sip:caller@host1.example.net>
Content-Type: application/sdp
Content-Length: 159

v=0
o=mhandley 29739 7272939 IN IP4 192.0.2.1
s=-
c=IN IP4 192.0.2.1
t=3149328700 0
m=audio 49217 RTP/AVP 0 12
m=video 3227 RTP/AVP 31
a=rtpmap:31 LPC
`,
  },
  {
    section: '3.1.2.9',
    name: 'lwsstart',
    title: 'Multiple SP Separating Request-Line Elements',
    says: 'It is acceptable to reject this request as malformed.',
    layer: 'parser',
    answer: 400,
    sha256: 'f884e5626c6c5b1210cfc4a3540b8a28bd52939cff092f3f0c5c971e032adb0e',
    message: sip`
INVITE  sip:user@example.com  SIP/2.0
Max-Forwards: 8
To: sip:user@example.com
From: sip:caller@example.net;tag=8814
Call-ID: lwsstart.dfknq234oi243099adsdfnawe3@example.com
CSeq: 1893884 INVITE
Via: SIP/2.0/UDP host1.example.com;branch=z9hG4bKkdjuw3923
Contact: <sip:caller@host1.example.net>
Content-Type: application/sdp
Content-Length: 150

v=0
o=mhandley 29739 7272939 IN IP4 192.0.2.1
s=-
c=IN IP4 192.0.2.1
t=0 0
m=audio 49217 RTP/AVP 0 12
m=video 3227 RTP/AVP 31
a=rtpmap:31 LPC
`,
  },
  {
    section: '3.1.2.10',
    name: 'trws',
    title: 'SP Characters at End of Request-Line',
    says: 'It is acceptable to reject this request as malformed.',
    layer: 'parser',
    answer: 400,
    sha256: '64ae20694026e28c10746b57386b7fd1276de02b6f8d42d418070e87d6f4499f',
    message: sip`
OPTIONS sip:remote-target@example.com SIP/2.0<hex>2020</hex>
Via: SIP/2.0/TCP host1.examle.com;branch=z9hG4bK299342093
To: <sip:remote-target@example.com>
From: <sip:local-resource@example.com>;tag=329429089
Call-ID: trws.oicu34958239neffasdhr2345r
Accept: application/sdp
CSeq: 238923 OPTIONS
Max-Forwards: 70
Content-Length: 0

`,
  },
  {
    section: '3.1.2.11',
    name: 'escruri',
    title: 'Escaped Headers in SIP Request-URI',
    says: 'It is acceptable for an element to reject this request with a 400 Bad Request.',
    layer: 'sanity',
    answer: 400,
    sha256: 'c3cf30af13a9d107829cc105effd79355f1139c6ecc683a048b4c27951f8f416',
    message: sip`
INVITE sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0
To: sip:user@example.com
From: sip:caller@example.net;tag=341518
Max-Forwards: 7
Contact: <sip:caller@host39923.example.net>
Call-ID: escruri.23940-asdfhj-aje3br-234q098w-fawerh2q-h4n5
CSeq: 149209342 INVITE
Via: SIP/2.0/UDP host-of-the-hour.example.com;branch=z9hG4bKkdjuw
Content-Type: application/sdp
Content-Length: 150

v=0
o=mhandley 29739 7272939 IN IP4 192.0.2.1
s=-
c=IN IP4 192.0.2.1
t=0 0
m=audio 49217 RTP/AVP 0 12
m=video 3227 RTP/AVP 31
a=rtpmap:31 LPC
`,
  },
  {
    section: '3.1.2.12',
    name: 'baddate',
    title: 'Invalid Time Zone in Date Header Field',
    says: 'An element should not reject this unless the Date were important to its processing.',
    layer: 'application',
    answer: 486,
    sha256: '1208a6e3e0c8a8c33a06a1f3733d158413cb72e58c379d094c4ecea11e9d4c28',
    message: sip`
INVITE sip:user@example.com SIP/2.0
To: sip:user@example.com
From: sip:caller@example.net;tag=2234923
Max-Forwards: 70
Call-ID: baddate.239423mnsadf3j23lj42--sedfnm234
CSeq: 1392934 INVITE
Via: SIP/2.0/UDP host.example.com;branch=z9hG4bKkdjuw
Date: Fri, 01 Jan 2010 16:00:00 EST
Contact: <sip:caller@host5.example.net>
Content-Type: application/sdp
Content-Length: 150

v=0
o=mhandley 29739 7272939 IN IP4 192.0.2.5
s=-
c=IN IP4 192.0.2.5
t=0 0
m=audio 49217 RTP/AVP 0 12
m=video 3227 RTP/AVP 31
a=rtpmap:31 LPC
`,
  },
  {
    section: '3.1.2.13',
    name: 'regbadct',
    title: 'Failure to Enclose name-addr URI in <>',
    says: 'It is reasonable for an element receiving this request to respond with a 400 Bad Request.',
    layer: 'sanity',
    answer: 400,
    sha256: '575d27530275814c1c98be164808fac89a0e2b4fc899dadcd97e6ba499437bda',
    message: sip`
REGISTER sip:example.com SIP/2.0
To: sip:user@example.com
From: sip:user@example.com;tag=998332
Max-Forwards: 70
Call-ID: regbadct.k345asrl3fdbv@10.0.0.1
CSeq: 1 REGISTER
Via: SIP/2.0/UDP 135.180.130.133:5060;branch=z9hG4bKkdjuw
Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E
l: 0

`,
  },
  {
    section: '3.1.2.14',
    name: 'badaspec',
    title: 'Spaces within addr-spec',
    says: 'It is reasonable to reject this request; elements attempting to be liberal may ignore the spaces.',
    layer: 'application',
    answer: 200,
    sha256: 'f8f6e2f4247287b0be6adb5ac222a6db4759395e44d27d2ddb9b39393e94867e',
    message: sip`
OPTIONS sip:user@example.org SIP/2.0
Via: SIP/2.0/UDP host4.example.com:5060;branch=z9hG4bKkdju43234
Max-Forwards: 70
From: "Bell, Alexander" <sip:a.g.bell@example.com>;tag=433423
To: "Watson, Thomas" < sip:t.watson@example.org >
Call-ID: badaspec.sdf0234n2nds0a099u23h3hnnw009cdkne3
Accept: application/sdp
CSeq: 3923239 OPTIONS
l: 0

`,
  },
  {
    section: '3.1.2.15',
    name: 'baddn',
    title: 'Non-token Characters in Display Name',
    says: 'It is reasonable always to reject this kind of error with a 400 Bad Request response.',
    layer: 'sanity',
    answer: 400,
    deviation: 'The archive has it without the blank line that the text prints; here it is as printed.',
    sha256: '4768517cb1c40f60f215ac45f4fc5653ee53b0bf2df37e06c6543e874be4a7f9',
    message: sip`
OPTIONS sip:t.watson@example.org SIP/2.0
Via:     SIP/2.0/UDP c.example.com:5060;branch=z9hG4bKkdjuw
Max-Forwards:      70
From:    Bell, Alexander <sip:a.g.bell@example.com>;tag=43
To:      Watson, Thomas <sip:t.watson@example.org>
Call-ID: baddn.31415@c.example.com
Accept: application/sdp
CSeq:    3923239 OPTIONS
l: 0

`,
  },
  {
    section: '3.1.2.16',
    name: 'badvers',
    title: 'Unknown Protocol Version',
    says: 'The element should respond to the request with a 505 Version Not Supported error.',
    layer: 'parser',
    answer: 505,
    sha256: '037d702d19e934bfeebbd2609050d7d54928d590cf90c78f3914522771dd8e03',
    message: sip`
OPTIONS sip:t.watson@example.org SIP/7.0
Via:     SIP/7.0/UDP c.example.com;branch=z9hG4bKkdjuw
Max-Forwards:     70
From:    A. Bell <sip:a.g.bell@example.com>;tag=qweoiqpe
To:      T. Watson <sip:t.watson@example.org>
Call-ID: badvers.31417@c.example.com
CSeq:    1 OPTIONS
l: 0

`,
  },
  {
    section: '3.1.2.17',
    name: 'mismatch01',
    title: 'Start Line and CSeq Method Mismatch',
    says: 'Any element receiving this request will respond with a 400 Bad Request.',
    layer: 'sanity',
    answer: 400,
    sha256: 'a2c285636e451e75420da0cc62ee55ca3e398827008418befbfb078726bf0793',
    message: sip`
OPTIONS sip:user@example.com SIP/2.0
To: sip:j.user@example.com
From: sip:caller@example.net;tag=34525
Max-Forwards: 6
Call-ID: mismatch01.dj0234sxdfl3
CSeq: 8 INVITE
Via: SIP/2.0/UDP host.example.com;branch=z9hG4bKkdjuw
l: 0

`,
  },
  {
    section: '3.1.2.18',
    name: 'mismatch02',
    title: 'Unknown Method with CSeq Method Mismatch',
    says: 'Any element should respond with a 501 Not Implemented; a 400 is also acceptable.',
    layer: 'sanity',
    answer: 501,
    sha256: '01b287f9a9c492f7f57405c36c8a2af0e2393896ed2d25fb92b502f2a6722bc4',
    message: sip`
NEWMETHOD sip:user@example.com SIP/2.0
To: sip:j.user@example.com
From: sip:caller@example.net;tag=34525
Max-Forwards: 6
Call-ID: mismatch02.dj0234sxdfl3
CSeq: 8 INVITE
Contact: <sip:caller@host.example.net>
Via: SIP/2.0/UDP host.example.net;branch=z9hG4bKkdjuw
Content-Type: application/sdp
l: 138

v=0
o=mhandley 29739 7272939 IN IP4 192.0.2.1
c=IN IP4 192.0.2.1
m=audio 49217 RTP/AVP 0 12
m=video 3227 RTP/AVP 31
a=rtpmap:31 LPC
`,
  },
  {
    section: '3.1.2.19',
    name: 'bigcode',
    title: 'Overlarge Response Code',
    says: 'An element receiving this response should simply drop it.',
    layer: 'parser',
    answer: 'silence',
    sha256: 'f79450070975da54c3525c9a5cbe75bae3c9d8cb92eba609772c26f66f225c2e',
    message: sip`
SIP/2.0 4294967301 better not break the receiver
Via: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK2398ndaoe
Call-ID: bigcode.asdof3uj203asdnf3429uasdhfas3ehjasdfas9i
CSeq: 353494 INVITE
From: <sip:user@example.com>;tag=39ansfi3
To: <sip:user@example.edu>;tag=902jndnke3
Content-Length: 0
Contact: <sip:user@host105.example.com>

`,
  },
];
