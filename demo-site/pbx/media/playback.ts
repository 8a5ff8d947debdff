// Samples waiting to be played, handed out in frames of 20 ms.

import { frameSamples } from './g711.ts';

/** A minute: nobody waits longer for what was queued. */
const maxSamples = 60 * 8_000;

export class Playback {
  #queue: Int16Array[] = [];
  #at = 0;

  get idle(): boolean {
    return this.#queue.length === 0;
  }

  /** Plays after what is queued already; dropped where that is too much. */
  add(...sounds: Int16Array[]): void {
    for (const sound of sounds) {
      const waiting = this.#queue.reduce((total, { length }) => total + length, 0);
      if (sound.length > 0 && waiting + sound.length <= maxSamples) this.#queue.push(sound);
    }
  }

  clear(): void {
    this.#queue = [];
    this.#at = 0;
  }

  /** The next frame, filled up with silence at the very end; undefined when there is nothing to play. */
  next(): Int16Array | undefined {
    if (this.idle) return undefined;
    const frame = new Int16Array(frameSamples);
    for (let filled = 0; filled < frameSamples && this.#queue[0]; ) {
      const part = this.#queue[0].subarray(this.#at, this.#at + frameSamples - filled);
      frame.set(part, filled);
      filled += part.length;
      this.#at += part.length;
      if (this.#at >= this.#queue[0].length) {
        this.#queue.shift();
        this.#at = 0;
      }
    }
    return frame;
  }
}
