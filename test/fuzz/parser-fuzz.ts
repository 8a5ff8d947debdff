// The parser against mutated messages. A message that breaks it is identified by seed and count, and reduced.

import { allowance, check, readingTime } from './invariants.ts';
import { mutate } from './mutate.ts';
import { Random } from './random.ts';
import { seeds } from './seeds.ts';

export interface Finding {
  /** `new Random(seed)`, and the number of messages drawn before. */
  readonly seed: number;
  readonly count: number;
  readonly error: Error;
  readonly bytes: Buffer;
}

export interface Run {
  readonly messages: number;
  readonly bytes: number;
  readonly finding: Finding | undefined;
}

/** Runs until `enough` returns true, or an invariant fails. */
export function fuzzParser(seed: number, enough: (count: number) => boolean): Run {
  const random = new Random(seed);
  const pool = seeds();
  let total = 0;
  let count = 0;
  for (; !enough(count); count++) {
    const bytes = mutate(random.pick(pool), random, random.pick(pool));
    total += bytes.length;
    const error = broken(bytes);
    if (error !== undefined) {
      const finding = { seed, count, error, bytes: shrink(bytes) };
      return { messages: count + 1, bytes: total, finding };
    }
    // A message that is slightly broken is a good start for further mutations.
    if (bytes.length < 4_000 && random.oneIn(200)) pool[random.below(pool.length)] = bytes;
  }
  return { messages: count, bytes: total, finding: undefined };
}

/** The error in the parser for these bytes. The same bytes are split in the same way each time. */
export function broken(bytes: Buffer): Error | undefined {
  try {
    check(bytes, new Random(bytes.length));
    const ms = readingTime(bytes);
    if (ms > allowance(bytes)) return new Error(`${bytes.length} bytes took ${ms.toFixed(1)} ms to read`);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/** Removes all parts that do not affect the error: first halves, then single bytes. */
function shrink(bytes: Buffer): Buffer {
  let smallest = bytes;
  for (let size = bytes.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < smallest.length; ) {
      const without = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + size)]);
      if (broken(without) === undefined) at += size;
      else smallest = without;
    }
  }
  return smallest;
}
