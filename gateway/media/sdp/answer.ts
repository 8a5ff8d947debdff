// Turns one side's answer into the answer for the side that offered, and into the plan
// of what the worker shall carry. Lines are answered in their places (RFC 3264 6).

import type { MediaDescription, SessionDescription } from 'sdp-transform';
import { MediaError } from '../relay.ts';
import { codecsOf } from './codecs.ts';
import { type Draft, held, type PbxNet } from './draft.ts';
import { agree } from './payload-map.ts';
import type { LinePlan } from './plan.ts';
import {
  addressOf,
  type BrowserTransport,
  directionOf,
  isPlainLine,
  isWebRtcLine,
  readSession,
  receives,
  sends,
  transportOf,
  within,
} from './read.ts';
import { isLine, type Slot, type Slots } from './slots.ts';
import type { LineText, RefusedText } from './write.ts';

export interface Answered {
  readonly lines: readonly (LineText | RefusedText)[];
  readonly plans: readonly LinePlan[];
  readonly transport: BrowserTransport;
}

/** A PBX's answer, for the browser. */
export function answerForBrowser(sdp: string, draft: Draft, slots: Slots, net: PbxNet): Answered {
  const session = readSession(sdp);
  const plans: LinePlan[] = [];
  const lines = slots.browser.map(slot => {
    const media = session.media[slots.pbx.indexOf(slot)];
    const offered = isLine(slot) ? draft.offered.get(slot) : undefined;
    if (media === undefined || offered === undefined || !isLine(slot)) return refusalForBrowser(slot);
    if (!isPlainLine(media) || media.type !== slot.kind) return refusalForBrowser(slot);
    const agreed = agree(offered.offers, codecsOf(media, slot.kind), 'pbx');
    if (agreed === null) return refusalForBrowser(slot);
    const remote = addressOf(session, media, net.family, net.allowed);
    const direction = within(offered.text.direction, held(directionOf(session, media), remote));
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
    return textOf(offered.text, agreed.answer, session, media, direction);
  });
  if (plans.length === 0) throw new MediaError('the answer accepts nothing', 488);
  if (draft.transport === null) throw new MediaError('the browser made no offer', 400);
  return { lines, plans, transport: draft.transport };
}

/** A browser's answer, for the PBX. */
export function answerForPbx(sdp: string, draft: Draft, slots: Slots): Answered {
  const session = readSession(sdp);
  const plans: LinePlan[] = [];
  let transport: BrowserTransport | null = null;
  const lines = slots.pbx.map(slot => {
    const media = session.media[slots.browser.indexOf(slot)];
    const offered = isLine(slot) ? draft.offered.get(slot) : undefined;
    if (media === undefined || offered === undefined || !isLine(slot)) return refusalForPbx(slot);
    if (!isWebRtcLine(media) || media.type !== slot.kind) return refusalForPbx(slot);
    const agreed = agree(offered.offers, codecsOf(media, slot.kind), 'browser');
    if (agreed === null) return refusalForPbx(slot);
    transport ??= transportOf(session, media, false);
    const direction = within(offered.text.direction, directionOf(session, media));
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
    return {
      ...textOf(offered.text, agreed.answer, session, media, direction),
      port: slot.port,
    };
  });
  if (transport === null) throw new MediaError('the answer accepts nothing', 488);
  return { lines, plans, transport };
}

function textOf(
  offered: LineText,
  codecs: LineText['codecs'],
  session: SessionDescription,
  media: MediaDescription,
  direction = directionOf(session, media),
): LineText {
  return { ...offered, codecs, direction, ptime: media.ptime, maxptime: media.maxptime };
}

function refusalForBrowser(slot: Slot): RefusedText {
  if (!isLine(slot)) return slot;
  const payloads = slot.codecs.map(codec => codec.type).join(' ') || '0';
  return { type: slot.kind, protocol: 'UDP/TLS/RTP/SAVPF', payloads, mid: slot.mid };
}

function refusalForPbx(slot: Slot): RefusedText {
  if (!isLine(slot)) return slot;
  return { type: slot.kind, protocol: 'RTP/AVP', payloads: String(slot.codecs[0]?.type ?? 0), mid: '' };
}
