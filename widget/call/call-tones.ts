// The tones of a call: ringback before the answer, and a tone for the end where the visitor did not cause it. Closes the
// speaker after the end.
import type { Speaker, Tone } from '../devices/speaker.ts';
import type { CallEvent, EndReason } from './call-store.ts';

/** Silence for the other reasons: what visitors do themselves needs no tone. */
const endTones: Partial<Record<EndReason, Tone>> = {
  busy: 'busy',
  declined: 'busy',
  'no-answer': 'unobtainable',
  'not-found': 'unobtainable',
  'server-unreachable': 'unobtainable',
  'gateway-unreachable': 'unobtainable',
  'media-failed': 'unobtainable',
  failed: 'unobtainable',
  'remote-hung-up': 'over',
  'call-dropped': 'unobtainable',
};

export class CallTones {
  readonly #speaker: Speaker;
  #earlyMedia = false;

  constructor(speaker: Speaker) {
    this.#speaker = speaker;
  }

  play(event: CallEvent): void {
    if (event.type === 'rang') {
      // After a 183 with SDP the other side already sends sound: a 180 that follows must not start our ringing tone.
      this.#earlyMedia ||= event.earlyMedia;
      this.#speaker.ringback = !this.#earlyMedia;
    }
    if (event.type === 'answered') this.#speaker.ringback = false;
    if (event.type !== 'ended') return;
    this.#speaker.ringback = false;
    const tone = endTones[event.reason];
    if (tone) this.#speaker.tone(tone);
    this.#speaker.close();
  }
}
