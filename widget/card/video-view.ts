// The video of a call: the other side, and the visitor in a corner, or on the whole area while the other side is not
// visible. Picture-in-picture and full screen are the browser's, where it has them.
import { html, noChange, nothing, type TemplateResult } from 'lit/html.js';
import type { Words } from '../locales/words.ts';
import { icon, icons } from './icons.ts';

export interface Streams {
  readonly local?: MediaStream | undefined;
  readonly remote?: MediaStream | undefined;
  /** How many the visitor can switch between. */
  readonly cameras?: number;
}

interface VideoHost {
  readonly shadowRoot: ShadowRoot | null;
  requestUpdate(): void;
}

export class VideoView {
  readonly #host: VideoHost;
  readonly #switchCamera: () => void;
  /** Frames shown at the last check, and whether there are more since. */
  #frames = 0;
  #moving = true;
  #checkedAt = 0;

  constructor(host: VideoHost, switchCamera: () => void) {
    this.#host = host;
    this.#switchCamera = switchCamera;
  }

  get isFullScreen(): boolean {
    return Boolean(this.#host.shadowRoot?.fullscreenElement);
  }

  /** Leaves full screen and picture-in-picture. */
  exit(): void {
    if (this.isFullScreen) document.exitFullscreen().catch(() => {});
    if (this.#inPicture) document.exitPictureInPicture().catch(() => {});
  }

  /** No event says that the other side's picture has stopped. */
  #checkFrames(): void {
    const now = performance.now();
    if (now - this.#checkedAt < 900) return;
    this.#checkedAt = now;
    const frames = this.#video?.getVideoPlaybackQuality?.().totalVideoFrames ?? 0;
    // Before its first frame it has not stopped.
    this.#moving = frames === 0 || frames !== this.#frames || document.hidden;
    this.#frames = frames;
  }

  draw({ local, remote, cameras = 0 }: Streams, words: Words): TemplateResult | typeof nothing {
    const hasRemote = remote?.getVideoTracks().some(track => track.readyState === 'live' && !track.muted);
    const localTrack = local?.getVideoTracks()[0];
    if (!hasRemote && !localTrack) return nothing;
    const remoteVisible = Boolean(hasRemote && this.#video?.videoWidth);
    this.#checkFrames();
    const facesAway = localTrack?.getSettings().facingMode === 'environment';
    const changed = () => this.#host.requestUpdate();
    // Muted, because the speaker plays the sound, at the visitor's volume.
    return html`<div class="video ${remoteVisible ? 'remote-visible' : ''} ${remoteVisible && !this.#moving ? 'frozen' : ''}" ?hidden=${!remoteVisible && !localTrack}>
      ${
        hasRemote
          ? html`<video part="remote-video" class="remote-video" autoplay playsinline muted .muted=${true} .srcObject=${streamFor(this.#video, remote)}
              aria-label=${words.remoteVideo} @resize=${changed} @enterpictureinpicture=${changed}
              @leavepictureinpicture=${changed}></video>`
          : nothing
      }${
        localTrack
          ? html`<video part="self-view" class="self-view ${facesAway ? '' : 'mirrored'}" autoplay playsinline muted .muted=${true}
              .srcObject=${streamFor(this.#self, local)} aria-label=${words.selfVideo}></video>`
          : nothing
      }
      <div class="video-controls">
        ${localTrack && cameras > 1 ? tool('switch-camera', icons.switchCamera, words.turnCamera, this.#switchCamera) : nothing}
        ${remoteVisible && document.pictureInPictureEnabled ? tool('picture-in-picture', icons.pictureInPicture, words.pictureInPicture, this.#togglePicture, this.#inPicture) : nothing}
        ${
          document.fullscreenEnabled
            ? tool(
                'full-screen',
                this.isFullScreen ? icons.shrink : icons.enlarge,
                words.fullScreen,
                this.#toggleFullScreen,
                this.isFullScreen,
              )
            : nothing
        }
      </div>
    </div>`;
  }

  get #video(): HTMLVideoElement | null | undefined {
    return this.#host.shadowRoot?.querySelector<HTMLVideoElement>('.remote-video');
  }

  get #self(): HTMLVideoElement | null | undefined {
    return this.#host.shadowRoot?.querySelector<HTMLVideoElement>('.self-view');
  }

  get #inPicture(): boolean {
    return Boolean(this.#host.shadowRoot?.pictureInPictureElement);
  }

  readonly #togglePicture = () => {
    const done = this.#inPicture ? document.exitPictureInPicture() : this.#video?.requestPictureInPicture();
    done?.catch(() => {});
  };

  /** The whole card, so that its controls stay visible. */
  readonly #toggleFullScreen = () => {
    const card = this.#host.shadowRoot?.querySelector('.card');
    (this.isFullScreen ? document.exitFullscreen() : card?.requestFullscreen())?.catch(() => {});
  };
}

function tool(part: string, path: string, name: string, press: () => void, on?: boolean): TemplateResult {
  return html`<button part="video-control ${part}" class="video-control" type="button" aria-label=${name} title=${name}
    aria-pressed=${on ?? nothing} @click=${press}>${icon(path)}</button>`;
}

/** For `.srcObject`: Lit sets an object again at each update, and a video restarts when it gets the same stream again. */
export function streamFor(video: HTMLVideoElement | null | undefined, stream: MediaStream | undefined) {
  return video && video.srcObject === stream ? noChange : stream;
}
