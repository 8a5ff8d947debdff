// Offer/answer of one call between its two sides (RFC 3264): stores which m= line of one side is which of the
// other, the last offer, and the agreed state. Does no I/O: it gets the ports and returns SDP and a plan for
// the worker. A failed round leaves the agreed state unchanged.

import { randomBytes } from 'node:crypto';
import type { LocalAddress } from '../address.ts';
import { type Leg, MediaError } from '../relay.ts';
import { otherFamilyIn } from '../sdp/address.ts';
import { type AnswerResult, answerForBrowser, answerForPbx } from '../sdp/answer.ts';
import { answerWithEcho } from '../sdp/echo.ts';
import { HostLookup, type ResolveHost } from '../sdp/hosts.ts';
import { offerForBrowser, offerForPbx } from '../sdp/offer.ts';
import { SdpOrigins } from '../sdp/origins.ts';
import type { PbxNet, PendingOffer } from '../sdp/pending-offer.ts';
import type { IceCredentials } from '../sdp/plan.ts';
import { type MediaLine, type Slots, slotsOf } from '../sdp/slots.ts';
import { assertSameBrowser, type BrowserTransport } from '../sdp/transport.ts';
import {
  type BrowserSide,
  type CandidateAddress,
  hostCandidates,
  type LineText,
  type RefusedText,
  writeForBrowser,
  writeForPbx,
} from '../sdp/write.ts';
import type { CallPlan } from './worker-protocol.ts';

export interface NegotiationOptions {
  readonly call: string;
  readonly browser: {
    readonly candidateAddresses: readonly CandidateAddress[];
    readonly fingerprint: string;
  };
  readonly pbx: Omit<PbxNet, 'family'> & {
    /**
     * The gateway's address toward a PBX, or without a PBX the default one; undefined when there is no
     * address of its family.
     */
    readonly localAddressFor: (pbx: string | undefined) => LocalAddress | undefined;
    /** Looks up the host names in a PBX's SDP. Default: no name is found. */
    readonly resolveHost?: ResolveHost | undefined;
  };
  /**
   * Makes the call have ports for exactly these lines, on the address of that index. Resolves to the RTP
   * ports in the same order.
   */
  readonly ports: (lines: readonly number[], at: number) => Promise<readonly number[]>;
}

/** An offer and, once there is one, its answer. */
interface Round {
  readonly from: Leg;
  readonly sdp: string;
  readonly offer: string;
  readonly draft: PendingOffer;
  readonly slots: Slots;
  readonly local: IceCredentials;
  /** Toward the PBX. */
  readonly side: LocalAddress;
}

/** The result of an answer. */
export interface NegotiationResult {
  readonly sdp: string;
  readonly plan: CallPlan;
}

export class Negotiation {
  readonly #options: NegotiationOptions;
  #slots: Slots = slotsOf([], []);
  #lines = 0;
  /** Lines that carry media, as last agreed. */
  #standing: readonly number[] = [];
  #round: Round | null = null;
  /** Of the browser, as last agreed. */
  #transport: BrowserTransport | null = null;
  #local: IceCredentials = freshCredentials();
  /** Toward the PBX, as last agreed. */
  #side: LocalAddress;
  readonly #origins = new SdpOrigins();
  readonly #hosts: HostLookup;

  constructor(options: NegotiationOptions) {
    this.#options = options;
    this.#side = this.#localAddressFor(undefined);
    this.#hosts = new HostLookup(options.pbx.resolveHost);
  }

  /**
   * Returns the offer for the other leg. `toward`: the PBX that receives it. A repeated offer gets the same
   * result.
   */
  async offer(from: Leg, sdp: string, toward?: string): Promise<string> {
    const side = toward === undefined ? this.#side : this.#localAddressFor(toward);
    const round = this.#round;
    if (round?.from === from && round.sdp === sdp && (toward === undefined || isSame(round.side, side)))
      return round.offer;
    return from === 'browser' ? await this.#offerFromBrowser(sdp, side) : await this.#offerFromPbx(sdp);
  }

  /** Returns the answer for the leg that offered, and the new plan of the worker. */
  async answer(from: Leg, sdp: string): Promise<NegotiationResult> {
    const offered = this.#round;
    if (offered === null || offered.from === from)
      throw new MediaError('an answer without an offer', 400, 'out-of-order');
    const { call } = this.#options;
    const { round, result } =
      from === 'pbx'
        ? await this.#answerFromPbx(sdp, offered)
        : { round: offered, result: answerForPbx(sdp, offered.draft, offered.slots) };
    const { transport } = result;
    assertSameBrowser(this.#transport, transport);
    this.#slots = round.slots;
    this.#local = round.local;
    this.#transport = transport;
    this.#side = round.side;
    this.#standing = result.plans.map(plan => plan.line);
    const out =
      from === 'pbx'
        ? this.#origins.write('browser', origin =>
            writeForBrowser(
              result.lines,
              origin,
              this.#browserSide(round.local, 'passive', transport.bundle !== null),
            ),
          )
        : this.#writeForPbx(result.lines, round.side);
    const plan: CallPlan = {
      call,
      browser: { local: round.local, remoteUfrag: transport.ufrag, fingerprint: transport.fingerprint },
      lines: result.plans,
      at: round.side.index,
    };
    return { sdp: out, plan };
  }

  /** The answer for an echo call. The worker must have the call already, without lines. */
  async echo(sdp: string): Promise<NegotiationResult> {
    const { call } = this.#options;
    const { lines, slots, transport, plan } = answerWithEcho(sdp, this.#slots, () => this.#lines++);
    assertSameBrowser(this.#transport, transport);
    const local = this.#credentialsFor(transport);
    await this.#options.ports([], this.#side.index);
    this.#slots = slots;
    this.#local = local;
    this.#transport = transport;
    const side = this.#browserSide(local, 'passive', transport.bundle !== null);
    return {
      sdp: this.#origins.write('browser', origin => writeForBrowser(lines, origin, side)),
      plan: {
        call,
        browser: { local, remoteUfrag: transport.ufrag, fingerprint: transport.fingerprint },
        lines: [],
        at: this.#side.index,
        echo: plan,
      },
    };
  }

  async #offerFromBrowser(sdp: string, side: LocalAddress): Promise<string> {
    const { draft, slots } = offerForPbx(sdp, this.#slots, () => this.#lines++);
    assertSameBrowser(this.#transport, draft.transport);
    const local = this.#credentialsFor(draft.transport);
    const lines = await this.#withPorts(draft, slots.pbx, side);
    return this.#begin('browser', sdp, draft, slots, local, side, this.#writeForPbx(lines, side));
  }

  async #answerFromPbx(sdp: string, offered: Round): Promise<{ round: Round; result: AnswerResult }> {
    const { description, found } = await this.#hosts.read(sdp);
    const round = await this.#following(offered, otherFamilyIn(description, offered.side.family, found));
    const { draft, slots, side } = round;
    return { round, result: answerForBrowser(description, draft, slots, this.#net(side), found) };
  }

  /** The same round from the gateway's address of the other family, when there is one. */
  async #following(offered: Round, address: string | undefined): Promise<Round> {
    const side = this.#sideFor(address);
    if (side === undefined) return offered;
    await this.#offerFromBrowser(offered.sdp, side);
    return this.#round ?? offered;
  }

  async #offerFromPbx(sdp: string): Promise<string> {
    const { description, found } = await this.#hosts.read(sdp);
    const side = this.#sideFor(otherFamilyIn(description, this.#side.family, found)) ?? this.#side;
    const nextId = () => this.#lines++;
    const net = this.#net(side);
    const { draft, slots } = offerForBrowser(description, this.#slots, nextId, net, found);
    await this.#withPorts(draft, slots.pbx, side);
    const lines = slots.browser.map(slot => draft.offered.get(slot as MediaLine)?.text ?? refusalOf(slot));
    const offer = this.#origins.write('browser', origin =>
      writeForBrowser(lines, origin, this.#browserSide(this.#local, 'actpass', true)),
    );
    return this.#begin('pbx', sdp, draft, slots, this.#local, side, offer);
  }

  #sideFor(address: string | undefined): LocalAddress | undefined {
    return address === undefined ? undefined : this.#options.pbx.localAddressFor(address);
  }

  #begin(
    from: Leg,
    sdp: string,
    draft: PendingOffer,
    slots: Slots,
    local: IceCredentials,
    side: LocalAddress,
    offer: string,
  ): string {
    this.#round = { from, sdp, offer, draft, slots, local, side };
    return offer;
  }

  #localAddressFor(pbx: string | undefined): LocalAddress {
    const side = this.#options.pbx.localAddressFor(pbx);
    if (side === undefined) throw new MediaError(`no address of ours has the family of ${pbx}`, 503);
    return side;
  }

  #net({ family }: LocalAddress): PbxNet {
    return { ...this.#options.pbx, family };
  }

  /** Requests ports for the lines of a draft and writes them into the draft. */
  async #withPorts(
    draft: PendingOffer,
    slots: readonly (MediaLine | RefusedText)[],
    side: LocalAddress,
  ): Promise<(LineText | RefusedText)[]> {
    const wanted = [...draft.offered.keys()];
    const ids = wanted.map(line => line.id);
    // Agreed lines keep their ports until the offer is answered, because it may be refused.
    const all = [...ids, ...this.#standing.filter(id => !ids.includes(id))];
    const ports = await this.#options.ports(all, side.index);
    wanted.forEach((line, i) => {
      line.port = side.portOf(ports[i] ?? 0);
    });
    return slots.map(slot => {
      const offered = draft.offered.get(slot as MediaLine);
      return offered === undefined ? refusalOf(slot) : { ...offered.text, port: (slot as MediaLine).port };
    });
  }

  #browserSide(ice: IceCredentials, setup: BrowserSide['setup'], bundled: boolean): BrowserSide {
    const { candidateAddresses, fingerprint } = this.#options.browser;
    return {
      address: candidateAddresses[0]?.ip ?? '0.0.0.0',
      port: candidateAddresses[0]?.port ?? 9,
      candidates: hostCandidates(candidateAddresses),
      ice,
      fingerprint: { hash: 'sha-256', value: fingerprint },
      setup,
      bundled,
    };
  }

  /**
   * New credentials when the browser begins an ICE restart, because then both sides change theirs (RFC 8839
   * 4.4.1.1.1).
   */
  #credentialsFor(transport: BrowserTransport | null): IceCredentials {
    const before = this.#transport;
    const restarts = before !== null && transport !== null && before.ufrag !== transport.ufrag;
    if (!restarts) return this.#local;
    const pending = this.#round;
    // An earlier offer already carried this restart.
    if (pending?.from === 'browser' && pending.draft.transport?.ufrag === transport.ufrag)
      return pending.local;
    return freshCredentials();
  }

  #writeForPbx(lines: readonly (LineText | RefusedText)[], { announce }: LocalAddress): string {
    return this.#origins.write('pbx', origin => writeForPbx(lines, origin, announce));
  }
}

/** Whether the PBX sees the same address. */
function isSame(one: LocalAddress, other: LocalAddress): boolean {
  return one.index === other.index && one.announce === other.announce;
}

function refusalOf(slot: MediaLine | RefusedText): RefusedText {
  if (!('id' in slot)) return slot;
  return {
    type: slot.kind,
    protocol: slot.profile,
    payloads: String(slot.codecs[0]?.type ?? 0),
    mid: slot.mid,
  };
}

function freshCredentials(): IceCredentials {
  // RFC 8839 5.4: at least 24 and 128 bits, in base64's alphabet without padding.
  return {
    ufrag: randomBytes(6).toString('base64').replaceAll('=', ''),
    password: randomBytes(18).toString('base64').replaceAll('=', ''),
  };
}
