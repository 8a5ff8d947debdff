// The form by which a visitor asks to be called back: three fields, sent to the gateway as JSON. What is typed stays
// until it has got there.
import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { Words } from '../locales/words.ts';

type Phase = 'shut' | 'open' | 'sending' | 'sent' | 'wrong' | 'failed' | 'often';

/** What the gateway's answers mean. */
const outcomes: Readonly<Record<number, Phase>> = { 204: 'sent', 400: 'wrong', 429: 'often' };

export interface CallbackActions {
  words(): Words;
  /** Where to, and about whom. */
  place(): string | undefined;
  to(): string;
  changed(): void;
}

export class CallbackForm {
  readonly #desk: CallbackActions;
  #phase: Phase = 'shut';

  constructor(desk: CallbackActions) {
    this.#desk = desk;
  }

  get out(): boolean {
    return this.#phase !== 'shut';
  }

  show(on: boolean): void {
    if (on === this.out) return;
    this.#phase = on ? 'open' : 'shut';
    this.#desk.changed();
  }

  /** For the live region. */
  get announcement(): string {
    const words = this.#desk.words();
    const said: Partial<Record<Phase, string>> = {
      wrong: words.yourPhoneHint,
      failed: words.callbackFailed,
      often: words.callbackOften,
    };
    return said[this.#phase] ?? '';
  }

  draw(): TemplateResult {
    const words = this.#desk.words();
    if (this.#phase === 'sent') {
      // Takes the focus of the button that sent it, and is read out by that.
      return html`<p part="callback" class="sent" tabindex="-1" data-next>${words.callbackSent}</p>`;
    }
    const busy = this.#phase === 'sending';
    return html`<form part="callback" class="callback" aria-label=${words.callback}
      @submit=${(event: SubmitEvent) => this.#submitted(event)}>
      <label>${words.yourName}<input name="name" autocomplete="name" maxlength="100" data-next></label>
      <label>${words.yourPhone}<input name="phone" type="tel" autocomplete="tel" required maxlength="40"
        pattern="\\s*\\+?[\\d \\(\\)\\-.]{5,39}" title=${words.yourPhoneHint}></label>
      <label>${words.yourMessage}<textarea name="message" rows="2" maxlength="1000"></textarea></label>
      ${this.announcement ? html`<p class="hint" aria-hidden="true">${this.announcement}</p>` : nothing}
      <button part="send" class="again" type="submit" aria-disabled=${busy ? 'true' : nothing}><span>${busy ? words.sending : words.send}</span></button>
    </form>`;
  }

  async #submitted(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const place = this.#desk.place();
    if (this.#phase === 'sending' || !place) return;
    const fields = Object.fromEntries(new FormData(event.target as HTMLFormElement));
    this.#become('sending');
    const status = await fetch(place, {
      method: 'POST',
      credentials: 'omit',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ ...fields, to: this.#desk.to() }),
      signal: AbortSignal.timeout(15_000),
    }).then(
      response => response.status,
      () => 0,
    );
    this.#become(outcomes[status] ?? 'failed');
  }

  #become(phase: Phase): void {
    this.#phase = phase;
    this.#desk.changed();
  }
}
