// Reads the SDP of either side into what the relay needs (RFC 8866). A peer's text: its
// size is bounded, and what is wrong with it ends as a MediaError, never otherwise.

import { isIP } from 'node:net';
import { type MediaDescription, parse, type SessionDescription } from 'sdp-transform';
import { MediaError } from '../relay.ts';
import type { Kind } from './codecs.ts';
import { type Fingerprint, isUsableHash, type RtpAddress } from './plan.ts';

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

const maxBytes = 64 * 1024;
/** A browser with sound, picture and all its codecs says some 200. Each is held against sixty patterns. */
const maxLines = 1024;
const maxMedia = 16;
/** Below are services of other kinds, and nobody takes media there. */
const firstMediaPort = 1024;

export function readSession(sdp: string): SessionDescription {
  if (sdp.length > maxBytes) throw new MediaError('the SDP is too long', 400);
  if (sdp.split('\n', maxLines + 1).length > maxLines)
    throw new MediaError('the SDP has too many lines', 400);
  if (!/^v=0\r?\n/.test(sdp)) throw new MediaError('the SDP does not begin with v=0', 400);
  // What crosses to the other side must not carry a line of its own making.
  if (/[^\t\n\r\x20-\x7e\x80-\uffff]/.test(sdp)) throw new MediaError('control characters in the SDP', 400);
  let session: SessionDescription;
  try {
    session = parse(sdp);
  } catch {
    throw new MediaError('the SDP cannot be parsed', 400);
  }
  if (session.media.length === 0) throw new MediaError('the SDP has no m= line', 400);
  if (session.media.length > maxMedia) throw new MediaError('the SDP has too many m= lines', 488);
  if (session.media.some(media => !isPort(media.port) || typeof media.protocol !== 'string')) {
    throw new MediaError('the SDP has a malformed m= line', 400);
  }
  return session;
}

function isPort(port: unknown): port is number {
  return typeof port === 'number' && Number.isInteger(port) && port >= 0 && port <= 65535;
}

export function kindOf(media: MediaDescription): Kind | null {
  return media.type === 'audio' || media.type === 'video' ? media.type : null;
}

export function directionOf(session: SessionDescription, media: MediaDescription): Direction {
  return media.direction ?? session.direction ?? 'sendrecv';
}

export function sends(direction: Direction): boolean {
  return direction === 'sendrecv' || direction === 'sendonly';
}

export function receives(direction: Direction): boolean {
  return direction === 'sendrecv' || direction === 'recvonly';
}

/**
 * What an answer may say to an offer (RFC 3264 6.1): Asterisk's chan_sip says sendrecv to somebody who only listens,
 * and a browser then refuses the whole answer.
 */
export function within(offered: Direction, answered: Direction): Direction {
  const sent = sends(answered) && receives(offered);
  const received = receives(answered) && sends(offered);
  if (sent) return received ? 'sendrecv' : 'sendonly';
  return received ? 'recvonly' : 'inactive';
}

/** What a browser says of its transport; with BUNDLE it holds for every line. */
export interface BrowserTransport {
  readonly ufrag: string;
  /** As it came; who answers checks, and makes none, has no use for it. */
  readonly password: string;
  readonly fingerprint: Fingerprint;
  /** mids of its BUNDLE group; null when it has none. */
  readonly bundle: readonly string[] | null;
}

export function transportOf(
  session: SessionDescription,
  media: MediaDescription,
  offering: boolean,
): BrowserTransport {
  const ufrag = String(media.iceUfrag ?? session.iceUfrag ?? '');
  // RFC 8839 5.4.
  if (!/^[A-Za-z0-9+/]{4,256}$/.test(ufrag)) throw new MediaError('no usable a=ice-ufrag', 488);
  const print = media.fingerprint ?? session.fingerprint;
  if (print === undefined || !isUsableHash(String(print.type))) {
    throw new MediaError('no usable a=fingerprint', 488);
  }
  const setup = media.setup ?? session.setup ?? (offering ? 'actpass' : 'active');
  // We are the DTLS server: RFC 5763 5 has a browser's offer say actpass.
  if (setup !== 'active' && !(offering && setup === 'actpass')) {
    throw new MediaError(`a=setup:${setup} leaves nobody to begin DTLS`, 488);
  }
  const group = session.groups?.find(({ type }) => type === 'BUNDLE');
  return {
    ufrag,
    password: String(media.icePwd ?? session.icePwd ?? ''),
    fingerprint: { hash: String(print.type).toLowerCase(), value: String(print.hash).toUpperCase() },
    bundle: group === undefined ? null : String(group.mids).split(' '),
  };
}

/**
 * RFC 8842 5.5 would let a browser change its certificate in mid-call. Here the one that it began with is what proves
 * that it is the same browser, whatever connection its offers come by: a call is not taken over.
 */
export function assertSameBrowser(known: BrowserTransport | null, shown: BrowserTransport | null): void {
  if (known === null || shown === null) return;
  const [before, now] = [known.fingerprint, shown.fingerprint];
  if (before.hash === now.hash && before.value === now.value) return;
  throw new MediaError('the browser shows another certificate than the call began with', 488);
}

/** Whether a browser's m= line is one we can carry. A bundled one may say port 0 (RFC 8843 6). */
export function isWebRtcLine(media: MediaDescription): boolean {
  return (
    kindOf(media) !== null &&
    (media.port !== 0 || media.bundleOnly !== undefined) &&
    /^UDP\/TLS\/RTP\/SAVPF?$/.test(media.protocol) &&
    media.rtcpMux !== undefined
  );
}

export function isPlainLine(media: MediaDescription): boolean {
  return kindOf(media) !== null && media.port !== 0 && /^RTP\/AVPF?$/.test(media.protocol);
}

/**
 * Where a PBX takes the packets of a line; null when c= is unspecified, which is an old
 * way to say hold (RFC 3264 8.4). `allowed` rules out third parties.
 */
export function addressOf(
  session: SessionDescription,
  media: MediaDescription,
  family: 4 | 6,
  allowed: (address: string) => boolean,
): RtpAddress | null {
  const address = String(media.connection?.ip ?? session.connection?.ip ?? '').split('/')[0] ?? '';
  if (address === '0.0.0.0' || address === '::') return null;
  const rtcp = media.rtcp;
  const rtcpAddress = rtcp?.address === undefined ? address : String(rtcp.address);
  for (const literal of new Set([address, rtcpAddress])) {
    if (isIP(literal) !== family) throw new MediaError(`c= has no IPv${family} address`, 488);
    if (isGroup(literal) || !allowed(literal)) {
      throw new MediaError(`media to ${literal} is not allowed`, 488);
    }
  }
  const rtcpPort = rtcp === undefined ? media.port + 1 : rtcp.port;
  if (!isPort(rtcpPort) || rtcpPort === 0) throw new MediaError('a=rtcp has no port', 400);
  for (const port of [media.port, rtcpPort]) {
    if (port < firstMediaPort) throw new MediaError(`media to port ${port} is not allowed`, 488);
  }
  return { address, port: media.port, rtcpAddress, rtcpPort };
}

/** Multicast and broadcast: not somebody to call. */
function isGroup(address: string): boolean {
  return address === '255.255.255.255' || /^(22[4-9]|23\d)\./.test(address) || /^ff/i.test(address);
}
