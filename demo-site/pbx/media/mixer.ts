// A conference of samples: each member receives the sum of the others. Pure; the seminar adds and removes frames.

import { frameSamples } from './g711.ts';

/** Frames that are collected before a member is mixed, to even out their arrival; and the most that are kept. */
const prefillFrames = 2;
const maxFrames = 10;

/** The samples of one member that are not mixed yet. */
class Backlog {
  #samples: number[] = [];
  #ready = false;

  push(samples: Int16Array): void {
    for (const sample of samples) this.#samples.push(sample);
    const excess = this.#samples.length - maxFrames * frameSamples;
    // The sender's clock is too fast: dropping the oldest samples limits the delay.
    if (excess > 0) this.#samples = this.#samples.slice(excess);
    if (this.#samples.length >= prefillFrames * frameSamples) this.#ready = true;
  }

  pull(): Int16Array | undefined {
    if (this.#samples.length < frameSamples) this.#ready = false;
    return this.#ready ? Int16Array.from(this.#samples.splice(0, frameSamples)) : undefined;
  }
}

export class Mixer<Member> {
  readonly #backlogs = new Map<Member, Backlog>();

  get size(): number {
    return this.#backlogs.size;
  }

  add(member: Member): void {
    this.#backlogs.set(member, new Backlog());
  }

  remove(member: Member): void {
    this.#backlogs.delete(member);
  }

  /** The samples of a member, of any length. Samples of others are ignored. */
  push(member: Member, samples: Int16Array): void {
    this.#backlogs.get(member)?.push(samples);
  }

  /**
   * One frame for each member.
   * @param background mixed into every frame, such as a chime
   */
  mix(background?: Int16Array): Map<Member, Int16Array> {
    const frames = [...this.#backlogs].map(([member, backlog]) => ({ member, frame: backlog.pull() }));
    const sum = new Int32Array(frameSamples);
    for (const frame of [background, ...frames.map(({ frame }) => frame)]) {
      if (frame) for (let index = 0; index < frame.length; index++) sum[index]! += frame[index]!;
    }
    return new Map(frames.map(({ member, frame }) => [member, without(sum, frame)]));
  }
}

function without(sum: Int32Array, own: Int16Array | undefined): Int16Array {
  return Int16Array.from(sum, (value, index) => {
    return Math.max(-32_768, Math.min(32_767, value - (own?.[index] ?? 0)));
  });
}
