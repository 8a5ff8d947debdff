// Converts one side's offer into the offer for the other: the same lines, the carried codecs, each with the
// number that the other side must use. Refuses an offer without a usable line with 488.

import { MediaError } from '../relay.ts';
import { remoteOf } from './address.ts';
import {
  type Codec,
  codecNamesOf,
  codecsOf,
  inPlace,
  isEvent,
  isTranscoded,
  type MediaKind,
} from './codecs.ts';
import { type Description, type MediaSection, readDescription, valuesOf } from './description.ts';
import { type FirstFault, faultOf } from './fault.ts';
import type { FoundHosts } from './hosts.ts';
import { nameForBrowser, type Offered } from './payload-map.ts';
import { held, type OfferedLine, type PbxNet, type PendingOffer } from './pending-offer.ts';
import {
  assertPlainLine,
  type Direction,
  directionOf,
  isWebRtcLine,
  kindOf,
  packetTimesOf,
  profileOf,
} from './read.ts';
import { isLine, isToken, type MediaLine, refuse, type Slot, type Slots } from './slots.ts';
import { type BrowserTransport, transportOf } from './transport.ts';

/** A page needs two; each costs a pair of ports. */
const maxLines = 4;
/** The maximum of m= lines on one side during a call. */
const maxSlots = 16;

export interface Drafted {
  readonly draft: PendingOffer;
  readonly slots: Slots;
}

/** Converts a browser's offer for the PBX. */
export function offerForPbx(sdp: string, before: Slots, nextId: () => number): Drafted {
  const description = readDescription(sdp);
  checkPlaces(description.media, before.browser);
  const offered = new Map<MediaLine, OfferedLine>();
  const taken = new Set<number>();
  const pbx = [...before.pbx];
  let transport: BrowserTransport | null = null;
  const browser = description.media.map((media, i): Slot => {
    const known = before.browser[i];
    const kind = kindOf(media);
    const codecs = isWebRtcLine(media) && kind ? codecsOf(media, kind).filter(c => !taken.has(c.type)) : [];
    const mid = midOf(media) ?? String(i);
    const bundled = transport === null || transport.bundle?.includes(mid) === true;
    const wanted = kind !== null && bundled && !codecs.every(isEvent) && offered.size < maxLines;
    if (!wanted) return isLine(known) ? known : refuse(media);
    transport ??= transportOf(description, media, true);
    for (const codec of codecs) taken.add(codec.type);
    const line = lineFor(known, kind, mid, nextId);
    if (!pbx.includes(line)) pbx.push(line);
    line.mid = mid;
    line.codecs = codecs;
    const offers = codecs.map(codec => ({ browser: codec, pbx: codec }));
    const text = textOf(line, codecs, directionOf(description, media), media);
    offered.set(line, { offers, remote: null, text });
    return line;
  });
  if (transport === null) throw new MediaError(nothingOf(description), 488, 'no-common-codec');
  checkCount(pbx);
  return { draft: { offered, transport }, slots: { browser, pbx } };
}

/** Converts a PBX's offer for the browser. */
export function offerForBrowser(
  description: Description,
  before: Slots,
  nextId: () => number,
  net: PbxNet,
  found: FoundHosts,
): Drafted {
  checkPlaces(description.media, before.pbx);
  const fault: FirstFault = {};
  const usable = description.media.map(media => faultOf(fault, media, () => judge(media)));
  const placed = linesOfPlaces(before.pbx, description.media, index => usable[index] !== undefined);
  const offered = new Map<MediaLine, OfferedLine>();
  const taken = new Set<number>();
  const browser = [...before.browser];
  const pbx = description.media.map((media, i): Slot => {
    const known = placed[i];
    const use = usable[i];
    if (use === undefined || offered.size >= maxLines) return isLine(known) ? known : refuse(media);
    const { kind, codecs, remote } = use;
    const line = lineFor(known, kind, freeMid(browser), nextId);
    line.profile = profileOf(media) ?? line.profile;
    // Numbers of other lines stay reserved, even while those lines are refused.
    if (!browser.includes(line)) browser.push(line);
    const others = browser.filter(slot => isLine(slot) && slot !== line);
    const reserved = others.flatMap(slot => (isLine(slot) ? slot.codecs.map(codec => codec.type) : []));
    const own = new Map(codecs.map(codec => [inPlace(codec), codec]));
    const offers: Offered[] = nameForBrowser(
      [...own.keys()],
      line.codecs,
      new Set([...taken, ...reserved]),
    ).map(({ browser, pbx }) => ({ browser, pbx: own.get(pbx) ?? pbx }));
    for (const offer of offers) taken.add(offer.browser.type);
    const named = offers.map(offer => offer.browser);
    const text = textOf(line, named, held(directionOf(description, media), remote), media);
    offered.set(line, { offers, remote, text });
    return line;
  });
  if (offered.size === 0) throw fault.first ?? new MediaError(nothingOf(description), 488, 'no-common-codec');
  checkCount(browser);
  return { draft: { offered, transport: null }, slots: { browser, pbx } };

  function judge(media: MediaSection) {
    assertPlainLine(media);
    const kind: MediaKind = media.type === 'video' ? 'video' : 'audio';
    const all = codecsOf(media, kind, [], net.transcodes);
    const plain = all.filter(codec => !isTranscoded(codec));
    const codecs = plain.every(isEvent) ? all : plain;
    if (codecs.every(isEvent))
      throw new MediaError(`no common codec: the PBX offers ${codecNamesOf(media)}`, 488);
    return { kind, codecs, remote: remoteOf(description, media, net, found) };
  }
}

/**
 * The line of each place in a PBX's offer. Some PBXs offer an ended line, or one of another transport, and a
 * new one of the same kind. The new one then continues the old line, because the browser would otherwise have
 * to open another microphone.
 */
function linesOfPlaces(
  before: readonly Slot[],
  media: readonly MediaSection[],
  works: (index: number) => boolean,
): readonly (Slot | undefined)[] {
  const placed: (Slot | undefined)[] = media.map((_, i) => before[i]);
  media.forEach((line, i) => {
    const kind = kindOf(line);
    const known = placed[i];
    if (!works(i) || kind === null || (isLine(known) && known.kind === kind)) return;
    const from = placed.findIndex((slot, at) => isLine(slot) && slot.kind === kind && !works(at));
    if (from === -1) return;
    placed[i] = placed[from];
    placed[from] = undefined;
  });
  return placed;
}

function nothingOf({ media }: Description): string {
  const names = media.map(codecNamesOf).filter(Boolean).slice(0, 4).join(', ');
  return `the offer has no usable codec: ${names || 'it names none'}`;
}

function midOf(media: MediaSection): string | undefined {
  return valuesOf(media, 'mid').find(isToken);
}

function textOf(line: MediaLine, codecs: readonly Codec[], direction: Direction, media: MediaSection) {
  const { kind, mid, port, profile } = line;
  return { kind, mid, port, profile, codecs, direction, ...packetTimesOf(media) };
}

/** RFC 3264 8: an offer may add lines, and never removes one. */
function checkPlaces(media: readonly MediaSection[], before: readonly Slot[]): void {
  if (media.length < before.length)
    throw new MediaError('the offer has fewer m= lines than before', 400, 'out-of-order');
  if (media.length > maxSlots) throw new MediaError('the SDP has too many m= lines', 488, 'too-large');
}

/**
 * A place may change its kind (RFC 3264 8.3.3), and the other side then gets another line. Their number is
 * limited.
 */
function checkCount(slots: readonly Slot[]): void {
  if (slots.length > maxSlots) throw new MediaError('the call has had too many m= lines', 488, 'too-large');
}

/** A place with a carried line keeps it, unless the place now has another kind. */
function lineFor(known: Slot | undefined, kind: MediaKind, mid: string, nextId: () => number): MediaLine {
  if (isLine(known) && known.kind === kind) return known;
  return { id: nextId(), kind, mid, codecs: [], port: 0, profile: 'RTP/AVP' };
}

function freeMid(slots: readonly Slot[]): string {
  for (let i = slots.length; ; i++) if (!slots.some(slot => slot.mid === String(i))) return String(i);
}
