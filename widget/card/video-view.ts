// The pictures of a call that has them: the other side, and the visitor in its corner, or on the whole screen as long
// as nobody else is to be seen. A window of its own and the full screen are the browser's, where it has them.
import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { Words } from '../locales/words.ts';
import { icon, streamFor } from './icon.ts';
import { icons } from './icons.ts';

export interface Streams {
  readonly local?: MediaStream | undefined;
  readonly remote?: MediaStream | undefined;
  /** How many there are to choose from. */
  readonly cameras?: number;
}

interface ScreenHost {
  readonly shadowRoot: ShadowRoot | null;
  requestUpdate(): void;
}

export class VideoView {
  readonly #host: ScreenHost;
  readonly #turnCamera: () => void;
  /** Frames shown when last looked, and whether there have been more since. */
  #frames = 0;
  #moves = true;
  #lookedAt = 0;

  constructor(host: ScreenHost, turnCamera: () => void) {
    this.#host = host;
    this.#turnCamera = turnCamera;
  }

  get isLarge(): boolean {
    return Boolean(this.#host.shadowRoot?.fullscreenElement);
  }

  /** Back to the page. */
  leave(): void {
    if (this.isLarge) document.exitFullscreen().catch(() => {});
    if (this.#isApart) document.exitPictureInPicture().catch(() => {});
  }

  /** Nobody tells when the other side's picture has come to a halt. */
  #look(): void {
    const now = performance.now();
    if (now - this.#lookedAt < 900) return;
    this.#lookedAt = now;
    const frames = this.#video?.getVideoPlaybackQuality?.().totalVideoFrames ?? 0;
    // Before its first one it has not come to a halt.
    this.#moves = frames === 0 || frames !== this.#frames || document.hidden;
    this.#frames = frames;
  }

  draw({ local, remote, cameras = 0 }: Streams, words: Words): TemplateResult | typeof nothing {
    const theirs = remote?.getVideoTracks().some(track => track.readyState === 'live' && !track.muted);
    const mine = local?.getVideoTracks()[0];
    if (!theirs && !mine) return nothing;
    const seen = Boolean(theirs && this.#video?.videoWidth);
    this.#look();
    const away = mine?.getSettings().facingMode === 'environment';
    const changed = () => this.#host.requestUpdate();
    // The sound goes by the speaker, which has the volume; here it would be heard twice.
    return html`<div class="screen ${seen ? 'seen' : ''} ${seen && !this.#moves ? 'still' : ''}" ?hidden=${!seen && !mine}>
      ${
        theirs
          ? html`<video part="video" class="theirs" autoplay playsinline muted .muted=${true} .srcObject=${streamFor(this.#video, remote)}
              aria-label=${words.remoteVideo} @resize=${changed} @enterpictureinpicture=${changed}
              @leavepictureinpicture=${changed}></video>`
          : nothing
      }${
        mine
          ? html`<video part="self-view" class="self ${away ? '' : 'mirrored'}" autoplay playsinline muted .muted=${true}
              .srcObject=${streamFor(this.#self, local)} aria-label=${words.selfVideo}></video>`
          : nothing
      }
      <div class="tools">
        ${mine && cameras > 1 ? tool('turn', icons.turn, words.turnCamera, this.#turnCamera) : nothing}
        ${seen && document.pictureInPictureEnabled ? tool('apart', icons.apart, words.pictureInPicture, this.#apart, this.#isApart) : nothing}
        ${
          document.fullscreenEnabled
            ? tool(
                'large',
                this.isLarge ? icons.small : icons.large,
                words.fullScreen,
                this.#enlarge,
                this.isLarge,
              )
            : nothing
        }
      </div>
    </div>`;
  }

  get #video(): HTMLVideoElement | null | undefined {
    return this.#host.shadowRoot?.querySelector<HTMLVideoElement>('.theirs');
  }

  get #self(): HTMLVideoElement | null | undefined {
    return this.#host.shadowRoot?.querySelector<HTMLVideoElement>('.self');
  }

  get #isApart(): boolean {
    return Boolean(this.#host.shadowRoot?.pictureInPictureElement);
  }

  readonly #apart = () => {
    const done = this.#isApart ? document.exitPictureInPicture() : this.#video?.requestPictureInPicture();
    done?.catch(() => {});
  };

  /** The whole card, so that its controls stay at hand. */
  readonly #enlarge = () => {
    const card = this.#host.shadowRoot?.querySelector('.card');
    (this.isLarge ? document.exitFullscreen() : card?.requestFullscreen())?.catch(() => {});
  };
}

function tool(part: string, glyph: string, name: string, press: () => void, on?: boolean): TemplateResult {
  return html`<button part="tool ${part}" class="tool" type="button" aria-label=${name} title=${name}
    aria-pressed=${on ?? nothing} @click=${press}>${icon(glyph)}</button>`;
}
