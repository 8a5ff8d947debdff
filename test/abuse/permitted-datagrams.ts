// The permitted content of a datagram to a PBX, byte for byte: the gateway writes all of it, from its configuration and from
// messages of the PBX. A new header of the gateway must be added here.

import assert from 'node:assert/strict';

const TOKEN = "[\\w.!%*+`'~-]+";
const US = '127\\.0\\.0\\.1:\\d+';
const VISITOR = '"mysite\\.test visitor" <sip:anonymous@anonymous\\.invalid>;tag=[0-9a-f]{16}';
const TAG = `(?:;tag=${TOKEN})?`;

const METHODS = ['INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS', 'PRACK', 'UPDATE', 'INFO'];

/** Headers of a request of the gateway, each with its permitted values. */
function requestHeaders(users: readonly string[]): Record<string, RegExp> {
  const person = `<sip:(?:${users.join('|')})@mysite\\.test>`;
  return {
    Via: whole(`SIP/2\\.0/UDP ${US};branch=z9hG4bK[0-9a-f]{24};rport`),
    'Max-Forwards': /^70$/,
    From: whole(VISITOR),
    To: whole(person + TAG),
    'Call-ID': /^[0-9a-f]{32}$/,
    CSeq: whole(`\\d+ (?:${METHODS.join('|')})`),
    Contact: whole(`<sip:${US}>`),
    'User-Agent': /^sip-call$/,
    'X-Sip-Call': /^[0-9a-f-]{36}$/,
    // The source address of the WebSocket, independent of the page.
    'X-Sip-Call-Address': /^127\.0\.0\.1$/,
    'X-Sip-Call-Page': /^http:\/\/mysite\.test\/[\w.~:/%@!$&()*+,;=-]{0,200}$/,
    'X-Sip-Call-Referrer': /^https?:\/\/[\w.:[\]-]+\/[\w.~:/%@!$&()*+,;=-]{0,200}$/,
    'X-Sip-Call-Utm': /^utm_[\w.*+%&=-]{1,200}$/,
    Reason: /^SIP;cause=\d{3};text="[\w .,:=/+()-]+"$/,
    Allow: /^[A-Z, ]+$/,
    Supported: /^(?:100rel|timer)(?:, (?:100rel|timer))*$/,
    Require: /^(?:100rel|timer)(?:, (?:100rel|timer))*$/,
    'Session-Expires': /^\d+(?:;refresher=uac)?$/,
    'Min-SE': /^\d+$/,
    RAck: /^\d+ \d+ INVITE$/,
    'Content-Type': /^application\/(?:sdp|dtmf-relay)$/,
    'Content-Length': /^\d+$/,
  };
}

/** An answer repeats headers of the PBX's request, and adds a tag and these headers. */
const ADDED_TO_ANSWERS: Record<string, RegExp> = {
  Contact: whole(`<sip:${US}>`),
  Allow: /^[A-Z, ]+$/,
  Accept: /^[a-z_]+\/[a-z_+-]+(?:, [a-z_]+\/[a-z_+-]+)*$/,
  'Accept-Encoding': /^identity$/,
  Unsupported: whole(`${TOKEN}(?:, ${TOKEN})*`),
  'Retry-After': /^\d+$/,
  'Content-Type': /^application\/sdp$/,
  'Content-Length': /^\d+$/,
};
const REPEATED = ['Via', 'From', 'To', 'Call-ID', 'CSeq'];

const SDP_LINES = whole(
  [
    'v=0',
    'o=- \\d+ \\d+ IN IP4 127\\.0\\.0\\.1',
    's=-',
    'c=IN IP4 127\\.0\\.0\\.1',
    't=0 0',
    'm=(?:audio|video) \\d+ RTP/AVP[\\d ]*',
    'a=rtpmap:\\d+ (?:opus|g722|pcm[au]|telephone-event|vp8|h264)/\\d+(?:/\\d+)?',
    'a=fmtp:\\d+ [\\w;=,.+/ -]*',
    'a=rtcp-fb:\\d+ (?:nack|nack pli|ccm fir)',
    'a=(?:sendrecv|sendonly|recvonly|inactive)',
    'a=(?:max)?ptime:[\\d.]+',
  ].join('|'),
  'i',
);

export interface PermittedValues {
  /** People of the configuration. */
  readonly users: readonly string[];
  /** Request-URIs from the Contact of the PBX. */
  readonly contacts: readonly string[];
}

export function assertPermitted(datagram: Buffer, { users, contacts }: PermittedValues): void {
  const text = datagram.toString('latin1');
  // No parser can find an additional line: CR and LF occur only as a pair, and no other control character occurs.
  assert.match(text, /^(?:[\x20-\x7e]|\r\n)*$/, 'a byte that must not be forwarded');
  assert.doesNotMatch(text, /authorization/i);
  const end = text.indexOf('\r\n\r\n');
  const [start = '', ...lines] = text.slice(0, end).split('\r\n');
  const request = new RegExp(`^(${METHODS.join('|')}) (\\S+) SIP/2\\.0$`).exec(start);
  if (request) {
    const [, method, uri = ''] = request;
    const people = users.map(user => `sip:${user}@mysite.test`);
    // The OPTIONS that probes a server names no person.
    const allowed = [...people, ...contacts, ...(method === 'OPTIONS' ? ['sip:mysite.test'] : [])];
    assert.ok(allowed.includes(uri), `not in the configuration: ${uri}`);
  } else assert.match(start, /^SIP\/2\.0 \d{3} [\w /-]+$/);
  const rules = request ? requestHeaders(users) : ADDED_TO_ANSWERS;
  const seen = new Set<string>();
  for (const line of lines) {
    const [, name = '', value = ''] = /^([\w-]+): (.*)$/.exec(line) ?? assert.fail(`no header: ${line}`);
    if (!request && REPEATED.includes(name)) continue;
    assert.match(value, rules[name] ?? assert.fail(`not a permitted header: ${line}`), line);
    assert.ok(!seen.has(name), `twice: ${line}`);
    seen.add(name);
  }
  const body = text.slice(end + 4);
  assert.equal(Number(/^Content-Length: (\d+)$/m.exec(text)?.[1]), body.length);
  for (const line of body.split('\r\n').filter(Boolean)) assert.match(line, SDP_LINES);
}

function whole(pattern: string, flags = ''): RegExp {
  return new RegExp(`^(?:${pattern})$`, flags);
}
