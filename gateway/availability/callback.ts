// A visitor asks to be called back: what they wrote is checked, and brought to where the owner's file says. Nothing
// that a visitor sends chooses an address; a server that redirects is not followed.

import { z } from 'zod';
import { phone } from '../config/contact.ts';
import type { Fallback } from '../config/fallbacks.ts';
import type { Log } from '../observe/log.ts';

const line = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .regex(/^\P{Cc}*$/u);

const shape = z.object({
  to: line(320),
  name: line(100).default(''),
  phone: phone.refine(text => text.replace(/\D/g, '').length >= 5),
  message: z
    .string()
    .trim()
    .max(1000)
    .regex(/^(?:\P{Cc}|[\n\r\t])*$/u)
    .default(''),
});

type Wish = z.output<typeof shape>;

/** `unwanted`: the owner has not asked for such wishes. `wrong`: it says no number. `lost`: it did not get there. */
export type CallbackResult = 'taken' | 'unwanted' | 'wrong' | 'lost';

/** Whence a wish comes: its origin, and whether that is the gateway itself. */
export interface Page {
  readonly origin: string;
  readonly ownPage: boolean;
}

export interface CallbackRequestsOptions {
  /** The rung of whom `to` names, when such a page may call them and the owner wants callbacks. */
  fallback(to: string, page: Page): Extract<Fallback, { kind: 'callback' }> | undefined;
  readonly log: Log;
  /** Milliseconds that the owner's server may take. */
  readonly longestMs?: number;
}

/** Wishes on their way at once, and how long each may take. */
const MOST_AT_ONCE = 10;
const LONGEST_MS = 5_000;

export class CallbackRequests {
  readonly #options: CallbackRequestsOptions;
  #onTheirWay = 0;

  constructor(options: CallbackRequestsOptions) {
    this.#options = options;
  }

  /** Takes what a page has sent. */
  async take(body: string, page: Page): Promise<CallbackResult> {
    const wish = readWish(body);
    if (!wish) return 'wrong';
    const fallback = this.#options.fallback(wish.to, page);
    if (!fallback) return 'unwanted';
    const told = { ...wish, page: page.origin, at: new Date().toISOString() };
    if (fallback.url === undefined) {
      this.#options.log.info(told, 'a visitor asks to be called back');
      return 'taken';
    }
    if (await this.#bring(fallback.url, told)) return 'taken';
    // What was written is personal, and the owner's to receive: the log only says that it was lost.
    this.#options.log.warn(
      { to: wish.to, host: new URL(fallback.url).host },
      'a wish to be called back did not get there',
    );
    return 'lost';
  }

  async #bring(url: string, wish: object): Promise<boolean> {
    if (this.#onTheirWay >= MOST_AT_ONCE) return false;
    this.#onTheirWay++;
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'User-Agent': 'sip-call' },
        body: JSON.stringify(wish),
        redirect: 'manual',
        signal: AbortSignal.timeout(this.#options.longestMs ?? LONGEST_MS),
      });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    } finally {
      this.#onTheirWay--;
    }
  }
}

/** The wish in a request's body; undefined when it is none. */
function readWish(body: string): Wish | undefined {
  try {
    return shape.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
