// The phone of a likely call: connected, greeted and with a prepared offer while the visitor still points at the
// button, so that a press waits for the microphone only. Without a press it costs the gateway one connection for a
// short time; a pointer that only crosses the button costs none.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { whyImpossible } from '../devices/microphone.ts';
import { Phone } from './phone.ts';
import type { OfferRequest } from './prepared-offer.ts';
import { takeToken } from './token.ts';

/** The call that a press makes. */
export interface CallRequest extends OfferRequest {
  /** The gateway's WebSocket. */
  readonly socket: string;
  /** The URL that gives tokens: of the page's own server, or the gateway's. */
  readonly tokenUrl: string;
  /** The SIP URI to call. */
  readonly uri: string;
}

/** Milliseconds on the button that count as intent. */
const HOVER_MS = 100;
/** Milliseconds. Visitors who share an address share a limit of connections. */
const LIFETIME_MS = 15_000;
/** A press does not place a call from this page now. */
const NOT_CALLING = '[popup], [availability=closed]';

/** One for the page: a visitor who moves from button to button has one connection. */
let prepared:
  | { readonly key: string; readonly owner: Element; readonly phone: Phone; readonly at: number }
  | undefined;
let expiry: ReturnType<typeof setTimeout>;

export class PreparedPhone implements ReactiveController {
  readonly #host: ReactiveControllerHost & Element;
  readonly #request: () => CallRequest | undefined;
  #hoverTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost & Element, request: () => CallRequest | undefined) {
    this.#host = host;
    this.#request = request;
    host.addController(this);
  }

  hostDisconnected(): void {
    clearTimeout(this.#hoverTimer);
    if (prepared?.owner === this.#host) drop();
  }

  /** The button that is pressed; the element itself may be as large as the page. */
  get #button(): Element | null | undefined {
    const ownButton = this.#host.getAttribute('shape') === 'custom';
    return ownButton ? this.#host : this.#host.shadowRoot?.querySelector('.button');
  }

  /**
   * The visitor has pointed at the button since `since` (`performance.now()`). A pressed button is prepared
   * immediately.
   */
  onIntent(since: number): void {
    clearTimeout(this.#hoverTimer);
    const wait = this.#button?.matches(':active') ? 0 : since + HOVER_MS - performance.now();
    this.#hoverTimer = setTimeout(() => this.#prepare(), wait);
  }

  /** A phone for one call with this request. */
  take(request: CallRequest): Phone {
    clearTimeout(this.#hoverTimer);
    const match = matching(request);
    if (match) prepared = undefined;
    drop();
    return match ?? phoneFor(request);
  }

  #prepare(): void {
    const request = this.#request();
    if (!request || matching(request) || whyImpossible() || this.#host.matches(NOT_CALLING)) return;
    if (!this.#button?.matches(':hover, :focus-within, :active')) return;
    drop();
    // A page with an open WebSocket does not enter the back/forward cache.
    addEventListener('pagehide', drop);
    const phone = phoneFor(request);
    prepared = { key: connectionKey(request), owner: this.#host, phone, at: Date.now() };
    expiry = setTimeout(drop, LIFETIME_MS);
    // In its own task, because both steps take long on a slow machine.
    setTimeout(() => phone.prepare(request));
  }
}

const phoneFor = ({ socket, tokenUrl, uri }: CallRequest) =>
  new Phone(socket, () => takeToken(tokenUrl, uri));

function matching(request: CallRequest): Phone | undefined {
  // Compares the time too, because timers stop while a machine sleeps.
  const fresh = prepared && !prepared.phone.ended && Date.now() - prepared.at < LIFETIME_MS;
  return fresh && prepared?.key === connectionKey(request) ? prepared.phone : undefined;
}

function drop(): void {
  removeEventListener('pagehide', drop);
  clearTimeout(expiry);
  prepared?.phone.hangUp();
  prepared = undefined;
}

const connectionKey = ({ socket, tokenUrl, uri }: CallRequest) => [socket, tokenUrl, uri].join(' ');
