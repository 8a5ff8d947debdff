// Puts a glyph's path up as a picture that is seen and not read out.
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { glyphs } from './glyphs.ts';

/** `struck` draws a line through it: a path that is always there, since a template of its own would be no SVG. */
export function picture(path: string, struck = false): TemplateResult {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true" class=${struck ? 'struck' : nothing}
    ><path d=${path}></path><path class="slash" d=${glyphs.slash}></path></svg>`;
}
