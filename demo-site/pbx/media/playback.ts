// Samples that wait to be played, in frames of 20 ms.

import { frameSamples } from './g711.ts';

/** One minute. */
const maxSamples = 60 * 8_000;

export class Playback {
  #queue: Int16Array[] = [];
  #at = 0;

  get idle(): boolean {
    return this.#queue.length === 0;
  }

  /** Plays the sounds after those already in the queue. Drops them if the queue is full. */
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

  /** The next frame, padded with silence at the end. Undefined if there is nothing to play. */
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
