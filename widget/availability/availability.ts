// How things stand with whom the button calls, as its gateway says without ringing anybody: written on the pill, and
// asked for with the visitor's intent, then once a minute at most while the button can be seen. Fetched with that
// intent, or at once where the page says `status`; a gateway that says nothing changes nothing.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Address } from '../base/address.ts';
import type { Call, CallEvent } from '../call/call-store.ts';
import type { Words } from '../locales/words.ts';
import { availabilityStyles } from './availability.styles.ts';
import { opensAt } from './opens-at.ts';

/** Another way to reach somebody, as the owner offers it (the gateway's `Offer`). */
export type FallbackOffer =
  | { readonly kind: 'person'; readonly to: string; readonly name?: string; readonly title?: string }
  | { readonly kind: 'hotline'; readonly phone: string }
  | { readonly kind: 'mail'; readonly mail: string }
  | { readonly kind: 'callback' };

interface Answer {
  readonly state: 'open' | 'closed' | 'unreachable' | 'unknown';
  readonly opensAt?: string;
  readonly fallbacks: readonly FallbackOffer[];
}

export interface AvailabilityActions {
  /** Where the gateway's WebSocket is: what else it has is beside it. */
  socket(): string | undefined;
  /** Whom a press would call. */
  address(): Address | undefined;
  words(): Words;
  language(): string;
  call(): Call;
  report(event: CallEvent): void;
}

type Host = ReactiveControllerHost & Element;

const OFTEN_MS = 60_000;
/** After a call that failed, what was known before it may be old. */
const AGAIN_MS = 5_000;
const PATIENCE_MS = 10_000;

const sheet = new CSSStyleSheet();
sheet.replaceSync(availabilityStyles);

export class AvailabilityWatch implements ReactiveController {
  readonly #host: Host;
  readonly #desk: AvailabilityActions;
  readonly #view: IntersectionObserver;
  readonly #line = document.createElement('span');
  #seen = false;
  #round: ReturnType<typeof setTimeout> | undefined;
  #asked = { of: '', at: Number.NEGATIVE_INFINITY };
  #answer: Answer | undefined;

  constructor(host: Host, desk: AvailabilityActions) {
    this.#host = host;
    this.#desk = desk;
    this.#view = new IntersectionObserver(entries => {
      this.#seen = Boolean(entries.at(-1)?.isIntersecting);
      this.#look();
    });
    // Read out with the button's name, where it is not in the middle.
    this.#line.ariaHidden = 'true';
    this.#line.className = 'availability';
    this.#line.part.add('availability');
    const root = host.shadowRoot;
    root?.adoptedStyleSheets.push(sheet);
    root?.querySelector('.pill [part=label]')?.append(this.#line);
    host.addController(this);
  }

  /** What is written on the pill; empty when there is nothing to say. */
  get text(): string {
    const { state } = this.#current ?? {};
    if (!(state === 'closed' || state === 'unreachable')) return '';
    const words = this.#desk.words();
    const time = this.#time;
    return state === 'unreachable' ? words.notAnswering : time ? words.closedUntil(time) : words.closed;
  }

  /** "Opens Mon 9:00 AM", for the card; empty when nobody knows. */
  get opening(): string {
    const time = this.#time;
    return time ? this.#desk.words().opens(time) : '';
  }

  get offers(): readonly FallbackOffer[] {
    return this.#current?.fallbacks ?? [];
  }

  /** A page beside the gateway's WebSocket. */
  place(name: string): string | undefined {
    return this.#desk.socket()?.replace(/^ws(.*)sip$/, `http$1${name}`);
  }

  /** True when it has dealt with the press. */
  press(): boolean {
    const closed = this.#current?.state === 'closed' && this.#desk.call().state === 'idle';
    // Rings nobody: shows what there is instead.
    if (closed) this.#desk.report({ type: 'ended', reason: 'closed', at: Date.now() });
    return closed;
  }

  /** The visitor means it: asks unless it has lately. */
  intend(): void {
    if (this.#due(OFTEN_MS) <= 0) void this.#ask();
  }

  /** A call has failed: how do things stand now? */
  refresh(): void {
    if (this.#due(AGAIN_MS) <= 0) void this.#ask();
  }

  hostConnected(): void {
    this.#view.observe(this.#host);
    document.addEventListener('visibilitychange', this.#look);
  }

  hostDisconnected(): void {
    this.#view.disconnect();
    this.#seen = false;
    document.removeEventListener('visibilitychange', this.#look);
    clearTimeout(this.#round);
  }

  hostUpdated(): void {
    this.#line.textContent = this.text;
    // For pages with buttons of their own.
    const { state } = this.#current ?? {};
    this.#reflect('availability', state === 'unknown' ? undefined : state);
    this.#reflect('availability-text', this.text);
    this.#line.closest('.pill')?.classList.toggle('calm', this.text !== '');
    if (this.#uri !== this.#asked.of) this.#look();
  }

  #reflect(name: string, value: string | undefined): void {
    if (!value) this.#host.removeAttribute(name);
    else if (this.#host.getAttribute(name) !== value) this.#host.setAttribute(name, value);
  }

  readonly #look = (): void => {
    clearTimeout(this.#round);
    if (!this.#seen || document.hidden) return;
    if (this.#desk.call().state === 'idle') this.intend();
    this.#round = setTimeout(this.#look, Math.max(this.#due(OFTEN_MS), 1_000));
  };

  get #uri(): string {
    return this.#desk.address()?.uri ?? '';
  }

  get #current(): Answer | undefined {
    return this.#asked.of === this.#uri ? this.#answer : undefined;
  }

  get #time(): string {
    const { state, opensAt: instant } = this.#current ?? {};
    if (state !== 'closed' || !instant) return '';
    const language = this.#desk.language();
    // A Briton's English is told from an American's by the browser, not by the page.
    const own = navigator.languages.filter(tag => tag.split('-')[0] === language);
    return opensAt(Date.parse(instant), Date.now(), [...own, language]);
  }

  /** Milliseconds until it may be asked again. */
  #due(pauseMs: number): number {
    return this.#asked.of === this.#uri ? this.#asked.at + pauseMs - performance.now() : 0;
  }

  async #ask(): Promise<void> {
    const of = this.#uri;
    const place = this.place('status');
    if (!of || !place) return;
    if (this.#asked.of !== of) this.#answer = undefined;
    this.#asked = { of, at: performance.now() };
    const answer = await fetch(`${place}?to=${encodeURIComponent(of)}`, {
      credentials: 'omit',
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
      .then(response => (response.ok ? (response.json() as Promise<Answer>) : undefined))
      .catch(() => undefined);
    if (this.#asked.of !== of) return;
    // A gateway that is out of reach now has still said what else there is.
    this.#answer = answer ?? { state: 'unknown', fallbacks: this.#answer?.fallbacks ?? [] };
    this.#host.requestUpdate();
  }
}
