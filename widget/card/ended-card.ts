// The content of the card after a call: how it ended, what the visitor can do, the fallbacks, and calling again.
import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { EndReason } from '../call/call-store.ts';
import type { Words } from '../locales/words.ts';
import { addressLine } from './card-header.ts';
import { icon, icons } from './icons.ts';

/** Another call would fail for the same reason. */
const permanentFailures: ReadonlySet<EndReason> = new Set<EndReason>([
  'insecure-page',
  'unsupported-browser',
]);

export interface EndedCall {
  readonly reason: EndReason;
  readonly words: Words;
  /** Path data. */
  readonly handset: string;
  /** As people read it. */
  readonly address: string;
  readonly hint: string;
  readonly fallbacks: TemplateResult | typeof nothing;
  /** The form of a callback request is open. */
  readonly formOpen: boolean;
  close(): void;
  callAgain(): void;
}

export function endedCard(ended: EndedCall): TemplateResult {
  const { reason, words, handset, hint } = ended;
  const permanent = permanentFailures.has(reason);
  const closed = reason === 'closed';
  // Something else is more likely to help now than a call.
  const subdued = ended.formOpen || closed;
  return html`<button part="close" class="close" type="button" ?data-next=${permanent || closed} aria-label=${words.close} @click=${() => ended.close()}
        >${icon(icons.close)}</button>
      <header part="message" class="header ended">
        <span class="badge" aria-hidden="true">${reason.startsWith('microphone') ? icon(icons.microphone, true) : icon(closed ? icons.clock : handset)}</span>
        <div class="summary">
          ${addressLine(ended.address)}
          <p class="title" aria-hidden="true">${words.reasons[reason].title}</p>
        </div>
      </header>
      ${hint ? html`<p class="hint" aria-hidden="true">${hint}</p>` : nothing}
      ${ended.fallbacks}
      ${
        permanent
          ? nothing
          : html`<button part="call-again" class="primary ${subdued ? 'subdued' : ''}" type="button" data-next @click=${() => ended.callAgain()}
              >${icon(handset)}<span>${closed ? words.callAnyway : words.callAgain}</span></button>`
      }`;
}
