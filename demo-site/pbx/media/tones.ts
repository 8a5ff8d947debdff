// Sounds made of sine waves: the tone after a greeting, the chime and the music of the seminar, the digits of the
// keypad. Pure: the same samples every time, 8,000 per second.

import { sampleRate } from './g711.ts';

const full = 32_767;

/** The tone after a greeting: 880 Hz for 0.4 s, faded in and out. */
export function beep(): Int16Array {
  return tone([880], 400, 0.3);
}

/** Three rising bells: a member has joined. */
export function chime(): Int16Array {
  return bells([523.25, 659.26, 783.99], 120, 700, 0.16);
}

/** The two frequencies of a digit (ITU-T Q.23) for 160 ms; silence for any other character. */
export function digitTone(digit: string): Int16Array {
  const key = keys.indexOf(digit.toUpperCase());
  if (digit.length !== 1 || key < 0) return new Int16Array(0);
  return tone([rows[key >> 2]!, columns[key & 3]!], 160, 0.2);
}

/** RFC 4733 3.2, Table 3: event codes 0 to 15. */
export const digits = '0123456789*#ABCD';
const keys = '123A456B789C*0#D';
const rows = [697, 770, 852, 941];
const columns = [1209, 1336, 1477, 1633];

/** Eight seconds of broken chords, made for repetition. */
export function music(): Int16Array {
  const noteMs = 250;
  const notes = chords.flatMap(([a, b, c, d]) => [a, b, c, d, c, b, d, c]);
  const whole = bells(notes, noteMs, 900, 0.07);
  // The decay of the last notes is mixed into the beginning of the next repetition.
  const length = (notes.length * noteMs * sampleRate) / 1000;
  const loop = whole.slice(0, length);
  for (let index = length; index < whole.length; index++) loop[index - length]! += whole[index]!;
  return loop;
}

const chords = [
  [261.63, 329.63, 392.0, 493.88],
  [220.0, 261.63, 329.63, 392.0],
  [174.61, 261.63, 349.23, 440.0],
  [196.0, 246.94, 293.66, 392.0],
] as const;

function tone(frequencies: readonly number[], ms: number, level: number): Int16Array {
  const length = (ms * sampleRate) / 1000;
  const ramp = sampleRate / 100;
  return Int16Array.from({ length }, (_, index) => {
    const fade = Math.min(1, index / ramp, (length - index) / ramp);
    const sum = frequencies.reduce((total, hz) => total + sine(hz, index), 0);
    return Math.round(full * level * fade * sum);
  });
}

/** Struck notes, one every `stepMs`, each fading over `ringMs`. */
function bells(notes: readonly number[], stepMs: number, ringMs: number, level: number): Int16Array {
  const step = (stepMs * sampleRate) / 1000;
  const ring = (ringMs * sampleRate) / 1000;
  const samples = new Int16Array((notes.length - 1) * step + ring);
  for (const [note, hz] of notes.entries()) {
    for (let index = 0; index < ring; index++) {
      const attack = Math.min(1, index / 40);
      const decay = Math.exp((-5 * index) / ring) * (1 - index / ring);
      const sound = sine(hz, index) + 0.3 * sine(2 * hz, index) + 0.1 * sine(3 * hz, index);
      samples[note * step + index]! += Math.round(full * level * attack * decay * sound);
    }
  }
  return samples;
}

function sine(hz: number, index: number): number {
  return Math.sin((2 * Math.PI * hz * index) / sampleRate);
}
