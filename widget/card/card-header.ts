// The header of the card: a badge, the address, and the status line with the time of the call and three bars for the sound
// quality.
import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { Call } from '../call/call-store.ts';
import type { Quality } from '../call/quality.ts';
import type { Words } from '../locales/words.ts';
import { clockFace, secondsBetween } from './call-clock.ts';
import { statusText } from './call-texts.ts';
import { icon, icons } from './icons.ts';

/** `handset`: path data. `address`: as people read it. */
export function callHeader(call: Call, words: Words, handset: string, address: string): TemplateResult {
  return html`<header class="header">
        <span class="badge" aria-hidden="true">${icon(badge(call, handset))}</span>
        <div class="summary">
          ${addressLine(address)}
          ${statusLine(call, words)}
        </div>
      </header>`;
}

/** A long address breaks after @ and dots. */
export function addressLine(address: string): TemplateResult {
  const pieces = address.split(/(?<=[@.])/);
  return html`<p part="address" class="address"><bdi>${pieces.map(piece => html`${piece}<wbr>`)}</bdi></p>`;
}

function badge(call: Call, handset: string): string {
  const { asking, requestedMedia, held, heldByThem, listen, speaks } = call;
  if (asking) return requestedMedia === 'camera' ? icons.camera : icons.microphone;
  if (held || heldByThem) return icons.pause;
  return listen && !speaks ? icons.speaker : handset;
}

function statusLine(call: Call, words: Words): TemplateResult {
  const { state, answeredAt, quality, oneWay } = call;
  return html`<p part="status" class="status"><span aria-hidden="true">${statusText(call, words)}</span>${
    state === 'in-call' && answeredAt
      ? html`<time part="timer" class="timer" role="timer">${clockFace(secondsBetween(answeredAt, Date.now()))}</time>`
      : nothing
  }${qualityBars(oneWay ? quality && 'poor' : quality, words)}</p>`;
}

/** With a label for screen readers. */
function qualityBars(quality: Quality | undefined, words: Words): TemplateResult | typeof nothing {
  if (!quality) return nothing;
  const name = words.qualities[quality];
  return html`<span part="quality" class="quality ${quality}" role="img" aria-label=${name} title=${name}
    ><i></i><i></i><i></i></span>`;
}
