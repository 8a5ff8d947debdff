// Offer/answer of one call through an rtpengine (RFC 3264): stores which m= line of one side is which of the
// other, the last offer, and the agreed state. `request` sends a request to the rtpengine that has the call.
// After a loss of that rtpengine, the call begins anew with its next offer. Must not depend on which
// rtpengine has the call.

import { type Leg, MediaError } from '../relay.ts';
import { otherFamilyIn } from '../sdp/address.ts';
import { type AnswerResult, answerForBrowser, answerForPbx } from '../sdp/answer.ts';
import { isTranscoded } from '../sdp/codecs.ts';
import { answerWithEcho } from '../sdp/echo.ts';
import { HostLookup, type ResolveHost } from '../sdp/hosts.ts';
import { offerForBrowser, offerForPbx } from '../sdp/offer.ts';
import { SdpOrigins } from '../sdp/origins.ts';
import type { PbxNet, PendingOffer } from '../sdp/pending-offer.ts';
import type { LinePlan } from '../sdp/plan.ts';
import { isLine, type MediaLine, type Slots, slotsOf } from '../sdp/slots.ts';
import { assertSameBrowser, type BrowserTransport } from '../sdp/transport.ts';
import {
  type BrowserSide,
  isRefused,
  type LineText,
  type RefusedText,
  writeForBrowser,
  writeForPbx,
} from '../sdp/write.ts';
import { fromBrowser, fromPbx, learning, toBrowser, toPbx } from './flags.ts';
import type { NgReply } from './ng-client.ts';
import { counter, endOf, numbered, places, refusal, unusedAddress, withInactive } from './ng-lines.ts';
import { browserSdp, type NgLines, pbxEndOf, pbxSdp, type RelayEnd, relayEndOf } from './ng-sdp.ts';
import type { PbxSources } from './pbx-sources.ts';
import { answeredByBrowser, answeredByPbx, pcmuFirst, toG729, toPcmu, withG729 } from './transcoding.ts';

export interface BridgeOptions extends PbxNet {
  /**
   * The family of the gateway's address toward a PBX, or without a PBX the default one; undefined when there
   * is no such address.
   */
  readonly familyToward: (pbx: string | undefined) => 4 | 6 | undefined;
  /** Looks up the host names in a PBX's SDP. Default: no name is found. */
  readonly resolveHost?: ResolveHost | undefined;
  /** Where the RTP of the PBX comes from. */
  readonly sources: PbxSources;
  /** `family`: the family of the address in the SDP that rtpengine returns. */
  readonly request: (command: 'offer' | 'answer', family: 4 | 6, fields: object) => Promise<NgReply>;
}

/** An offer and, once there is one, the last answer to it. */
interface BridgeRound {
  readonly from: Leg;
  readonly sdp: string;
  readonly offer: string;
  readonly draft: PendingOffer;
  readonly slots: Slots;
  /** Toward the PBX. */
  readonly family: 4 | 6;
  /** Sends the offer to rtpengine again. `probed`: the line for which rtpengine learns a source. */
  readonly resend?: (probed?: number) => Promise<NgReply>;
  /** The addresses in the offer are those of the PBX from now on. */
  readonly place?: () => void;
  answer?: { readonly sdp: string; readonly out: string };
}

export class Bridge {
  readonly #options: BridgeOptions;
  readonly #origins = new SdpOrigins();
  readonly #hosts: HostLookup;
  #slots: Slots = slotsOf([], []);
  #round: BridgeRound | null = null;
  /** Of the browser, as last agreed. */
  #transport: BrowserTransport | null = null;
  /** Toward the PBX, as last agreed. */
  #family: 4 | 6;
  /** Sends the last exchange to rtpengine again, with the current sources of the PBX. */
  #resend: ((probed?: number) => Promise<NgReply>) | undefined;
  /** Whether the rtpengine that had the browser's last offer converts G.729. */
  #transcodes = false;
  /** Which side is expected to send, as last agreed. */
  due: readonly Pick<LinePlan, 'expectBrowser' | 'expectPbx'>[] = [];

  constructor(options: BridgeOptions) {
    this.#options = options;
    this.#family = this.#familyToward(undefined);
    this.#hosts = new HostLookup(options.resolveHost);
  }

  /** The rtpengine is lost or has no state of the call: discards what was sent to it. */
  forget(): void {
    this.#round = null;
    this.#resend = undefined;
    this.#options.sources.moved();
  }

  /** Whether the last exchange can be repeated: it is answered. */
  get settled(): boolean {
    return this.#resend !== undefined && this.#round?.answer !== undefined;
  }

  /**
   * Repeats the last exchange at rtpengine, with the current sources of the PBX. `probed`: the line for which
   * rtpengine learns a source.
   */
  async repeat(probed?: number): Promise<void> {
    await this.#resend?.(probed);
  }

  /**
   * Returns the offer for the other leg. `toward`: the PBX that receives it. A repeated offer gets the same
   * result.
   */
  async offer(from: Leg, sdp: string, toward?: string): Promise<string> {
    const family = toward === undefined ? this.#family : this.#familyToward(toward);
    const round = this.#round;
    if (round?.from === from && round.sdp === sdp && (toward === undefined || round.family === family))
      return round.offer;
    return from === 'browser' ? await this.#offerFromBrowser(sdp, family) : await this.#offerFromPbx(sdp);
  }

  /** Returns the answer for the leg that offered. A repeated answer gets the same result. */
  async answer(from: Leg, sdp: string): Promise<string> {
    const round = this.#round;
    if (round === null || round.from === from)
      throw new MediaError('an answer without an offer', 400, 'out-of-order');
    if (round.answer?.sdp === sdp) return round.answer.out;
    const out =
      from === 'pbx' ? await this.#answerFromPbx(round, sdp) : await this.#answerFromBrowser(round, sdp);
    // The round is another one when the PBX has answered with an address of the other family.
    (this.#round ?? round).answer = { sdp, out };
    return out;
  }

  /** The answer for an echo call. */
  async echo(sdp: string): Promise<string> {
    const { family, request } = this.#options;
    const ids = counter(this.#slots);
    const { lines, slots, transport } = answerWithEcho(sdp, this.#slots, ids);
    assertSameBrowser(this.#transport, transport);
    const carried = lines.filter((line): line is LineText => !isRefused(line));
    const ng: NgLines = carried.map(line => ({ kind: line.kind, line }));
    const end = endOf(transport);
    const echo = { 'media-echo': 'backwards' };
    await request('offer', family, { ...fromBrowser, ...toPbx, ...echo, sdp: browserSdp(ng, end, family) });
    // An echo call has no PBX. Its address is one of documentation (RFC 5737, RFC 3849), and nothing is sent
    // to it.
    const remote = unusedAddress(family);
    const noPbx = pbxSdp(
      ng.map(({ kind, line }) => ({ kind, line: line && { ...line, remote } })),
      family,
    );
    const reply = await request('answer', family, { ...fromBrowser, ...toBrowser, sdp: noPbx });
    this.#slots = slots;
    this.#transport = transport;
    this.due = [{ expectBrowser: carried.some(line => line.direction === 'sendrecv'), expectPbx: false }];
    return this.#writeForBrowser(lines, relayEndOf(reply.sdp), 'passive', transport.bundle !== null);
  }

  async #offerFromBrowser(sdp: string, family: 4 | 6): Promise<string> {
    const { request } = this.#options;
    const { draft: plain, slots } = offerForPbx(sdp, this.#slots, counter(this.#slots));
    assertSameBrowser(this.#transport, plain.transport);
    const end = endOf(plain.transport!);
    const lines = places(slots, line => {
      const text = plain.offered.get(line)?.text;
      return text ? { codecs: pcmuFirst(text.codecs), direction: text.direction } : null;
    });
    const offered = browserSdp(lines, end, this.#options.family);
    const reply = await request('offer', family, { ...fromBrowser, ...toPbx, ...toG729, sdp: offered });
    const { address, ports, transcodes } = pbxEndOf(reply.sdp);
    this.#transcodes = transcodes.some(Boolean);
    const draft = withG729(plain, transcodes);
    for (const line of draft.offered.keys()) line.port = ports[line.id] ?? 0;
    const texts = slots.pbx.map(slot => {
      const offered = isLine(slot) ? draft.offered.get(slot) : undefined;
      return offered ? { ...offered.text, port: (slot as MediaLine).port } : refusal(slot);
    });
    const out = this.#origins.write('pbx', origin => writeForPbx(texts, origin, address));
    this.#round = { from: 'browser', sdp, offer: out, draft, slots, family };
    return out;
  }

  async #answerFromPbx(offered: BridgeRound, sdp: string): Promise<string> {
    const { request, sources } = this.#options;
    const { description, found } = await this.#hosts.read(sdp);
    const round = await this.#following(offered, otherFamilyIn(description, offered.family, found));
    const { family, draft, slots } = round;
    const net = { ...this.#options, family };
    const result = answerForBrowser(description, draft, slots, net, found);
    const plans = new Map(result.plans.map(plan => [plan.line, plan]));
    const texts = new Map(round.slots.browser.map((slot, i) => [slot, result.lines[i]!]));
    const lines = places(round.slots, line => {
      const plan = plans.get(line.id);
      const text = texts.get(line);
      if (!plan || !text || isRefused(text)) return null;
      const offers = draft.offered.get(line)?.offers;
      const codecs = text.codecs.map(codec => answeredByPbx(codec, plan, offers));
      return { codecs, direction: text.direction, remote: plan.remote };
    });
    sources.agreed(lines, performance.now());
    const send = (probed?: number) =>
      request('answer', this.#options.family, {
        ...fromBrowser,
        ...toBrowser,
        ...(probed !== undefined && learning),
        sdp: pbxSdp(sources.placed(lines, probed), family),
      });
    const reply = await send();
    this.#resend = send;
    const end = relayEndOf(reply.sdp);
    // A browser that bundles takes no second port (RFC 8843 7.3.2).
    const bundles = result.transport.bundle !== null;
    const written = round.slots.browser.map((slot, i) => {
      const text = result.lines[i]!;
      if (!isLine(slot) || isRefused(text)) return text;
      return bundles && !end.bundled[slot.id] ? refusal(slot) : numbered(text, lines, slot);
    });
    this.#agreed(round, result, result.transport);
    return this.#writeForBrowser(written, end, 'passive', bundles);
  }

  /** The same round from the gateway's address of the other family, when there is one. */
  async #following(offered: BridgeRound, address: string | undefined): Promise<BridgeRound> {
    const family = this.#ownFamilyOf(address);
    if (family === undefined) return offered;
    await this.#offerFromBrowser(offered.sdp, family);
    return this.#round ?? offered;
  }

  async #offerFromPbx(sdp: string): Promise<string> {
    const { request, sources } = this.#options;
    const { description, found } = await this.#hosts.read(sdp);
    const address = otherFamilyIn(description, this.#family, found);
    const family = this.#ownFamilyOf(address) ?? this.#family;
    const nextId = counter(this.#slots);
    const net = { ...this.#options, family, transcodes: this.#transcodes };
    const { draft, slots } = offerForBrowser(description, this.#slots, nextId, net, found);
    const lines = places(slots, line => {
      const offered = draft.offered.get(line);
      if (!offered) return null;
      const codecs = offered.offers.map(({ pbx }) => pbx);
      return { codecs, direction: offered.text.direction, remote: offered.remote };
    });
    const converts = lines.some(({ line }) => line?.codecs.some(isTranscoded));
    const place = () => sources.agreed(lines, performance.now());
    if (family === this.#family) place();
    const resend = (probed?: number) =>
      request('offer', this.#options.family, {
        ...fromPbx,
        ...toBrowser,
        ...(converts && toPcmu),
        ...(probed !== undefined && learning),
        sdp: pbxSdp(sources.placed(lines, probed), family),
      });
    const reply = await resend();
    const end = relayEndOf(reply.sdp);
    const texts = slots.browser.map(slot => {
      const offered = isLine(slot) ? draft.offered.get(slot) : undefined;
      return isLine(slot) && offered && end.bundled[slot.id]
        ? numbered(offered.text, lines, slot)
        : refusal(slot);
    });
    const out = this.#writeForBrowser(texts, end, 'actpass', true);
    this.#round = { from: 'pbx', sdp, offer: out, draft, slots, family, resend, place };
    return out;
  }

  async #answerFromBrowser(round: BridgeRound, sdp: string): Promise<string> {
    const { request } = this.#options;
    const result = answerForPbx(sdp, round.draft, round.slots);
    assertSameBrowser(this.#transport, result.transport);
    const texts = new Map(round.slots.pbx.map((slot, i) => [slot, result.lines[i]!]));
    const plans = new Map(result.plans.map(plan => [plan.line, plan]));
    const lines = places(round.slots, line => {
      const text = texts.get(line);
      const plan = plans.get(line.id);
      if (!plan || !text || isRefused(text)) return null;
      const codecs = text.codecs.map(codec => answeredByBrowser(codec, plan));
      return { codecs, direction: text.direction };
    });
    const end = endOf(result.transport);
    const send = (probed?: number) =>
      request('answer', round.family, {
        ...fromPbx,
        ...toPbx,
        sdp: browserSdp(withInactive(lines, probed), end, this.#options.family),
      });
    let reply = await send();
    if (round.family !== this.#family) {
      // With the answer rtpengine has a port of the other family. Before, it ignores the address of the PBX.
      round.place?.();
      await round.resend?.();
      reply = await send();
    }
    this.#resend = async probed => {
      await round.resend?.(probed);
      return await send(probed);
    };
    const { address, ports } = pbxEndOf(reply.sdp);
    const written = round.slots.pbx.map((slot, i) => {
      const text = result.lines[i]!;
      if (!isLine(slot) || isRefused(text)) return text;
      return { ...numbered(text, lines, slot), port: ports[slot.id] ?? 0 };
    });
    this.#agreed(round, result, result.transport);
    return this.#origins.write('pbx', origin => writeForPbx(written, origin, address));
  }

  #agreed(round: BridgeRound, { plans }: AnswerResult, transport: BrowserTransport): void {
    this.#slots = round.slots;
    this.#family = round.family;
    this.#transport = transport;
    this.due = plans;
  }

  #ownFamilyOf(address: string | undefined): 4 | 6 | undefined {
    return address === undefined ? undefined : this.#options.familyToward(address);
  }

  #familyToward(pbx: string | undefined): 4 | 6 {
    const family = this.#options.familyToward(pbx);
    if (family === undefined) throw new MediaError(`no address of ours has the family of ${pbx}`, 503);
    return family;
  }

  #writeForBrowser(
    lines: readonly (LineText | RefusedText)[],
    end: RelayEnd,
    setup: BrowserSide['setup'],
    bundled: boolean,
  ): string {
    return this.#origins.write('browser', origin =>
      writeForBrowser(lines, origin, { ...end, setup, bundled }),
    );
  }
}
