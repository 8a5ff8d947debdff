// A good call that stays up for the whole siege; its packets are checked at both ends. It is lost when the
// gateway ends it, closes its WebSocket, or carries no packets for 5 s.

import { PlainBrowser } from '../bench/plain-browser.ts';
import { WebRtcLeg } from '../bench/webrtc-leg.ts';
import { Arrivals, numberedPacket, readNumber } from './numbered-rtp.ts';

const SET_UP_MS = 20_000;
/** After this time a person would ask whether the other side is still there. */
const SILENT_MS = 5_000;

export interface HeldReport {
  readonly sent: number;
  /** The number of these at the PBX, and back at the browser. */
  readonly atPbx: number;
  readonly back: number;
  readonly changed: number;
}

export class HeldCall {
  readonly atPbx = new Arrivals();
  readonly #back = new Arrivals();
  readonly #leg: WebRtcLeg;
  readonly #number: number;
  #browser: PlainBrowser | undefined;
  #hangUp: () => Promise<number> = async () => 0;
  #sent = 0;
  #changed = 0;
  #silent = false;
  #over = false;
  /** Called once when the call is lost, with the reason. A silent call continues. */
  onLost: (why: string) => void = () => {};

  private constructor(leg: WebRtcLeg, number: number) {
    this.#leg = leg;
    this.#number = number;
  }

  static async begin(url: string, uri: string, from: string, number: number): Promise<HeldCall> {
    const call = new HeldCall(await WebRtcLeg.open({ address: '127.0.0.1' }), number);
    await within(call.#begin(url, uri, from), SET_UP_MS);
    return call;
  }

  async #begin(url: string, uri: string, from: string): Promise<void> {
    const browser = await PlainBrowser.open(url, { from, to: uri });
    this.#browser = browser;
    browser.onRequest = method => method === 'BYE' && this.#lost('ended by a BYE');
    browser.onClosed = code => this.#lost(`WebSocket closed (${code})`);
    const invited = await browser.invite(uri, this.#leg.offer());
    if (invited.status !== 200) throw new Error(`refused with ${invited.status}`);
    this.#hangUp = invited.hangUp;
    await this.#leg.connect(invited.sdp);
    this.#leg.onRtp = (packet, length) => {
      const number = readNumber(packet.subarray(0, length));
      if (number?.call === this.#number) this.#back.note(number.sequence);
      else this.#changed++;
    };
    this.#back.lastAt = performance.now();
  }

  /** Sends one packet; called every 20 ms. */
  speak(): void {
    if (this.#over) return;
    this.#leg.sendRtp(numberedPacket(this.#leg.ssrc, { call: this.#number, sequence: this.#sent++ }));
    const silent = performance.now() - this.#back.lastAt > SILENT_MS;
    if (silent && !this.#silent) this.onLost('silent for 5 s');
    this.#silent = silent;
  }

  get report(): HeldReport {
    return { sent: this.#sent, atPbx: this.atPbx.count, back: this.#back.count, changed: this.#changed };
  }

  /** Hangs up. A call that cannot be hung up counts as lost. */
  async end(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    const status = await within(this.#hangUp(), SET_UP_MS).catch((error: Error) => error.message);
    if (status !== 200) this.onLost(`BYE answered ${status}`);
    this.close();
  }

  close(): void {
    this.#over = true;
    this.#leg.close();
    this.#browser?.close();
  }

  #lost(why: string): void {
    if (this.#over) return;
    this.#over = true;
    this.onLost(why);
  }
}

export async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing within ${ms / 1000} s`)), ms);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
