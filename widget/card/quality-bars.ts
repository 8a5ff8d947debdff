// Three bars for how good the sound is, named in words for whoever cannot see them.
import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { Quality } from '../call/quality.ts';
import type { Words } from '../locales/words.ts';

export function qualityBars(quality: Quality | undefined, words: Words): TemplateResult | typeof nothing {
  if (!quality) return nothing;
  const name = words.qualities[quality];
  return html`<span part="quality" class="quality ${quality}" role="img" aria-label=${name} title=${name}
    ><i></i><i></i><i></i></span>`;
}
