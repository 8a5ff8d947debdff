// What a section of a description says of its line: kind, direction, packet times, and whether it is one that can be
// carried (RFC 8866 6). Addresses, codecs and the transport of a browser are read beside this.

import { MediaError } from '../relay.ts';
import type { Kind } from './codecs.ts';
import { type Description, type MediaSection, type Section, valuesOf } from './description.ts';

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
const directions: readonly Direction[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];

/** The ports below belong to services of other kinds. */
export const firstMediaPort = 1024;

export function kindOf({ type }: MediaSection): Kind | null {
  return type === 'audio' || type === 'video' ? type : null;
}

/** Of its own, or else of the session (RFC 8866 6.7); of several that contradict each other, the last. */
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
 * What an answer may say to an offer (RFC 3264 6.1): Asterisk's chan_sip answers sendrecv to recvonly,
 * and a browser then refuses the whole answer.
 */
export function within(offered: Direction, answered: Direction): Direction {
  const sent = sends(answered) && receives(offered);
  const received = receives(answered) && sends(offered);
  if (sent) return received ? 'sendrecv' : 'sendonly';
  return received ? 'recvonly' : 'inactive';
}

/** a=ptime and a=maxptime in whole milliseconds: RFC 8866 6.4 lets them be fractions, and browsers read integers. */
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

/** Whether a browser's m= line is one we can carry. A bundled one may say port 0 (RFC 8843 6). */
export function isWebRtcLine(media: MediaSection): boolean {
  return (
    kindOf(media) !== null &&
    media.port !== null &&
    (media.port !== 0 || media.attributes.has('bundle-only')) &&
    /^UDP\/TLS\/RTP\/SAVPF?$/i.test(media.protocol) &&
    media.attributes.has('rtcp-mux')
  );
}

/** What a PBX's m= line that we could carry speaks; undefined for any other transport. */
export function profileOf({ protocol }: MediaSection): 'RTP/AVP' | 'RTP/AVPF' | undefined {
  const name = protocol.toUpperCase();
  return name === 'RTP/AVP' || name === 'RTP/AVPF' ? name : undefined;
}

/** Whether a PBX's m= line is one that we could carry, its codecs and addresses apart. */
export function isPlainLine(media: MediaSection): boolean {
  const { port } = media;
  return kindOf(media) !== null && profileOf(media) !== undefined && port !== null && port >= firstMediaPort;
}

/** @throws {MediaError} what is wrong with a line that is none of those */
export function assertPlainLine(media: MediaSection): void {
  if (isPlainLine(media)) return;
  const { type, port, protocol } = media;
  if (kindOf(media) === null) throw new MediaError('neither sound nor picture', 488, 'no-common-codec');
  if (port === 0) throw new MediaError(`the PBX refuses ${type}`, 488, 'line-refused');
  if (profileOf(media) === undefined) {
    const wanted = `the PBX wants ${shown(protocol)}, and the gateway speaks RTP/AVP to it`;
    throw new MediaError(wanted, 488, 'unsupported-transport');
  }
  const what = port === null ? 'an m= line of the PBX has no port' : `media to port ${port} is not allowed`;
  throw new MediaError(what, 488, 'no-port');
}

/** A peer's word in a message of ours: plain and short. */
export function shown(word: string): string {
  return word.replace(/[^\w./+-]/g, '?').slice(0, 40) || 'nothing';
}
