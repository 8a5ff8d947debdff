// What a visitor may want in mid-call that takes a device: to be seen, and in a seminar to be heard. Asks for the
// device only then, has its track sent, and gives it back when it is no longer wanted or the other side says no.
import type { CallEvent, Refusal, Wish } from './call-store.ts';
import { take } from './devices.ts';
import type { Kind } from './draft.ts';
import { reasonForError, willAsk } from './microphone.ts';

export interface WishOwner {
  send(track: MediaStreamTrack): Promise<boolean>;
  stop(kind: Kind): Promise<void>;
  report(event: CallEvent): void;
  /** The call has this track from now on. */
  taken(track: MediaStreamTrack): void;
  /** Stops what the call has of this kind: its light goes out. */
  dropped(kind: Kind): void;
}

const kinds: Readonly<Record<Wish, Kind>> = { camera: 'video', voice: 'audio' };

export class Wishes {
  readonly #owner: WishOwner;
  #busy = false;
  #over = false;

  constructor(owner: WishOwner) {
    this.#owner = owner;
  }

  /** One wish at a time: a second press while the first is asked about is none. */
  async want(wish: Wish, on: boolean): Promise<void> {
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
  declined(wish: Wish): void {
    this.#owner.dropped(kinds[wish]);
    this.#owner.report({ type: 'wish-refused', wish, why: 'declined' });
  }

  close(): void {
    this.#over = true;
  }

  async #begin(wish: Wish): Promise<void> {
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

  async #end(wish: Wish): Promise<void> {
    const { stop, report, dropped } = this.#owner;
    dropped(kinds[wish]);
    await stop(kinds[wish]);
    report({ type: 'granted', wish, on: false });
  }
}

function refusalOf(error: unknown): Refusal {
  const reason = reasonForError(error, { forbidden: false, open: false });
  if (reason === 'microphone-missing') return 'missing';
  return reason === 'microphone-in-use' ? 'in-use' : 'refused';
}
