// G.729 for a PBX without another codec: rtpengine converts between it and PCMU, which every browser has.
// G.729 is offered last, when the rtpengine can convert it (it has libbcg729), and never to a browser.

import { type Codec, inPlace, isEvent, isTranscoded } from '../sdp/codecs.ts';
import type { Offered } from '../sdp/payload-map.ts';
import type { OfferedLine, PendingOffer } from '../sdp/pending-offer.ts';
import type { LinePlan } from '../sdp/plan.ts';
import type { MediaLine } from '../sdp/slots.ts';

/** RFC 3551 4.5.6. Its annex B, comfort noise, is left out: some PBXs do not accept it. */
const g729: Codec = {
  ...{ type: 18, name: 'G729', rate: 8000, channels: 1, config: 'annexb=no', feedback: [] },
};

/** For an offer that comes from a browser. */
export const toG729 = { codec: { transcode: ['G729'] } };
/** For an offer of a PBX that has no other codec. */
export const toPcmu = { codec: { transcode: ['PCMU'] } };

/** The draft with G.729 added on the lines for which the rtpengine can convert it. */
export function withG729(draft: PendingOffer, can: readonly boolean[]): PendingOffer {
  const offered = [...draft.offered].map(
    ([line, offer]) => [line, can[line.id] ? extended(offer) : offer] as const,
  );
  return { ...draft, offered: new Map<MediaLine, OfferedLine>(offered) };
}

function extended(line: OfferedLine): OfferedLine {
  const { offers, text } = line;
  const pcmu = offers.find(({ browser }) => browser.name === 'PCMU')?.browser;
  if (text.kind !== 'audio' || !pcmu || text.codecs.some(({ type }) => type === g729.type)) return line;
  const [events, voices] = [text.codecs.filter(isEvent), text.codecs.filter(codec => !isEvent(codec))];
  return {
    ...line,
    offers: [...offers, { browser: pcmu, pbx: g729 }],
    text: { ...text, codecs: [...voices, g729, ...events] },
  };
}

/** rtpengine converts to the first codec that a browser offers. */
export function pcmuFirst(codecs: readonly Codec[]): readonly Codec[] {
  const isPcmu = ({ name }: Codec) => Number(name === 'PCMU');
  return codecs.toSorted((one, other) => isPcmu(other) - isPcmu(one));
}

/** The codec that the PBX has answered with, for a codec that the browser gets. */
export function answeredByPbx(codec: Codec, plan: LinePlan, offers: readonly Offered[] = []): Codec {
  const converted = offers.find(
    ({ browser, pbx }) =>
      isTranscoded(pbx) && browser.type === codec.type && plan.toBrowser[pbx.type] === codec.type,
  );
  return { ...(converted?.pbx ?? codec), type: plan.toPbx[codec.type] ?? codec.type };
}

/** The codec that the browser has answered with, for a codec that the PBX gets. */
export function answeredByBrowser(codec: Codec, plan: LinePlan): Codec {
  return { ...inPlace(codec), type: plan.toBrowser[codec.type] ?? codec.type };
}
