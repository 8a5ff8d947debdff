// The card's status line: the status, the time of the call, and three bars for the sound quality with a label for screen
// readers.
import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { Call } from '../call/call-store.ts';
import type { Quality } from '../call/quality.ts';
import type { Words } from '../locales/words.ts';
import { clockFace, secondsBetween } from './call-clock.ts';
import { statusText } from './call-texts.ts';

export function statusLine(call: Call, words: Words): TemplateResult {
  const { state, answeredAt, quality, oneWay } = call;
  return html`<p part="status" class="status"><span aria-hidden="true">${statusText(call, words)}</span>${
    state === 'in-call' && answeredAt
      ? html`<time part="timer" class="timer" role="timer">${clockFace(secondsBetween(answeredAt, Date.now()))}</time>`
      : nothing
  }${qualityBars(oneWay ? quality && 'poor' : quality, words)}</p>`;
}

function qualityBars(quality: Quality | undefined, words: Words): TemplateResult | typeof nothing {
  if (!quality) return nothing;
  const name = words.qualities[quality];
  return html`<span part="quality" class="quality ${quality}" role="img" aria-label=${name} title=${name}
    ><i></i><i></i><i></i></span>`;
}
