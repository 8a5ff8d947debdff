// Puts a glyph's path up as a picture that is seen and not read out, and a stream as one that moves.
import { html, noChange, nothing, type TemplateResult } from 'lit/html.js';
import { icons } from './icons.ts';

/** `struck` draws a line through it: a path that is always there, since a template of its own would be no SVG. */
export function icon(path: string, struck = false): TemplateResult {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true" class=${struck ? 'struck' : nothing}
    ><path d=${path}></path><path class="slash" d=${icons.slash}></path></svg>`;
}

/** For `.srcObject`: Lit writes an object anew at each drawing, and a video that is told its stream again starts again. */
export function streamFor(video: HTMLVideoElement | null | undefined, stream: MediaStream | undefined) {
  return video && video.srcObject === stream ? noChange : stream;
}
