// The phone of a call that is likely: connected, greeted and with its offer written down while somebody still points at
// the button, so that their press waits for the microphone alone. Who presses nothing costs the gateway a connection
// for a moment; who only passes over a button, none.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { impossible } from '../devices/microphone.ts';
import { Phone } from './phone.ts';
import type { OfferRequest } from './prepared-offer.ts';
import { takeToken } from './token.ts';

/** The call that a press would make. */
export interface CallRequest extends OfferRequest {
  /** The gateway's WebSocket. */
  readonly socket: string;
  /** Where tokens are had. */
  readonly tokens: string;
  /** Of whom is called. */
  readonly uri: string;
}

/** Milliseconds that a hand stays on what it means. */
const DWELL = 100;
/** Milliseconds. Visitors who share an address have only so many connections. */
const KEPT = 15_000;
/** A press does not call from here and now. */
const ELSEWHERE = '[window], [availability=closed]';

/** One for the page: who goes from button to button holds one connection. */
let spare:
  | { readonly of: string; readonly by: Element; readonly phone: Phone; readonly at: number }
  | undefined;
let expiry: ReturnType<typeof setTimeout>;

export class PreparedPhone implements ReactiveController {
  readonly #host: ReactiveControllerHost & Element;
  readonly #wish: () => CallRequest | undefined;
  #dwell: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost & Element, wish: () => CallRequest | undefined) {
    this.#host = host;
    this.#wish = wish;
    host.addController(this);
  }

  hostDisconnected(): void {
    clearTimeout(this.#dwell);
    if (spare?.by === this.#host) drop();
  }

  /** What is pressed; the element around it may be as large as the page. */
  get #button(): Element | null | undefined {
    const own = this.#host.getAttribute('shape') === 'bare';
    return own ? this.#host : this.#host.shadowRoot?.querySelector('.pill');
  }

  /** The visitor may mean it, and did `since` (`performance.now()`). A press means it at once. */
  intend(since: number): void {
    clearTimeout(this.#dwell);
    const wait = this.#button?.matches(':active') ? 0 : since + DWELL - performance.now();
    this.#dwell = setTimeout(() => this.#prepare(), wait);
  }

  /** For one call of that kind. */
  take(wish: CallRequest): Phone {
    clearTimeout(this.#dwell);
    const ready = kept(wish);
    if (ready) spare = undefined;
    drop();
    return ready ?? phoneFor(wish);
  }

  #prepare(): void {
    const wish = this.#wish();
    if (!wish || kept(wish) || impossible() || this.#host.matches(ELSEWHERE)) return;
    if (!this.#button?.matches(':hover, :focus-within, :active')) return;
    drop();
    // A page that keeps a connection is not kept itself, for the way back to it.
    addEventListener('pagehide', drop);
    const phone = phoneFor(wish);
    spare = { of: keyOf(wish), by: this.#host, phone, at: Date.now() };
    expiry = setTimeout(drop, KEPT);
    // A task of its own: both take their time on a small machine.
    setTimeout(() => phone.prepare(wish));
  }
}

const phoneFor = ({ socket, tokens, uri }: CallRequest) => new Phone(socket, () => takeToken(tokens, uri));

function kept(wish: CallRequest): Phone | undefined {
  // By the date, too: a machine that slept has not counted.
  const fresh = spare && !spare.phone.over && Date.now() - spare.at < KEPT;
  return fresh && spare?.of === keyOf(wish) ? spare.phone : undefined;
}

function drop(): void {
  removeEventListener('pagehide', drop);
  clearTimeout(expiry);
  spare?.phone.hangUp();
  spare = undefined;
}

const keyOf = ({ socket, tokens, uri }: CallRequest) => [socket, tokens, uri].join(' ');
