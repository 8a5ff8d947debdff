// RFC 5118 4: messages with IPv6 addresses.

import { sip, type TortureRow } from './torture.ts';

export const ipv6: readonly TortureRow[] = [
  {
    section: '4.1',
    name: 'ipv6-good',
    title: 'Valid SIP Message with an IPv6 Reference',
    says: 'The request is well-formatted.',
    layer: 'application',
    answer: 200,
    message: sip`
REGISTER sip:[2001:db8::10] SIP/2.0
To: sip:user@example.com
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Max-Forwards: 70
Contact: "Caller" <sip:caller@[2001:db8::1]>
CSeq: 98176 REGISTER
Content-Length: 0

`,
  },
  {
    section: '4.2',
    name: 'ipv6-bad',
    title: 'Invalid SIP Message with an IPv6 Reference',
    says: 'A SIP implementation receiving this request should respond with a 400 Bad Request error.',
    layer: 'sanity',
    answer: 400,
    message: sip`
REGISTER sip:2001:db8::10 SIP/2.0
To: sip:user@example.com
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Max-Forwards: 70
Contact: "Caller" <sip:caller@[2001:db8::1]>
CSeq: 98176 REGISTER
Content-Length: 0

`,
  },
  {
    section: '4.3',
    name: 'port-ambiguous',
    title: 'Port Ambiguous in a SIP URI',
    says: 'Well-formed: the last group is part of the address, and there is no port.',
    layer: 'application',
    answer: 200,
    message: sip`
REGISTER sip:[2001:db8::10:5070] SIP/2.0
To: sip:user@example.com
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Contact: "Caller" <sip:caller@[2001:db8::1]>
Max-Forwards: 70
CSeq: 98176 REGISTER
Content-Length: 0

`,
  },
  {
    section: '4.4',
    name: 'port-unambiguous',
    title: 'Port Unambiguous in a SIP URI',
    says: 'Well-formatted, with port 5070.',
    layer: 'application',
    answer: 200,
    message: sip`
REGISTER sip:[2001:db8::10]:5070 SIP/2.0
To: sip:user@example.com
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Contact: "Caller" <sip:caller@[2001:db8::1]>
Max-Forwards: 70
CSeq: 98176 REGISTER
Content-Length: 0

`,
  },
  {
    section: '4.5',
    name: 'via-received-param-with-delim',
    title: 'IPv6 Reference Delimiters in Via Header',
    says: 'Robust implementations must nonetheless be able to parse the topmost Via header field.',
    layer: 'user agent',
    answer: 481,
    message: sip`
BYE sip:[2001:db8::10] SIP/2.0
To: sip:user@example.com;tag=bd76ya
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Max-Forwards: 70
CSeq: 321 BYE
Content-Length: 0

`,
  },
  {
    section: '4.5',
    name: 'via-received-param-no-delim',
    title: 'IPv6 Reference Delimiters in Via Header, strictly',
    says: 'The request is valid according to the grammar.',
    layer: 'application',
    answer: 200,
    message: sip`
OPTIONS sip:[2001:db8::10] SIP/2.0
To: sip:user@example.com
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bKas3
Call-ID: SSG95523997077@hlau_4100
Max-Forwards: 70
Contact: "Caller" <sip:caller@[2001:db8::9:1]>
CSeq: 921 OPTIONS
Content-Length: 0

`,
  },
  {
    section: '4.6',
    name: 'ipv6-in-sdp',
    title: 'SIP Request with IPv6 Addresses in Session Description Protocol (SDP) Body',
    says: 'Valid and well-formed.',
    layer: 'application',
    answer: 486,
    deviation:
      'The Content-Length printed in the RFC is 268, more than its body has, which over UDP is a 400; here it is what the body has.',
    message: sip`
INVITE sip:user@[2001:db8::10] SIP/2.0
To: sip:user@[2001:db8::10]
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::20];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Contact: "Caller" <sip:caller@[2001:db8::20]>
CSeq: 8612 INVITE
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: 251

v=0
o=assistant 971731711378798081 0 IN IP6 2001:db8::20
s=Live video feed for today's meeting
c=IN IP6 2001:db8::20
t=3338481189 3370017201
m=audio 6000 RTP/AVP 2
a=rtpmap:2 G726-32/8000
m=video 6024 RTP/AVP 107
a=rtpmap:107 H263-1998/90000
`,
  },
  {
    section: '4.7',
    name: 'mult-ip-in-header',
    title: 'Multiple IP Addresses in SIP Headers',
    says: 'Valid and well-formed; the Via list contains a mix of IPv4 addresses and IPv6 references.',
    layer: 'user agent',
    answer: 481,
    message: sip`
BYE sip:user@host.example.net SIP/2.0
Via: SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKas3-111
Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKjhja8781hjuaij65144
Via: SIP/2.0/TCP [2001:db8::9:255];branch=z9hG4bK451jj;received=192.0.2.200
Call-ID: 997077@lau_4100
Max-Forwards: 70
CSeq: 89187 BYE
To: sip:user@example.net;tag=9817--94
From: sip:user@example.com;tag=81x2
Content-Length: 0

`,
  },
  {
    section: '4.8',
    name: 'mult-ip-in-sdp',
    title: 'Multiple IP Addresses in SDP',
    says: 'Valid and well-formed.',
    layer: 'application',
    answer: 486,
    message: sip`
INVITE sip:user@[2001:db8::10] SIP/2.0
To: sip:user@[2001:db8::10]
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Contact: "Caller" <sip:caller@[2001:db8::9:1]>
Max-Forwards: 70
CSeq: 8912 INVITE
Content-Type: application/sdp
Content-Length: 181

v=0
o=bob 280744730 28977631 IN IP4 host.example.com
s=
t=0 0
m=audio 22334 RTP/AVP 0
c=IN IP4 192.0.2.1
m=video 6024 RTP/AVP 107
c=IN IP6 2001:db8::1
a=rtpmap:107 H263-1998/90000
`,
  },
  {
    section: '4.9',
    name: 'ipv4-mapped-ipv6',
    title: 'IPv4-Mapped IPv6 Addresses',
    says: 'Well-formed, in Via, Contact and SDP.',
    layer: 'application',
    answer: 486,
    message: sip`
INVITE sip:user@example.com SIP/2.0
To: sip:user@example.com
From: sip:user@east.example.com;tag=81x2
Via: SIP/2.0/UDP [::ffff:192.0.2.10]:19823;branch=z9hG4bKbh19
Via: SIP/2.0/UDP [::ffff:192.0.2.2];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Contact: "T. desk phone" <sip:ted@[::ffff:192.0.2.2]>
CSeq: 612 INVITE
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: 236

v=0
o=assistant 971731711378798081 0 IN IP6 ::ffff:192.0.2.2
s=Call me soon, please!
c=IN IP6 ::ffff:192.0.2.2
t=3338481189 3370017201
m=audio 6000 RTP/AVP 2
a=rtpmap:2 G726-32/8000
m=video 6024 RTP/AVP 107
a=rtpmap:107 H263-1998/90000
`,
  },
  {
    section: '4.10',
    name: 'ipv6-bug-abnf-3-colons',
    title: 'IPv6 Reference Bug in RFC 3261 ABNF',
    says: 'An implementation may exhibit robustness by ignoring the extra colon.',
    layer: 'application',
    answer: 200,
    message: sip`
OPTIONS sip:user@[2001:db8:::192.0.2.1] SIP/2.0
To: sip:user@[2001:db8:::192.0.2.1]
From: sip:user@example.com;tag=810x2
Via: SIP/2.0/UDP lab1.east.example.com;branch=z9hG4bKas3-111
Call-ID: G9559905523997077@hlau_4100
CSeq: 689 OPTIONS
Max-Forwards: 70
Content-Length: 0

`,
  },
  {
    section: '4.10',
    name: 'ipv6-correct-abnf-2-colons',
    title: 'IPv6 Reference Bug in RFC 3261 ABNF, corrected',
    says: 'The next message has the correct syntax.',
    layer: 'application',
    answer: 200,
    message: sip`
OPTIONS sip:user@[2001:db8::192.0.2.1] SIP/2.0
To: sip:user@[2001:db8::192.0.2.1]
From: sip:user@example.com;tag=810x2
Via: SIP/2.0/UDP lab1.east.example.com;branch=z9hG4bKas3-111
Call-ID: G9559905523997077@hlau_4100
CSeq: 689 OPTIONS
Max-Forwards: 70
Content-Length: 0

`,
  },
];
