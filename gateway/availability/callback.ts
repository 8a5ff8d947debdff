// Callback requests of visitors: validated, and delivered to the URL of the configuration or written to the log. No visitor
// input selects the destination, and redirects are not followed.

import { z } from 'zod';
import type { CallbackRequest } from '../../contract/http.ts';
import { phone } from '../config/contact.ts';
import type { Fallback } from '../config/fallbacks.ts';
import type { Log } from '../observe/log.ts';

const singleLine = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .regex(/^\P{Cc}*$/u);

const shape = z.object({
  to: singleLine(320),
  name: singleLine(100).default(''),
  phone: phone.refine(text => text.replace(/\D/g, '').length >= 5),
  message: z
    .string()
    .trim()
    .max(1000)
    .regex(/^(?:\P{Cc}|[\n\r\t])*$/u)
    .default(''),
}) satisfies z.ZodType<CallbackRequest>;

/** `unwanted`: the configuration has no callback here. `wrong`: the form is not valid. `lost`: it was not delivered. */
export type CallbackResult = 'taken' | 'unwanted' | 'wrong' | 'lost';

/** The page that sent the request: its origin, and whether the gateway has served it. */
export interface CallbackPage {
  readonly origin: string;
  readonly ownPage: boolean;
}

export interface CallbackRequestsOptions {
  /** The callback fallback of `to`, when the page may call that person and the configuration has one. */
  fallback(to: string, page: CallbackPage): Extract<Fallback, { kind: 'callback' }> | undefined;
  readonly log: Log;
  /** Milliseconds until the request to the owner's server is aborted. */
  readonly timeoutMs?: number;
}

/** Deliveries at the same time, and the time of each. */
const MOST_DELIVERIES = 10;
const TIMEOUT_MS = 5_000;

export class CallbackRequests {
  readonly #options: CallbackRequestsOptions;
  #deliveries = 0;

  constructor(options: CallbackRequestsOptions) {
    this.#options = options;
  }

  /** Validates and delivers the body of a request. */
  async take(body: string, page: CallbackPage): Promise<CallbackResult> {
    const form = parseForm(body);
    if (!form) return 'wrong';
    const fallback = this.#options.fallback(form.to, page);
    if (!fallback) return 'unwanted';
    const request = { ...form, page: page.origin, at: new Date().toISOString() };
    if (fallback.url === undefined) {
      this.#options.log.info(request, 'callback requested');
      return 'taken';
    }
    if (await this.#deliver(fallback.url, request)) return 'taken';
    // The form contains personal data for the owner: the log only reports that it was not delivered.
    this.#options.log.warn(
      { to: form.to, host: new URL(fallback.url).host },
      'callback request not delivered',
    );
    return 'lost';
  }

  async #deliver(url: string, request: object): Promise<boolean> {
    if (this.#deliveries >= MOST_DELIVERIES) return false;
    this.#deliveries++;
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'User-Agent': 'sip-call' },
        body: JSON.stringify(request),
        redirect: 'manual',
        signal: AbortSignal.timeout(this.#options.timeoutMs ?? TIMEOUT_MS),
      });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    } finally {
      this.#deliveries--;
    }
  }
}

/** The form in the body of a request; undefined when it is not valid. */
function parseForm(body: string): CallbackRequest | undefined {
  try {
    return shape.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
