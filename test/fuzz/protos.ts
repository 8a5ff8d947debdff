// INVITEs in the style of the PROTOS c07-sip suite, whose own material is not in this repository: a valid INVITE in
// which one element at a time is replaced by an exceptional one. The number is that of the suite; the seed determines
// the rest.

import { exceptional } from './exceptional.ts';
import { Random } from './random.ts';

/** As many as c07-sip has. */
export const PROTOS_COUNT = 4527;

export interface ProtosOptions {
  readonly uri: string;
  readonly transport: 'UDP' | 'TCP' | 'WS';
  /** Of the Via and the Contact. */
  readonly sentBy: string;
  /** Makes the identifiers of one run different from another's. */
  readonly run?: string;
}

/** `{name:value}` is an element. The rest stays unchanged. */
const head = [
  '{method:INVITE}{request-space: }{request-uri:$URI}{version-space: }{sip-version:SIP/2.0}{request-crlf:\r\n}',
  'Via{via-colon::} {via-version:SIP/2.0}{via-slash:/}{via-transport:$TRANSPORT} {via-sent-by:$SENTBY};{via-branch-name:branch}={via-branch:z9hG4bK$ID}{via-params:;rport}{crlf:\r\n}',
  '{max-forwards-name:Max-Forwards}: {max-forwards:70}\r\n',
  'From: {from-name:"Caller"} {from-left:<}{from-scheme:sip}{from-scheme-colon::}{from-user:caller}{from-at:@}{from-host:attacker.invalid}{from-right:>};{from-tag-name:tag}={from-tag:f$ID}\r\n',
  'To: {to-name:"Callee"} {to-left:<}{to-uri:$URI}{to-right:>}{to-params:}\r\n',
  'Call-ID: {call-id:$ID}{call-id-at:@}{call-id-host:attacker.invalid}\r\n',
  'CSeq: {cseq-number:1}{cseq-space: }{cseq-method:INVITE}\r\n',
  'Contact: {contact-name:"Caller"} {contact-left:<}{contact-uri:sip:caller@$SENTBY}{contact-right:>}{contact-params:;expires=60}\r\n',
  'Expires: {expires:1200}\r\n',
  'Supported: {supported:timer}\r\n',
  'Session-Expires: {session-expires:1800}\r\n',
  'Record-Route: {record-route:<sip:proxy.invalid;lr>}\r\n',
  '{header-name:Subject}{header-colon::} {header-value:a call}\r\n',
  'Accept: {accept:application/sdp}\r\n',
  'User-Agent: {user-agent:protos}\r\n',
  'Authorization: {authorization:Digest username="a", realm="b", nonce="c", uri="sip:d", response="e"}\r\n',
  'Content-Type: {content-type:application/sdp}\r\n',
  'Content-Disposition: {content-disposition:session}\r\n',
  'Content-Length: {content-length:$LENGTH}{last-crlf:\r\n\r\n}',
].join('');

const body = [
  '{sdp-type:v}{sdp-equals:=}{sdp-version:0}{sdp-crlf:\r\n}',
  'o={sdp-origin-user:-} {sdp-session-id:1} 1 {sdp-nettype:IN} {sdp-addrtype:IP4} {sdp-origin-address:127.0.0.1}\r\n',
  's={sdp-session:-}\r\n',
  'c=IN {sdp-connection-type:IP4} {sdp-connection:127.0.0.1}\r\n',
  't={sdp-time:0 0}\r\n',
  'm={sdp-media:audio} {sdp-port:49170} {sdp-proto:UDP/TLS/RTP/SAVPF} {sdp-formats:0}\r\n',
  'a={sdp-attribute:rtpmap}:{sdp-payload:0} {sdp-codec:PCMU/8000}\r\n',
].join('');

const ELEMENT = /\{([a-z-]+):([^}]*)\}/g;

/** The elements, in the order of the message. */
export const protosElements: readonly string[] = [...`${head}${body}`.matchAll(ELEMENT)].map(
  ([, name]) => name!,
);

/** Message `index` of {@link PROTOS_COUNT}; the first is valid. The same arguments make the same message. */
export function protosMessage(index: number, seed: number, options: ProtosOptions): Buffer {
  const round = Math.floor((index - 1) / protosElements.length);
  const random = new Random(seed + index * 7919);
  const replaced = index === 0 ? undefined : protosElements[(index - 1) % protosElements.length];
  const value = replaced === undefined ? '' : exceptional(round, random);
  const fill = (template: string, length: number) =>
    template.replace(ELEMENT, (_, name: string, usual: string) =>
      name === replaced ? value : given(usual, index, seed, length, options),
    );
  const filled = fill(body, 0);
  return Buffer.from(`${fill(head, filled.length)}${filled}`, 'latin1');
}

function given(usual: string, index: number, seed: number, length: number, options: ProtosOptions): string {
  const { uri, transport, sentBy, run = '' } = options;
  return usual
    .replace('$URI', uri)
    .replace('$TRANSPORT', transport)
    .replace('$SENTBY', sentBy)
    .replace('$ID', `${run}${seed}-${index}`)
    .replace('$LENGTH', String(length));
}
