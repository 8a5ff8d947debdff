// The messages on which the parsers are measured: a call's set-up, ringing, answer and end.

const sdp = [
  'v=0',
  'o=- 3724394400 3724394405 IN IP4 192.0.2.10',
  's=-',
  'c=IN IP4 192.0.2.10',
  't=0 0',
  'm=audio 20000 RTP/AVP 8 0 101',
  'a=rtpmap:101 telephone-event/8000',
  'a=sendrecv',
  '',
].join('\r\n');

const common = [
  'Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK776asdhds9f8s7df;rport',
  'Via: SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK56sdasks;received=198.51.100.7',
  'From: "Visitor" <sip:anonymous@gateway.example.com>;tag=fyuknmrs34',
  'Call-ID: asidkj3ss0a9s8d7f6g5h4j3k2l1@gateway.example.com',
  'Contact: <sip:192.0.2.10:5060;transport=udp>',
];

const message = (start: string, fields: readonly string[], body = '') =>
  Buffer.from([start, ...common, ...fields, `Content-Length: ${body.length}`, '', body].join('\r\n'));

export const messages: Readonly<Record<string, Buffer>> = {
  INVITE: message(
    'INVITE sip:director@pbx.example.com;transport=udp SIP/2.0',
    [
      'Max-Forwards: 69',
      'To: <sip:director@pbx.example.com>',
      'CSeq: 1 INVITE',
      'Allow: INVITE, ACK, CANCEL, BYE, UPDATE, INFO, PRACK, OPTIONS',
      'Supported: timer, replaces',
      'User-Agent: sip-call',
      'Content-Type: application/sdp',
    ],
    sdp,
  ),
  '180': message('SIP/2.0 180 Ringing', [
    'To: <sip:director@pbx.example.com>;tag=8321234356',
    'CSeq: 1 INVITE',
  ]),
  '200': message(
    'SIP/2.0 200 OK',
    ['To: <sip:director@pbx.example.com>;tag=8321234356', 'CSeq: 1 INVITE', 'Content-Type: application/sdp'],
    sdp,
  ),
  BYE: message('BYE sip:192.0.2.20:5060 SIP/2.0', [
    'Max-Forwards: 70',
    'To: <sip:director@pbx.example.com>;tag=8321234356',
    'CSeq: 2 BYE',
  ]),
};
