// Converts one side's answer into the answer for the side that offered, and into the plan for the worker.
// Lines are answered in their places (RFC 3264 6).

import { MediaError } from '../relay.ts';
import { remoteOf } from './address.ts';
import { codecNamesOf, codecsOf } from './codecs.ts';
import { type Description, type MediaSection, readDescription } from './description.ts';
import { type FirstFault, faultOf } from './fault.ts';
import type { FoundHosts } from './hosts.ts';
import { type Agreed, agree } from './payload-map.ts';
import { held, type OfferedLine, type PbxNet, type PendingOffer } from './pending-offer.ts';
import type { LinePlan } from './plan.ts';
import {
  assertPlainLine,
  type Direction,
  directionOf,
  isPlainLine,
  isWebRtcLine,
  packetTimesOf,
  receives,
  sends,
  within,
} from './read.ts';
import { answeredIn, isLine, type Slot, type Slots } from './slots.ts';
import { type BrowserTransport, transportOf } from './transport.ts';
import type { LineText, RefusedText } from './write.ts';

export interface AnswerResult {
  readonly lines: readonly (LineText | RefusedText)[];
  readonly plans: readonly LinePlan[];
  readonly transport: BrowserTransport;
}

/** A PBX's answer, for the browser. */
export function answerForBrowser(
  description: Description,
  draft: PendingOffer,
  slots: Slots,
  net: PbxNet,
  found: FoundHosts,
): AnswerResult {
  const answered = answeredIn(description.media, slots.pbx, isPlainLine);
  const plans: LinePlan[] = [];
  const fault: FirstFault = {};
  const judge = (media: MediaSection, { offers, text }: OfferedLine) => {
    if (media.type !== text.kind)
      throw new MediaError(`the answer of the PBX has no m= line for ${text.kind}`, 488, 'line-refused');
    assertPlainLine(media);
    const codecs = codecsOf(
      media,
      text.kind,
      offers.map(({ pbx }) => pbx),
    );
    const agreed = agree(offers, codecs, 'pbx');
    if (agreed === null)
      throw new MediaError(`no common codec: the PBX answers with ${codecNamesOf(media)}`, 488);
    return { agreed, remote: remoteOf(description, media, net, found) };
  };
  const lines = slots.browser.map(slot => {
    const media = answered.get(slot);
    const offered = isLine(slot) ? draft.offered.get(slot) : undefined;
    if (media === undefined || offered === undefined || !isLine(slot)) return refusalForBrowser(slot);
    const usable = faultOf(fault, media, () => judge(media, offered));
    if (usable === undefined) return refusalForBrowser(slot);
    const { agreed, remote } = usable;
    const direction = within(offered.text.direction, held(directionOf(description, media), remote));
    const { toPbx, toBrowser, clocks } = agreed;
    plans.push({
      line: slot.id,
      kind: slot.kind,
      remote,
      toPbx,
      toBrowser,
      clocks,
      expectBrowser: receives(direction),
      expectPbx: sends(direction),
    });
    return textOf(offered.text, agreed, media, direction);
  });
  if (plans.length === 0)
    throw (
      fault.first ?? new MediaError('the answer has none of the m= lines of the offer', 488, 'line-refused')
    );
  if (draft.transport === null) throw new MediaError('the browser made no offer', 400, 'out-of-order');
  return { lines, plans, transport: draft.transport };
}

/** A browser's answer, for the PBX. */
export function answerForPbx(sdp: string, draft: PendingOffer, slots: Slots): AnswerResult {
  const description = readDescription(sdp);
  const answered = answeredIn(description.media, slots.browser, isWebRtcLine);
  const plans: LinePlan[] = [];
  let transport: BrowserTransport | null = null;
  const lines = slots.pbx.map(slot => {
    const media = answered.get(slot);
    const offered = isLine(slot) ? draft.offered.get(slot) : undefined;
    if (media === undefined || offered === undefined || !isLine(slot)) return refusalForPbx(slot);
    if (!isWebRtcLine(media) || media.type !== slot.kind) return refusalForPbx(slot);
    const own = offered.offers.map(({ browser }) => browser);
    const agreed = agree(offered.offers, codecsOf(media, slot.kind, own), 'browser');
    if (agreed === null) return refusalForPbx(slot);
    transport ??= transportOf(description, media, false);
    const direction = within(offered.text.direction, directionOf(description, media));
    const { toPbx, toBrowser, clocks } = agreed;
    plans.push({
      line: slot.id,
      kind: slot.kind,
      remote: offered.remote,
      toPbx,
      toBrowser,
      clocks,
      expectBrowser: sends(direction),
      expectPbx: receives(direction),
    });
    return { ...textOf(offered.text, agreed, media, direction), port: slot.port };
  });
  if (transport === null) throw new MediaError('the answer accepts no m= line', 488, 'line-refused');
  return { lines, plans, transport };
}

function textOf(offered: LineText, { answer }: Agreed, media: MediaSection, direction: Direction): LineText {
  return { ...offered, codecs: answer, direction, ...packetTimesOf(media) };
}

function refusalForBrowser(slot: Slot): RefusedText {
  if (!isLine(slot)) return slot;
  const payloads = slot.codecs.map(codec => codec.type).join(' ') || '0';
  return { type: slot.kind, protocol: 'UDP/TLS/RTP/SAVPF', payloads, mid: slot.mid };
}

function refusalForPbx(slot: Slot): RefusedText {
  if (!isLine(slot)) return slot;
  const { kind, profile, codecs } = slot;
  return { type: kind, protocol: profile, payloads: String(codecs[0]?.type ?? 0), mid: '' };
}
