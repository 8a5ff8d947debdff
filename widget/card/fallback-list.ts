// The fallbacks in the card of a failed call: those of the owner that can help after this reason, in the owner's order.
import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { FallbackOffer } from '../../contract/http.ts';
import { fallbacksAfter } from '../availability/fallbacks-after.ts';
import type { EndReason } from '../call/call-store.ts';
import type { Words } from '../locales/words.ts';
import type { CallbackForm } from './callback-form.ts';
import { icon } from './icons.ts';

type Kind = FallbackOffer['kind'];

const iconPaths: Readonly<Record<Kind, string>> = {
  person:
    'M12 3.5a4.1 4.1 0 1 1 0 8.2 4.1 4.1 0 0 1 0-8.2Zm0 9.9c4.5 0 7.7 2.3 7.7 5.2 0 1.1-.8 1.9-1.9 1.9H6.2c-1.1 0-1.9-.8-1.9-1.9 0-2.9 3.2-5.2 7.7-5.2Z',
  hotline:
    'M8.25 2.5h7.5A2.25 2.25 0 0 1 18 4.75v14.5a2.25 2.25 0 0 1-2.25 2.25h-7.5A2.25 2.25 0 0 1 6 19.25V4.75A2.25 2.25 0 0 1 8.25 2.5ZM7.8 5v11.25h8.4V5Z',
  mail: 'M3.2 6.1a2 2 0 0 1 1.55-.7h14.5a2 2 0 0 1 1.55.7L12 12.6ZM2.75 7.9 12 14.7l9.25-6.8v8.7a2 2 0 0 1-2 2H4.75a2 2 0 0 1-2-2Z',
  callback:
    'M10.2 5.2a.8.8 0 0 1 1.3.6v3c5 .6 8.3 3.9 9.2 9.2.1.7-.8 1-1.2.5-2-2.4-4.4-3.5-8-3.6v3.3a.8.8 0 0 1-1.3.6l-6.8-6.2a.8.8 0 0 1 0-1.2Z',
};

export interface FallbackActions {
  words(): Words;
  offers(): readonly FallbackOffer[];
  /** Calls another person from this card. */
  callOther(to: string): void;
}

export class FallbackList {
  readonly #actions: FallbackActions;
  readonly #form: CallbackForm;

  constructor(actions: FallbackActions, form: CallbackForm) {
    this.#actions = actions;
    this.#form = form;
  }

  draw(reason: EndReason): TemplateResult | typeof nothing {
    const offers = fallbacksAfter(reason, this.#actions.offers());
    if (offers.length === 0) return nothing;
    return html`<div part="fallbacks" class="fallbacks">
      <p class="hint" id="fallbacks">${this.#actions.words().fallbacks}</p>
      <ul aria-labelledby="fallbacks">${offers.map(offer => html`<li>${this.#fallback(offer)}</li>`)}</ul>
    </div>`;
  }

  #fallback(offer: FallbackOffer): TemplateResult {
    const words = this.#actions.words();
    switch (offer.kind) {
      case 'person': {
        const { to, name, title } = offer;
        return html`<button part="fallback" class="fallback" type="button" @click=${() => this.#actions.callOther(to)}
          >${label('person', words.callPerson(name ?? to), title ?? (name ? to : ''))}</button>`;
      }
      case 'hotline':
        return html`<a part="fallback" class="fallback" href="tel:${offer.phone.replace(/[^\d+]/g, '')}"
          >${label('hotline', html`<bdi>${offer.phone}</bdi>`, words.fromOwnPhone)}</a>`;
      case 'mail':
        return html`<a part="fallback" class="fallback" href="mailto:${offer.mail}"
          >${label('mail', html`<bdi>${offer.mail}</bdi>`, words.byMail)}</a>`;
      case 'callback':
        return this.#form.open
          ? this.#form.draw()
          : html`<button part="fallback" class="fallback" type="button" aria-expanded="false" @click=${() => this.#form.show(true)}
              >${label('callback', words.callback, words.callbackHint)}</button>`;
    }
  }
}

function label(kind: Kind, text: unknown, more: string): TemplateResult {
  return html`${icon(iconPaths[kind])}<span>${text}${more ? html`<small>${more}</small>` : nothing}</span>`;
}
