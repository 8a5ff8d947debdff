// RFC 4475 3.2 to 3.4: messages that are well-formed and test the layers above the parser.

import { sip, type TortureRow } from './torture.ts';

export const meaning: readonly TortureRow[] = [
  {
    section: '3.2.1',
    name: 'badbranch',
    title: 'Missing Transaction Identifier',
    says: 'An element could reject this with a 400, or fall back to the RFC 2543-style transaction identifier.',
    layer: 'application',
    answer: 200,
    sha256: 'cb049c727f16b5ec49e822f9e8b7d0ee20ca2d20ffb50baecd0b411a5e64fa7d',
    message: sip`
OPTIONS sip:user@example.com SIP/2.0
To: sip:user@example.com
From: sip:caller@example.org;tag=33242
Max-Forwards: 3
Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK
Accept: application/sdp
Call-ID: badbranch.sadonfo23i420jv0as0derf3j3n
CSeq: 8 OPTIONS
l: 0

`,
  },
  {
    section: '3.3.1',
    name: 'insuf',
    title: 'Missing Required Header Fields',
    says: 'An element must not break; ideally, it will respond with a 400 Bad Request error.',
    layer: 'sanity',
    answer: 400,
    sha256: '1e3efd9f3b238c6351ba12bc7eb46d843f2761b5d4a6b82b63bffdf07f2c5aee',
    message: sip`
INVITE sip:user@example.com SIP/2.0
CSeq: 193942 INVITE
Via: SIP/2.0/UDP 192.0.2.95;branch=z9hG4bKkdj.insuf
Content-Type: application/sdp
l: 152

v=0
o=mhandley 29739 7272939 IN IP4 192.0.2.95
s=-
c=IN IP4 192.0.2.95
t=0 0
m=audio 49217 RTP/AVP 0 12
m=video 3227 RTP/AVP 31
a=rtpmap:31 LPC
`,
  },
  {
    section: '3.3.2',
    name: 'unkscm',
    title: 'Request-URI with Unknown Scheme',
    says: 'An element will reject this with a 416 Unsupported URI Scheme response.',
    layer: 'sanity',
    answer: 416,
    sha256: '81be1a6a566c7ab52fe1c58c4a75440dfd697ad04c5e09fa71340de7da7b8bbb',
    message: sip`
OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0
To: sip:user@example.com
From: sip:caller@example.net;tag=384
Max-Forwards: 3
Call-ID: unkscm.nasdfasser0q239nwsdfasdkl34
CSeq: 3923423 OPTIONS
Via: SIP/2.0/TCP host9.example.com;branch=z9hG4bKkdjuw39234
Content-Length: 0

`,
  },
  {
    section: '3.3.3',
    name: 'novelsc',
    title: 'Request-URI with Known but Atypical Scheme',
    says: 'An element that will never accept this scheme returns a 416.',
    layer: 'sanity',
    answer: 416,
    sha256: '9a50a7343fcf685e77c4d0f477138a28f32a41c75aa566d200f3df210b01e648',
    message: sip`
OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0
To: sip:user@example.com
From: sip:caller@example.net;tag=384
Max-Forwards: 3
Call-ID: novelsc.asdfasser0q239nwsdfasdkl34
CSeq: 3923423 OPTIONS
Via: SIP/2.0/TCP host9.example.com;branch=z9hG4bKkdjuw39234
Content-Length: 0

`,
  },
  {
    section: '3.3.4',
    name: 'unksm2',
    title: 'Unknown URI Schemes in Header Fields',
    says: 'Parsers must not fail. A registrar would reject this with a 400: To must be a SIP or SIPS URI.',
    layer: 'application',
    answer: 400,
    sha256: 'f6914409ced613ef5eb56e264d2f096dac26ab9e397d6a638934d2027f1f6acb',
    message: sip`
REGISTER sip:example.com SIP/2.0
To: isbn:2983792873
From: <http://www.example.com>;tag=3234233
Call-ID: unksm2.daksdj@hyphenated-host.example.com
CSeq: 234902 REGISTER
Max-Forwards: 70
Via: SIP/2.0/UDP 192.0.2.21:5060;branch=z9hG4bKkdjuw
Contact: <name:John_Smith>
l: 0

`,
  },
  {
    section: '3.3.5',
    name: 'bext01',
    title: 'Proxy-Require and Require',
    says: 'Any element will respond with a 420 Bad Extension, with an Unsupported header field.',
    layer: 'application',
    answer: 420,
    sha256: '57181987c02c4f5752b7aa8c2847311f6184216ce7621e40303015949e70761c',
    message: sip`
OPTIONS sip:user@example.com SIP/2.0
To: sip:j_user@example.com
From: sip:caller@example.net;tag=242etr
Max-Forwards: 6
Call-ID: bext01.0ha0isndaksdj
Require: nothingSupportsThis, nothingSupportsThisEither
Proxy-Require: noProxiesSupportThis, norDoAnyProxiesSupportThis
CSeq: 8 OPTIONS
Via: SIP/2.0/TLS fold-and-staple.example.com;branch=z9hG4bKkdjuw
Content-Length: 0

`,
  },
  {
    section: '3.3.6',
    name: 'invut',
    title: 'Unknown Content-Type',
    says: 'An endpoint would reject this with a 415 Unsupported Media Type error.',
    layer: 'application',
    answer: 415,
    sha256: '9b39e824947df46f90f824cd308fb3c118f548d94637f581101e355b381a0d92',
    message: sip`
INVITE sip:user@example.com SIP/2.0
Contact: <sip:caller@host5.example.net>
To: sip:j.user@example.com
From: sip:caller@example.net;tag=8392034
Max-Forwards: 70
Call-ID: invut.0ha0isndaksdjadsfij34n23d
CSeq: 235448 INVITE
Via: SIP/2.0/UDP somehost.example.com;branch=z9hG4bKkdjuw
Content-Type: application/unknownformat
Content-Length: 40

<audio>
 <pcmu port="443"/>
</audio>
`,
  },
  {
    section: '3.3.7',
    name: 'regaut01',
    title: 'Unknown Authorization Scheme',
    says: 'A registrar that does not require authorization would ignore the field.',
    layer: 'application',
    answer: 200,
    sha256: '885ba0488872cfc04a3c7622854b8381955a5ee890745d6010834e3731a73faa',
    message: sip`
REGISTER sip:example.com SIP/2.0
To: sip:j.user@example.com
From: sip:j.user@example.com;tag=87321hj23128
Max-Forwards: 8
Call-ID: regaut01.0ha0isndaksdj
CSeq: 9338 REGISTER
Via: SIP/2.0/TCP 192.0.2.253;branch=z9hG4bKkdjuw
Authorization: NoOneKnowsThisScheme opaque-data=here
Content-Length:0

`,
  },
  {
    section: '3.3.8',
    name: 'multi01',
    title: 'Multiple Values in Single Value Required Fields',
    says: 'An element receiving this request would respond with a 400 Bad Request error.',
    layer: 'parser',
    answer: 400,
    sha256: 'd156ab12105b4bfd8a6498de6f7195087058162b8cda1606169855b722411791',
    message: sip`
INVITE sip:user@company.com SIP/2.0
Contact: <sip:caller@host25.example.net>
Via: SIP/2.0/UDP 192.0.2.25;branch=z9hG4bKkdjuw
Max-Forwards: 70
CSeq: 5 INVITE
Call-ID: multi01.98asdh@192.0.2.1
CSeq: 59 INVITE
Call-ID: multi01.98asdh@192.0.2.2
From: sip:caller@example.com;tag=3413415
To: sip:user@example.com
To: sip:other@example.net
From: sip:caller@example.net;tag=2923420123
Content-Type: application/sdp
l: 154
Contact: <sip:caller@host36.example.net>
Max-Forwards: 5

v=0
o=mhandley 29739 7272939 IN IP4 192.0.2.25
s=-
c=IN IP4 192.0.2.25
t=0 0
m=audio 49217 RTP/AVP 0 12
m=video 3227 RTP/AVP 31
a=rtpmap:31 LPC

`,
  },
  {
    section: '3.3.9',
    name: 'mcl01',
    title: 'Multiple Content-Length Values',
    says: 'An element should respond with an error; over TCP the connection should be closed.',
    layer: 'parser',
    answer: 400,
    sha256: '887191619bf003b7e87399200b5cf4c3b5397344dbf70288ad5e23bd157b7fe4',
    message: sip`
OPTIONS sip:user@example.com SIP/2.0
Via: SIP/2.0/UDP host5.example.net;branch=z9hG4bK293423
To: sip:user@example.com
From: sip:other@example.net;tag=3923942
Call-ID: mcl01.fhn2323orihawfdoa3o4r52o3irsdf
CSeq: 15932 OPTIONS
Content-Length: 13
Max-Forwards: 60
Content-Length: 5
Content-Type: text/plain

There's no way to know how many octets are supposed to be here.

`,
  },
  {
    section: '3.3.10',
    name: 'bcast',
    title: '200 OK Response with Broadcast Via Header Field Value',
    says: 'An endpoint receiving this message should simply discard it.',
    layer: 'transaction',
    answer: 'silence',
    sha256: '073637c63597199179cf5fc91b980b2d530c066a0048ea3b908772def57b4c36',
    message: sip`
SIP/2.0 200 OK
Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923
Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23
Call-ID: bcast.0384840201234ksdfak3j2erwedfsASdf
CSeq: 35 INVITE
From: sip:user@example.com;tag=11141343
To: sip:user@example.edu;tag=2229
Content-Length: 154
Content-Type: application/sdp
Contact: <sip:user@host28.example.com>

v=0
o=mhandley 29739 7272939 IN IP4 192.0.2.198
s=-
c=IN IP4 192.0.2.198
t=0 0
m=audio 49217 RTP/AVP 0 12
m=video 3227 RTP/AVP 31
a=rtpmap:31 LPC
`,
  },
  {
    section: '3.3.11',
    name: 'zeromf',
    title: 'Max-Forwards of Zero',
    says: 'An endpoint should process the request as if the Max-Forwards field value were still positive.',
    layer: 'application',
    answer: 200,
    sha256: '50954ef47acca4f9f5263ded06246d06dee4e2ee508a8d284191795d7fddf365',
    message: sip`
OPTIONS sip:user@example.com SIP/2.0
To: sip:user@example.com
From: sip:caller@example.net;tag=3ghsd41
Call-ID: zeromf.jfasdlfnm2o2l43r5u0asdfas
CSeq: 39234321 OPTIONS
Via: SIP/2.0/UDP host1.example.com;branch=z9hG4bKkdjuw2349i
Max-Forwards: 0
Content-Length: 0

`,
  },
  {
    section: '3.3.12',
    name: 'cparam01',
    title: 'REGISTER with a Contact Header Parameter',
    says: "The parameter is the header's, not the URI's.",
    layer: 'application',
    answer: 200,
    sha256: 'dfa6b5cdb289adc694b9b7e103ebfa7a2167335c46e5dc9de67055021910ae1c',
    message: sip`
REGISTER sip:example.com SIP/2.0
Via: SIP/2.0/UDP saturn.example.com:5060;branch=z9hG4bKkdjuw
Max-Forwards: 70
From: sip:watson@example.com;tag=DkfVgjkrtMwaerKKpe
To: sip:watson@example.com
Call-ID: cparam01.70710@saturn.example.com
CSeq: 2 REGISTER
Contact: sip:+19725552222@gw1.example.net;unknownparam
l: 0

`,
  },
  {
    section: '3.3.13',
    name: 'cparam02',
    title: 'REGISTER with a url-parameter',
    says: "The parameter is the URI's, not the header's.",
    layer: 'application',
    answer: 200,
    sha256: 'e93574215bd1d804bb46cc15ca6176b567def7ea1b15f72ab2c2dcf598af465a',
    message: sip`
REGISTER sip:example.com SIP/2.0
Via: SIP/2.0/UDP saturn.example.com:5060;branch=z9hG4bKkdjuw
Max-Forwards: 70
From: sip:watson@example.com;tag=838293
To: sip:watson@example.com
Call-ID: cparam02.70710@saturn.example.com
CSeq: 3 REGISTER
Contact: <sip:+19725552222@gw1.example.net;unknownparam>
l: 0

`,
  },
  {
    section: '3.3.14',
    name: 'regescrt',
    title: 'REGISTER with a URL Escaped Header',
    says: 'The Route belongs to the Contact URI that is registered.',
    layer: 'application',
    answer: 200,
    sha256: 'dab4087c133348b06fd7b3c4c7ef15094f8754e265e4e8c2137bb3ecda2ef477',
    message: sip`
REGISTER sip:example.com SIP/2.0
To: sip:user@example.com
From: sip:user@example.com;tag=8
Max-Forwards: 70
Call-ID: regescrt.k345asrl3fdbv@192.0.2.1
CSeq: 14398234 REGISTER
Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bKkdjuw
M: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>
L:0

`,
  },
  {
    section: '3.3.15',
    name: 'sdp01',
    title: 'Unacceptable Accept Offering',
    says: 'The response may not contain an SDP body; the recipient could respond with a 406 Not Acceptable.',
    layer: 'application',
    answer: 406,
    sha256: '497c5f1ced6c7b579b48075e2dca919ce9b819a735964128a6e744a3a0b9e57f',
    message: sip`
INVITE sip:user@example.com SIP/2.0
To: sip:j_user@example.com
Contact: <sip:caller@host15.example.net>
From: sip:caller@example.net;tag=234
Max-Forwards: 5
Call-ID: sdp01.ndaksdj9342dasdd
Accept: text/nobodyKnowsThis
CSeq: 8 INVITE
Via: SIP/2.0/UDP 192.0.2.15;branch=z9hG4bKkdjuw
Content-Length: 150
Content-Type: application/sdp

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
    section: '3.4.1',
    name: 'inv2543',
    title: 'INVITE with RFC 2543 Syntax',
    says: 'A legal message per RFC 2543 that should be accepted: no branch, From tag, Content-Length or Max-Forwards.',
    layer: 'application',
    answer: 486,
    sha256: '76fac8afe22dee49ea696b511621946694897ac7030fc5d07f57c8b487ce0521',
    message: sip`
INVITE sip:UserB@example.com SIP/2.0
Via: SIP/2.0/UDP iftgw.example.com
From: <sip:+13035551111@ift.client.example.net;user=phone>
Record-Route: <sip:UserB@example.com;maddr=ss1.example.com>
To: sip:+16505552222@ss1.example.net;user=phone
Call-ID: inv2543.1717@ift.client.example.com
CSeq: 56 INVITE
Content-Type: application/sdp

v=0
o=mhandley 29739 7272939 IN IP4 192.0.2.5
s=-
c=IN IP4 192.0.2.5
t=0 0
m=audio 49217 RTP/AVP 0
`,
  },
];
