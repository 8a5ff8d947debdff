// The pictures of a call that has them: the other side, and the visitor in its corner.
import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { Words } from './locales/words.ts';

export interface Streams {
  readonly local?: MediaStream | undefined;
  readonly remote?: MediaStream | undefined;
}

export function screen({ local, remote }: Streams, words: Words): TemplateResult | typeof nothing {
  if (!remote?.getVideoTracks().length) return nothing;
  // The sound goes by the speaker, which has the volume; here it would be heard twice.
  return html`<div class="screen">
    <video part="video" autoplay playsinline muted .muted=${true} .srcObject=${remote} aria-label=${words.remoteVideo}></video>
    ${
      local?.getVideoTracks().length
        ? html`<video part="self-view" class="self" autoplay playsinline .muted=${true} .srcObject=${local}
            aria-label=${words.selfVideo}></video>`
        : nothing
    }
  </div>`;
}
