// Maps payload types between the two sides of one line, and lists the agreed codecs (RFC 3264 5.1, 6.1). An
// answer may give a codec another number; the browser keeps its numbers, because they must be unique across
// its BUNDLE.

import { type Codec, findCodec, isEvent, isSamePacketization } from './codecs.ts';
import { notNegotiated } from './plan.ts';

/** One codec with its numbers on both sides. */
export interface Offered {
  readonly browser: Codec;
  readonly pbx: Codec;
}

export interface Agreed {
  /** For the answer to the side that offered, with the numbers of that side. */
  readonly answer: readonly Codec[];
  readonly toPbx: Uint8Array;
  readonly toBrowser: Uint8Array;
  readonly clocks: Uint32Array;
}

/** Null when no codec except events is common. */
export function agree(
  offered: readonly Offered[],
  answered: readonly Codec[],
  from: 'browser' | 'pbx',
): Agreed | null {
  const toPbx = new Uint8Array(128).fill(notNegotiated);
  const toBrowser = new Uint8Array(128).fill(notNegotiated);
  const clocks = new Uint32Array(128);
  const answer: Codec[] = [];
  const aliases: [Uint8Array, number, number][] = [];
  for (const codec of answered) {
    const named = findCodec(
      codec,
      offered.map(offer => offer[from]),
    );
    const offer = offered.find(candidate => candidate[from] === named);
    if (offer === undefined) continue;
    const browser = offer.browser.type;
    const pbx = offer.pbx.type;
    const own = from === 'pbx' ? offer.browser : offer.pbx;
    if (answer.some(known => known.type === own.type)) continue;
    // RFC 3264 5.1: each side receives the numbers that it named.
    if (from === 'pbx') {
      toPbx[browser] = codec.type;
      toBrowser[pbx] = browser;
      // Some PBXs also send with the numbers that they named.
      aliases.push([toBrowser, codec.type, browser]);
      clocks[browser] = isEvent(codec) ? 0 : codec.rate;
    } else {
      toPbx[browser] = pbx;
      toBrowser[pbx] = codec.type;
      aliases.push([toPbx, codec.type, pbx]);
      clocks[browser] = isEvent(codec) ? 0 : codec.rate;
      clocks[codec.type] = clocks[browser];
    }
    answer.push({
      ...own,
      config: own.name === codec.name ? codec.config : own.config,
      feedback: own.feedback.filter(value => codec.feedback.includes(value)),
    });
  }
  // Some phones compare only the packetization modes of H.264 profiles. They describe one profile in the answer
  // and send with the offered number of another one. The stream itself states its profile.
  if (from === 'pbx') {
    for (const { pbx } of offered) {
      const alike = offered.find(
        other => toPbx[other.browser.type] !== notNegotiated && isSamePacketization(pbx, other.pbx),
      );
      if (alike !== undefined) aliases.push([toBrowser, pbx.type, alike.browser.type]);
    }
  }
  for (const [map, type, target] of aliases) if (map[type] === notNegotiated) map[type] = target;
  if (answer.every(isEvent)) return null;
  return { answer, toPbx, toBrowser, clocks };
}

/** Gives a PBX's codecs the browser's numbers: those already in use, else any free number. */
export function nameForBrowser(
  codecs: readonly Codec[],
  known: readonly Codec[],
  taken: ReadonlySet<number>,
): Offered[] {
  const used = new Set(taken);
  const offered: Offered[] = [];
  for (const pbx of codecs) {
    const same = findCodec(pbx, known);
    const type = same !== undefined && !used.has(same.type) ? same.type : freeType(pbx.type, used);
    if (type === null) continue;
    used.add(type);
    offered.push({ pbx, browser: { ...pbx, type } });
  }
  return offered;
}

function freeType(wanted: number, used: ReadonlySet<number>): number | null {
  // RFC 5761 4: 64 to 95 would look like RTCP.
  if (!used.has(wanted) && (wanted < 64 || wanted > 95)) return wanted;
  for (let type = 127; type >= 96; type--) if (!used.has(type)) return type;
  for (let type = 63; type >= 35; type--) if (!used.has(type)) return type;
  return null;
}
