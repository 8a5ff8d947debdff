// Well-behaved visitors: each calls, talks for some seconds over real ICE, DTLS and SRTP, hangs up and calls
// again. Their results measure the effect of the attacks.

import { percentile } from '../figure.ts';
import { PlainBrowser } from '../plain-browser.ts';
import { WebRtcLeg } from '../webrtc-leg.ts';

const PACKET_MS = 20;
const TALK_MS = 4_000;
/** Packets sent this shortly before a visitor stops talking do not count as lost. */
const LAST_WORDS_MS = 300;
const WITHIN_MS = 20_000;

export interface CallerResults {
  readonly calls: number;
  /** Why calls failed or ended early, and how often. */
  readonly lost: ReadonlyMap<string, number>;
  /** Milliseconds from the INVITE to its 200. */
  readonly setUpMs: readonly number[];
  readonly packetsSent: number;
  readonly packetsBack: number;
}

export class GoodCallers {
  readonly #gatewayUrl: string;
  readonly #uri: string;
  readonly #setUpMs: number[] = [];
  readonly #lost = new Map<string, number>();
  #calls = 0;
  #sent = 0;
  #back = 0;

  constructor(gatewayUrl: string, uri: string) {
    this.#gatewayUrl = gatewayUrl;
    this.#uri = uri;
  }

  /**
   * `count` visitors at a time, each from its own address, call for `ms`. Resolves when the last visitor has
   * hung up.
   */
  async callFor(ms: number, count: number): Promise<CallerResults> {
    const until = performance.now() + ms;
    await Promise.all(
      Array.from({ length: count }, async (_, index) => {
        // Visitors do not start simultaneously.
        await pause((index / count) * TALK_MS);
        while (performance.now() < until) {
          const address = addressOf(this.#calls++);
          await within(this.#call(address), WITHIN_MS).catch(async (error: Error) => {
            this.#count(error.message);
            await pause(TALK_MS);
          });
        }
      }),
    );
    return {
      calls: this.#calls,
      lost: this.#lost,
      setUpMs: this.#setUpMs,
      packetsSent: this.#sent,
      packetsBack: this.#back,
    };
  }

  #count(reason: string): void {
    this.#lost.set(reason, (this.#lost.get(reason) ?? 0) + 1);
  }

  async #call(address: string): Promise<void> {
    const leg = await WebRtcLeg.open();
    let browser: PlainBrowser | undefined;
    try {
      browser = await PlainBrowser.open(this.#gatewayUrl, { from: address, to: this.#uri });
      const sentAt = performance.now();
      const call = await browser.invite(this.#uri, leg.offer());
      if (call.status !== 200) throw new Error(`refused with ${call.status}`);
      this.#setUpMs.push(performance.now() - sentAt);
      await leg.connect(call.sdp);
      await this.#talk(leg);
      const status = await call.hangUp();
      if (status !== 200) throw new Error(`ended early (${status})`);
    } finally {
      leg.close();
      browser?.close();
    }
  }

  async #talk(leg: WebRtcLeg): Promise<void> {
    leg.onRtp = () => {
      this.#back++;
    };
    const packet = Buffer.alloc(172, 0xff);
    packet[0] = 0x80;
    packet[1] = 0;
    packet.writeUInt32BE(leg.ssrc, 8);
    const begun = performance.now();
    for (let index = 0; index * PACKET_MS < TALK_MS; index++) {
      packet.writeUInt16BE(index, 2);
      packet.writeUInt32BE(index * 160, 4);
      leg.sendRtp(packet);
      this.#sent++;
      await pause(begun + (index + 1) * PACKET_MS - performance.now());
    }
    await pause(LAST_WORDS_MS);
  }
}

/** One line for the report. */
export function describeResults({ calls, lost, setUpMs, packetsSent, packetsBack }: CallerResults): string {
  const failed = [...lost.values()].reduce((sum, count) => sum + count, 0);
  const reasons = [...lost].map(([reason, count]) => `${count} ${reason}`).join(', ');
  const missing = ((packetsSent - packetsBack) / packetsSent) * 100;
  return (
    `${calls} calls, ${failed} lost${reasons && ` (${reasons})`}; set-up ${percentile(setUpMs, 0.5).toFixed(0)} ms, ` +
    `p95 ${percentile(setUpMs, 0.95).toFixed(0)}; RTP lost ${missing.toFixed(2)} %`
  );
}

/** Each call comes from an address that has made no other call recently. */
function addressOf(call: number): string {
  return `127.${10 + (Math.floor(call / 250) % 200)}.2.${(call % 250) + 1}`;
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, Math.max(0, ms)));
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('not sent')), ms);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
