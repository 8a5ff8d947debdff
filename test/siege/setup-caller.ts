// A good caller that sets up a short call every second, each time from another address: measures the set-up
// from the INVITE to its 200, and before that token and WebSocket. One call in five has connected media.

import { PlainBrowser } from '../bench/plain-browser.ts';
import { WebRtcLeg } from '../bench/webrtc-leg.ts';
import { within } from './held-call.ts';

const EVERY_MS = 1_000;
const TALK_MS = 300;
const WITHIN_MS = 15_000;
const CONNECTED_EVERY = 5;

export class SetupCaller {
  readonly setUpMs: number[] = [];
  readonly entryMs: number[] = [];
  calls = 0;
  connected = 0;
  readonly #url: string;
  readonly #uri: string;
  readonly #lost: (why: string) => void;
  readonly #running = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(url: string, uri: string, lost: (why: string) => void) {
    this.#url = url;
    this.#uri = uri;
    this.#lost = lost;
  }

  /** A new call every second, whatever the state of the earlier ones. */
  start(): void {
    this.#timer = setInterval(() => {
      const call = this.call().finally(() => this.#running.delete(call));
      this.#running.add(call);
    }, EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#running);
  }

  async call(): Promise<void> {
    const number = this.calls++;
    const from = `127.221.${Math.floor(number / 250) % 250}.${(number % 250) + 1}`;
    const leg = await WebRtcLeg.open();
    const opened: { browser?: PlainBrowser } = {};
    try {
      await within(this.#through(leg, from, number, opened), WITHIN_MS);
    } catch (error) {
      this.#lost((error as Error).message);
    } finally {
      leg.close();
      opened.browser?.close();
    }
  }

  async #through(
    leg: WebRtcLeg,
    from: string,
    number: number,
    opened: { browser?: PlainBrowser },
  ): Promise<void> {
    const begun = performance.now();
    const browser = await PlainBrowser.open(this.#url, { from, to: this.#uri });
    opened.browser = browser;
    const entered = performance.now();
    this.entryMs.push(entered - begun);
    const call = await browser.invite(this.#uri, leg.offer());
    if (call.status !== 200) throw new Error(`refused with ${call.status}`);
    this.setUpMs.push(performance.now() - entered);
    if (number % CONNECTED_EVERY === 0) {
      await leg.connect(call.sdp);
      this.connected++;
    }
    await new Promise(resolve => setTimeout(resolve, TALK_MS));
    const status = await call.hangUp();
    if (status !== 200) throw new Error(`ended early (${status})`);
  }
}
