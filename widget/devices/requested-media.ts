// What a visitor may want in mid-call that takes a device: to be seen, and in a seminar to be heard. Asks for the
// device only then, has its track sent, and gives it back when it is no longer wanted or the other side says no.
import type { CallEvent, DeviceRefusal, MediaRequest } from '../call/call-store.ts';
import type { Kind } from '../call/prepared-offer.ts';
import { take } from './devices.ts';
import { reasonForError, willAsk } from './microphone.ts';

export interface RequestedMediaOwner {
  send(track: MediaStreamTrack): Promise<boolean>;
  stop(kind: Kind): Promise<void>;
  report(event: CallEvent): void;
  /** The call has this track from now on. */
  taken(track: MediaStreamTrack): void;
  /** Stops what the call has of this kind: its light goes out. */
  dropped(kind: Kind): void;
}

const kinds: Readonly<Record<MediaRequest, Kind>> = { camera: 'video', voice: 'audio' };

export class RequestedMedia {
  readonly #owner: RequestedMediaOwner;
  #busy = false;
  #over = false;

  constructor(owner: RequestedMediaOwner) {
    this.#owner = owner;
  }

  /** One wish at a time: a second press while the first is asked about is none. */
  async want(wish: MediaRequest, on: boolean): Promise<void> {
    if (this.#busy || this.#over) return;
    this.#busy = true;
    this.#owner.report({ type: 'wished', wish });
    try {
      if (on) await this.#begin(wish);
      else await this.#end(wish);
    } finally {
      this.#busy = false;
    }
  }

  /** By the other side. */
  declined(wish: MediaRequest): void {
    this.#owner.dropped(kinds[wish]);
    this.#owner.report({ type: 'wish-refused', wish, why: 'declined' });
  }

  close(): void {
    this.#over = true;
  }

  async #begin(wish: MediaRequest): Promise<void> {
    const { send, report, taken } = this.#owner;
    const kind = kinds[wish];
    if (await willAsk(wish === 'camera' ? 'camera' : 'microphone')) report({ type: 'device-asked' });
    let track: MediaStreamTrack | undefined;
    try {
      [track] = (await take(kind === 'audio' ? { audio: true } : { video: true })).getTracks();
    } catch (error) {
      return report({ type: 'wish-refused', wish, why: refusalOf(error) });
    }
    if (!track) return report({ type: 'wish-refused', wish, why: 'missing' });
    // Hung up while the browser asked.
    if (this.#over) return track.stop();
    report({ type: 'device-granted' });
    taken(track);
    if (await send(track)) return report({ type: 'granted', wish, on: true });
    this.declined(wish);
  }

  async #end(wish: MediaRequest): Promise<void> {
    const { stop, report, dropped } = this.#owner;
    dropped(kinds[wish]);
    await stop(kinds[wish]);
    report({ type: 'granted', wish, on: false });
  }
}

function refusalOf(error: unknown): DeviceRefusal {
  const reason = reasonForError(error, { forbidden: false, open: false });
  if (reason === 'microphone-missing') return 'missing';
  return reason === 'microphone-in-use' ? 'in-use' : 'refused';
}
