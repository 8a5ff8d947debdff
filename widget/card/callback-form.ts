// The form of a callback request: three fields, sent to the gateway as JSON. Keeps what was typed until the gateway has
// accepted it.
import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { CallbackRequest, CallbackStatus } from '../../contract/http.ts';
import type { Words } from '../locales/words.ts';

type Phase = 'closed' | 'open' | 'sending' | 'sent' | 'invalid' | 'failed' | 'too-often';

/** By the status of the gateway's answer; after any other status `failed`. */
const phaseByStatus: Readonly<Record<number, Phase>> = {
  204: 'sent',
  400: 'invalid',
  429: 'too-often',
} satisfies { [Status in CallbackStatus]?: Phase };

export interface CallbackActions {
  words(): Words;
  /** The URL of the request, and the address that the visitor called. */
  url(): string | undefined;
  to(): string;
  changed(): void;
}

export class CallbackForm {
  readonly #actions: CallbackActions;
  #phase: Phase = 'closed';

  constructor(actions: CallbackActions) {
    this.#actions = actions;
  }

  get open(): boolean {
    return this.#phase !== 'closed';
  }

  show(open: boolean): void {
    if (open === this.open) return;
    this.#phase = open ? 'open' : 'closed';
    this.#actions.changed();
  }

  /** For the live region. */
  get announcement(): string {
    const words = this.#actions.words();
    const texts: Partial<Record<Phase, string>> = {
      invalid: words.yourPhoneHint,
      failed: words.callbackFailed,
      'too-often': words.callbackOften,
    };
    return texts[this.#phase] ?? '';
  }

  draw(): TemplateResult {
    const words = this.#actions.words();
    if (this.#phase === 'sent') {
      // Takes the focus from the send button, so that screen readers read it.
      return html`<p part="callback-form" class="sent" tabindex="-1" data-next>${words.callbackSent}</p>`;
    }
    const busy = this.#phase === 'sending';
    return html`<form part="callback-form" class="callback-form" aria-label=${words.callback}
      @submit=${(event: SubmitEvent) => this.#submitted(event)}>
      <label>${words.yourName}<input name="name" autocomplete="name" maxlength="100" data-next></label>
      <label>${words.yourPhone}<input name="phone" type="tel" autocomplete="tel" required maxlength="40"
        pattern="\\s*\\+?[\\d \\(\\)\\-.]{5,39}" title=${words.yourPhoneHint}></label>
      <label>${words.yourMessage}<textarea name="message" rows="2" maxlength="1000"></textarea></label>
      ${this.announcement ? html`<p class="hint" aria-hidden="true">${this.announcement}</p>` : nothing}
      <button part="callback-send" class="primary" type="submit" aria-disabled=${busy ? 'true' : nothing}><span>${busy ? words.sending : words.send}</span></button>
    </form>`;
  }

  async #submitted(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const url = this.#actions.url();
    if (this.#phase === 'sending' || !url) return;
    const form = new FormData(event.target as HTMLFormElement);
    const field = (name: keyof CallbackRequest) => String(form.get(name));
    const request: CallbackRequest = {
      to: this.#actions.to(),
      name: field('name'),
      phone: field('phone'),
      message: field('message'),
    };
    this.#setPhase('sending');
    const status = await fetch(url, {
      method: 'POST',
      credentials: 'omit',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(15_000),
    }).then(
      response => response.status,
      () => 0,
    );
    this.#setPhase(phaseByStatus[status] ?? 'failed');
  }

  #setPhase(phase: Phase): void {
    this.#phase = phase;
    this.#actions.changed();
  }
}
