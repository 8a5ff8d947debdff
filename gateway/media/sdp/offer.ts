// Turns one side's offer into the offer for the other: same lines, codecs that cross,
// each under the number the other side shall use. Refuses with 488 what leaves nothing.

import type { MediaDescription } from 'sdp-transform';
import { MediaError } from '../relay.ts';
import { type Codec, codecsOf, isEvent, type Kind } from './codecs.ts';
import { type Draft, held, type OfferedLine, type PbxNet } from './draft.ts';
import { nameForBrowser, type Offered } from './payload-map.ts';
import {
  addressOf,
  type BrowserTransport,
  type Direction,
  directionOf,
  isPlainLine,
  isWebRtcLine,
  kindOf,
  readSession,
  transportOf,
} from './read.ts';
import { isLine, type Line, refuse, type Slot, type Slots } from './slots.ts';

/** A page needs two; each costs a pair of ports. */
const maxLines = 4;
/** Places on one side over the life of a call. */
const maxSlots = 16;

export interface Drafted {
  readonly draft: Draft;
  readonly slots: Slots;
}

/** A browser's offer, for the PBX. */
export function offerForPbx(sdp: string, before: Slots, nextId: () => number): Drafted {
  const session = readSession(sdp);
  checkPlaces(session.media, before.browser);
  const offered = new Map<Line, OfferedLine>();
  const taken = new Set<number>();
  const pbx = [...before.pbx];
  let transport: BrowserTransport | null = null;
  const browser = session.media.map((media, i): Slot => {
    const known = before.browser[i];
    const kind = kindOf(media);
    const codecs = isWebRtcLine(media) && kind ? codecsOf(media, kind).filter(c => !taken.has(c.type)) : [];
    const bundled = transport === null || transport.bundle?.includes(String(media.mid)) === true;
    const wanted = kind !== null && bundled && !codecs.every(isEvent) && offered.size < maxLines;
    if (!wanted) return isLine(known) ? known : refuse(media);
    transport ??= transportOf(session, media, true);
    for (const codec of codecs) taken.add(codec.type);
    const mid = String(media.mid ?? i);
    const line = lineFor(known, kind, mid, nextId);
    if (!pbx.includes(line)) pbx.push(line);
    line.mid = mid;
    line.codecs = codecs;
    const direction = directionOf(session, media);
    const offers = codecs.map(codec => ({ browser: codec, pbx: codec }));
    offered.set(line, { offers, remote: null, text: textOf(line, codecs, direction, media) });
    return line;
  });
  if (transport === null) throw new MediaError('nothing in the offer can be carried', 488);
  checkCount(pbx);
  return { draft: { offered, transport }, slots: { browser, pbx } };
}

/** A PBX's offer, for the browser. */
export function offerForBrowser(sdp: string, before: Slots, nextId: () => number, net: PbxNet): Drafted {
  const session = readSession(sdp);
  checkPlaces(session.media, before.pbx);
  const offered = new Map<Line, OfferedLine>();
  const taken = new Set<number>();
  const browser = [...before.browser];
  const pbx = session.media.map((media, i): Slot => {
    const known = before.pbx[i];
    const kind = kindOf(media);
    const codecs = isPlainLine(media) && kind ? codecsOf(media, kind) : [];
    if (kind === null || codecs.every(isEvent) || offered.size >= maxLines) {
      return isLine(known) ? known : refuse(media);
    }
    const remote = addressOf(session, media, net.family, net.allowed);
    const line = lineFor(known, kind, freeMid(browser), nextId);
    // Numbers of other lines are theirs, also while those are refused.
    if (!browser.includes(line)) browser.push(line);
    const others = browser.filter(slot => isLine(slot) && slot !== line);
    const reserved = others.flatMap(slot => (isLine(slot) ? slot.codecs.map(codec => codec.type) : []));
    const offers: Offered[] = nameForBrowser(codecs, line.codecs, new Set([...taken, ...reserved]));
    for (const offer of offers) taken.add(offer.browser.type);
    const named = offers.map(offer => offer.browser);
    const text = textOf(line, named, held(directionOf(session, media), remote), media);
    offered.set(line, { offers, remote, text });
    return line;
  });
  if (offered.size === 0) throw new MediaError('nothing in the offer can be carried', 488);
  checkCount(browser);
  return { draft: { offered, transport: null }, slots: { browser, pbx } };
}

function textOf(line: Line, codecs: readonly Codec[], direction: Direction, media: MediaDescription) {
  const { kind, mid, port } = line;
  return { kind, mid, port, codecs, direction, ptime: media.ptime, maxptime: media.maxptime };
}

/** RFC 3264 8: an offer may add lines, and never takes one away. */
function checkPlaces(media: readonly MediaDescription[], before: readonly Slot[]): void {
  if (media.length < before.length) throw new MediaError('the offer has lost an m= line', 400);
}

/** A place may change its kind (RFC 3264 8.3.3), and the other side then gets another line; not without end. */
function checkCount(slots: readonly Slot[]): void {
  if (slots.length > maxSlots) throw new MediaError('the call has had too many m= lines', 488);
}

/** A place whose line is carried keeps it, unless what stands there now is of another kind. */
function lineFor(known: Slot | undefined, kind: Kind, mid: string, nextId: () => number): Line {
  if (isLine(known) && known.kind === kind) return known;
  return { id: nextId(), kind, mid, codecs: [], port: 0 };
}

function freeMid(slots: readonly Slot[]): string {
  for (let i = slots.length; ; i++) if (!slots.some(slot => slot.mid === String(i))) return String(i);
}
