// The conference room: each member hears the others, a chime when a member joins, and music while alone.

import type { AudioLeg } from './media/audio-leg.ts';
import type { FrameClock } from './media/frame-clock.ts';
import { decodeG711 } from './media/g711.ts';
import { Mixer } from './media/mixer.ts';
import { Playback } from './media/playback.ts';
import { chime, music } from './media/tones.ts';
import type { Program } from './programs.ts';

export class Seminar {
  readonly #clock: FrameClock;
  readonly #mixer = new Mixer<AudioLeg>();
  readonly #bells = new Playback();
  readonly #music = new Playback();
  #stopClock: (() => void) | undefined;

  constructor(clock: FrameClock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#mixer.size;
  }

  /** Adds a leg with G.711. */
  join(leg: AudioLeg): Program {
    this.#mixer.add(leg);
    this.#bells.add(chime());
    this.#stopClock ??= this.#clock.add(() => this.#beat());
    leg.onPacket = ({ payload }) => {
      if (leg.law) this.#mixer.push(leg, decodeG711(leg.law, payload));
    };
    return {
      stop: () => {
        this.#mixer.remove(leg);
        if (this.size > 0) return;
        this.#stopClock?.();
        this.#stopClock = undefined;
        this.#bells.clear();
        this.#music.clear();
      },
    };
  }

  #beat(): void {
    const background = this.#bells.next() ?? (this.size === 1 ? this.#nextMusic() : undefined);
    if (this.size > 1) this.#music.clear();
    for (const [leg, frame] of this.#mixer.mix(background)) leg.play(frame);
  }

  #nextMusic(): Int16Array | undefined {
    if (this.#music.idle) this.#music.add(music());
    return this.#music.next();
  }
}
