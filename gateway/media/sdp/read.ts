// Reads kind, direction and packet times of a section, and whether its line can be carried (RFC 8866 6).
// Other files read addresses, codecs and the transport of a browser.

import { MediaError } from '../relay.ts';
import type { MediaKind } from './codecs.ts';
import { type Description, type MediaSection, type Section, valuesOf } from './description.ts';

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
const directions: readonly Direction[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];

/** Ports below this number belong to other services. */
export const firstMediaPort = 1024;

export function kindOf({ type }: MediaSection): MediaKind | null {
  return type === 'audio' || type === 'video' ? type : null;
}

/** Of the line, else of the session (RFC 8866 6.7); of several that contradict each other, the last. */
export function directionOf({ session }: Description, media: MediaSection): Direction {
  return lastDirection(media) ?? lastDirection(session) ?? 'sendrecv';
}

function lastDirection({ attributes }: Section): Direction | undefined {
  let last: Direction | undefined;
  for (const name of attributes.keys()) last = directions.find(direction => direction === name) ?? last;
  return last;
}

export function sends(direction: Direction): boolean {
  return direction === 'sendrecv' || direction === 'sendonly';
}

export function receives(direction: Direction): boolean {
  return direction === 'sendrecv' || direction === 'recvonly';
}

/**
 * The direction that an answer may state for an offer (RFC 3264 6.1): Asterisk's chan_sip answers sendrecv to
 * recvonly, and a browser then refuses the whole answer.
 */
export function within(offered: Direction, answered: Direction): Direction {
  const sent = sends(answered) && receives(offered);
  const received = receives(answered) && sends(offered);
  if (sent) return received ? 'sendrecv' : 'sendonly';
  return received ? 'recvonly' : 'inactive';
}

/**
 * a=ptime and a=maxptime in whole milliseconds: RFC 8866 6.4 allows fractions, and browsers read integers.
 */
export function packetTimesOf(media: MediaSection): {
  ptime: number | undefined;
  maxptime: number | undefined;
} {
  return { ptime: milliseconds(media, 'ptime'), maxptime: milliseconds(media, 'maxptime') };
}

function milliseconds(media: MediaSection, name: string): number | undefined {
  const times = valuesOf(media, name).map(value =>
    /^\d{1,4}(?:\.\d{1,9})?$/.test(value) ? Number(value) : 0,
  );
  const usable = times.map(Math.round).find(time => time >= 1 && time <= 1000);
  return usable;
}

/** Whether a browser's m= line can be carried. A bundled line may have port 0 (RFC 8843 6). */
export function isWebRtcLine(media: MediaSection): boolean {
  return (
    kindOf(media) !== null &&
    media.port !== null &&
    (media.port !== 0 || media.attributes.has('bundle-only')) &&
    /^UDP\/TLS\/RTP\/SAVPF?$/i.test(media.protocol) &&
    media.attributes.has('rtcp-mux')
  );
}

/** The profile of a PBX's m= line that can be carried; undefined for any other transport. */
export function profileOf({ protocol }: MediaSection): 'RTP/AVP' | 'RTP/AVPF' | undefined {
  const name = protocol.toUpperCase();
  return name === 'RTP/AVP' || name === 'RTP/AVPF' ? name : undefined;
}

/** Whether a PBX's m= line can be carried, without regard to its codecs and addresses. */
export function isPlainLine(media: MediaSection): boolean {
  const { port } = media;
  return kindOf(media) !== null && profileOf(media) !== undefined && port !== null && port >= firstMediaPort;
}

/** @throws {MediaError} the reason why a line cannot be carried */
export function assertPlainLine(media: MediaSection): void {
  if (isPlainLine(media)) return;
  const { type, port, protocol } = media;
  if (kindOf(media) === null) throw new MediaError('neither audio nor video', 488, 'no-common-codec');
  if (port === 0) throw new MediaError(`the PBX refuses ${type}`, 488, 'line-refused');
  if (profileOf(media) === undefined) {
    const wanted = `the PBX requires ${shown(protocol)}, but the gateway supports only RTP/AVP toward a PBX`;
    throw new MediaError(wanted, 488, 'unsupported-transport');
  }
  const what = port === null ? 'an m= line of the PBX has no port' : `media to port ${port} is not allowed`;
  throw new MediaError(what, 488, 'no-port');
}

/** A peer's word for an error text: plain and short. */
export function shown(word: string): string {
  return word.replace(/[^\w./+-]/g, '?').slice(0, 40) || 'nothing';
}
