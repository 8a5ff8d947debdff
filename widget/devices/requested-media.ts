// Media that a visitor can switch on during a call: the camera, and in a seminar the microphone. Captures the device
// only then, sends its track, and releases it when it is switched off or the other side declines.
import type { CallEvent, DeviceRefusal, MediaRequest } from '../call/call-store.ts';
import type { MediaKind } from '../call/prepared-offer.ts';
import { capture } from './devices.ts';
import { reasonForError, willAsk } from './microphone.ts';

export interface RequestedMediaActions {
  send(track: MediaStreamTrack): Promise<boolean>;
  stop(kind: MediaKind): Promise<void>;
  report(event: CallEvent): void;
  /** The call has this track from now on. */
  opened(track: MediaStreamTrack): void;
  /** Releases the devices of this kind, so that the camera's light goes out. */
  closed(kind: MediaKind): void;
}

const kinds: Readonly<Record<MediaRequest, MediaKind>> = { camera: 'video', voice: 'audio' };

export class RequestedMedia {
  readonly #actions: RequestedMediaActions;
  #busy = false;
  #closed = false;

  constructor(actions: RequestedMediaActions) {
    this.#actions = actions;
  }

  /** One request at a time: a second press during the browser's question is ignored. */
  async request(media: MediaRequest, on: boolean): Promise<void> {
    if (this.#busy || this.#closed) return;
    this.#busy = true;
    this.#actions.report({ type: 'media-requested', media });
    try {
      if (on) await this.#begin(media);
      else await this.#end(media);
    } finally {
      this.#busy = false;
    }
  }

  /** By the other side. */
  declined(media: MediaRequest): void {
    this.#actions.closed(kinds[media]);
    this.#actions.report({ type: 'media-refused', media, why: 'declined' });
  }

  close(): void {
    this.#closed = true;
  }

  async #begin(media: MediaRequest): Promise<void> {
    const { send, report, opened } = this.#actions;
    const kind = kinds[media];
    if (await willAsk(media === 'camera' ? 'camera' : 'microphone')) report({ type: 'device-asked' });
    let track: MediaStreamTrack | undefined;
    try {
      [track] = (await capture(kind === 'audio' ? { audio: true } : { video: true })).getTracks();
    } catch (error) {
      return report({ type: 'media-refused', media, why: refusalOf(error) });
    }
    if (!track) return report({ type: 'media-refused', media, why: 'missing' });
    // The call ended while the browser asked.
    if (this.#closed) return track.stop();
    report({ type: 'device-granted' });
    opened(track);
    if (await send(track)) return report({ type: 'media-granted', media, on: true });
    this.declined(media);
  }

  async #end(media: MediaRequest): Promise<void> {
    const { stop, report, closed } = this.#actions;
    closed(kinds[media]);
    await stop(kinds[media]);
    report({ type: 'media-granted', media, on: false });
  }
}

function refusalOf(error: unknown): DeviceRefusal {
  const reason = reasonForError(error, { forbidden: false, mayAskAgain: false });
  if (reason === 'microphone-missing') return 'missing';
  return reason === 'microphone-in-use' ? 'in-use' : 'refused';
}
