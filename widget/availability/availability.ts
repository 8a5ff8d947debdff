// Shows on the button whether calls are answered now, as the gateway reports it without ringing. Requests this on the
// visitor's intent, or immediately with `show-availability`; then at most once a minute while the button is visible.
// Without an answer, nothing changes.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { AvailabilityStatus, FallbackOffer, GatewayPath } from '../../contract/http.ts';
import type { Address } from '../base/address.ts';
import type { Call, CallEvent } from '../call/call-store.ts';
import type { Words } from '../locales/words.ts';
import { availabilityStyles } from './availability.styles.ts';
import { opensAt } from './opens-at.ts';

/** What this file reads of its element. */
export interface AvailabilityContext {
  readonly call: { readonly state: Call; report(event: CallEvent): void };
  readonly target: {
    /** The address that a press calls. */
    readonly address: Address | undefined;
    gatewayUrl(path: GatewayPath): string | undefined;
  };
  readonly words: Words;
  readonly language: string;
}

type Host = ReactiveControllerHost & Element;

const INTERVAL_MS = 60_000;
/** Shorter after a failed call, because the last answer may be outdated. */
const AFTER_CALL_MS = 5_000;
const TIMEOUT_MS = 10_000;

const sheet = new CSSStyleSheet();
sheet.replaceSync(availabilityStyles);

export class AvailabilityWatch implements ReactiveController {
  readonly #host: Host;
  readonly #element: AvailabilityContext;
  readonly #visibility: IntersectionObserver;
  readonly #line = document.createElement('span');
  #visible = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #request = { uri: '', at: Number.NEGATIVE_INFINITY };
  #answer: AvailabilityStatus | undefined;

  constructor(host: Host, element: AvailabilityContext) {
    this.#host = host;
    this.#element = element;
    this.#visibility = new IntersectionObserver(entries => {
      this.#visible = Boolean(entries.at(-1)?.isIntersecting);
      this.#poll();
    });
    // Hidden here, because screen readers read it with the button's name, at the end.
    this.#line.ariaHidden = 'true';
    this.#line.className = 'availability';
    this.#line.part.add('availability');
    const root = host.shadowRoot;
    root?.adoptedStyleSheets.push(sheet);
    root?.querySelector('.button [part=label]')?.append(this.#line);
    host.addController(this);
  }

  /** The line on the button; empty when there is nothing to show. */
  get text(): string {
    const { state } = this.#current ?? {};
    if (!(state === 'closed' || state === 'unreachable')) return '';
    const { words } = this.#element;
    const time = this.#time;
    return state === 'unreachable' ? words.notAnswering : time ? words.closedUntil(time) : words.closed;
  }

  /** "Opens Mon 9:00 AM", for the card; empty when the time is unknown. */
  get opening(): string {
    const time = this.#time;
    return time ? this.#element.words.opens(time) : '';
  }

  get offers(): readonly FallbackOffer[] {
    return this.#current?.fallbacks ?? [];
  }

  /** True when the press is handled here. */
  press(): boolean {
    const closed = this.#current?.state === 'closed' && this.#element.call.state.state === 'idle';
    // Does not ring: shows the fallbacks.
    if (closed) this.#element.call.report({ type: 'ended', reason: 'closed', at: Date.now() });
    return closed;
  }

  /** The visitor may press soon: requests the availability unless it is recent. */
  onIntent(): void {
    if (this.#msUntil(INTERVAL_MS) <= 0) void this.#fetch();
  }

  /** A call has failed: requests the availability again. */
  refresh(): void {
    if (this.#msUntil(AFTER_CALL_MS) <= 0) void this.#fetch();
  }

  hostConnected(): void {
    this.#visibility.observe(this.#host);
    document.addEventListener('visibilitychange', this.#poll);
  }

  hostDisconnected(): void {
    this.#visibility.disconnect();
    this.#visible = false;
    document.removeEventListener('visibilitychange', this.#poll);
    clearTimeout(this.#timer);
  }

  hostUpdated(): void {
    this.#line.textContent = this.text;
    // For pages with their own buttons.
    const { state } = this.#current ?? {};
    this.#reflect('availability', state === 'unknown' ? undefined : state);
    this.#reflect('availability-text', this.text);
    this.#line.closest('.button')?.classList.toggle('unavailable', this.text !== '');
    if (this.#uri !== this.#request.uri) this.#poll();
  }

  #reflect(name: string, value: string | undefined): void {
    if (!value) this.#host.removeAttribute(name);
    else if (this.#host.getAttribute(name) !== value) this.#host.setAttribute(name, value);
  }

  readonly #poll = (): void => {
    clearTimeout(this.#timer);
    if (!this.#visible || document.hidden) return;
    if (this.#element.call.state.state === 'idle') this.onIntent();
    this.#timer = setTimeout(this.#poll, Math.max(this.#msUntil(INTERVAL_MS), 1_000));
  };

  get #uri(): string {
    return this.#element.target.address?.uri ?? '';
  }

  get #current(): AvailabilityStatus | undefined {
    return this.#request.uri === this.#uri ? this.#answer : undefined;
  }

  get #time(): string {
    const { state, opensAt: instant } = this.#current ?? {};
    if (state !== 'closed' || !instant) return '';
    const { language } = this.#element;
    // The browser's languages say which English it is (en-GB or en-US); the page's language does not.
    const own = navigator.languages.filter(tag => tag.split('-')[0] === language);
    return opensAt(Date.parse(instant), Date.now(), [...own, language]);
  }

  /** Milliseconds until the next request is allowed. */
  #msUntil(pauseMs: number): number {
    return this.#request.uri === this.#uri ? this.#request.at + pauseMs - performance.now() : 0;
  }

  async #fetch(): Promise<void> {
    const uri = this.#uri;
    const url = this.#element.target.gatewayUrl('status');
    if (!uri || !url) return;
    if (this.#request.uri !== uri) this.#answer = undefined;
    this.#request = { uri, at: performance.now() };
    const answer = await fetch(`${url}?to=${encodeURIComponent(uri)}`, {
      credentials: 'omit',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
      .then(response => (response.ok ? (response.json() as Promise<AvailabilityStatus>) : undefined))
      .catch(() => undefined);
    if (this.#request.uri !== uri) return;
    // When the gateway is unreachable now, its earlier fallbacks still apply.
    this.#answer = answer ?? { state: 'unknown', fallbacks: this.#answer?.fallbacks ?? [] };
    this.#host.requestUpdate();
  }
}
