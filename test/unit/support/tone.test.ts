// The ear of all stories: what it takes for a tone, and what it does not.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { amplitudeAt, bursts, lastOf, loudestFrequency, loudness } from '../../support/tone.ts';
import { readWav, writeWav } from '../../support/wav.ts';

const RATE = 8000;

function sine(frequency: number, amplitude = 0.5, seconds = 1): Float32Array {
  return Float32Array.from({ length: RATE * seconds }, (_, index) => {
    return amplitude * Math.sin((2 * Math.PI * frequency * index) / RATE);
  });
}

describe('Tones', () => {
  test('the loudest frequency of a sine is the sine, within 2 Hz', () => {
    for (const frequency of [301, 440, 700, 1004, 3111]) {
      const found = loudestFrequency({ samples: sine(frequency), rate: RATE });
      assert.ok(Math.abs(found - frequency) <= 2, `${found} for ${frequency}`);
    }
  });

  test('of two tones the louder is the loudest, and both are there', () => {
    const [low, high] = [sine(520, 0.2), sine(890, 0.4)];
    const samples = low.map((sample, index) => sample + (high[index] ?? 0));
    assert.ok(Math.abs(loudestFrequency({ samples, rate: RATE }) - 890) <= 2);
    assert.ok(Math.abs(amplitudeAt(samples, RATE, 520) - 0.2) < 0.01);
    assert.ok(amplitudeAt(samples, RATE, 700) < 0.005, 'nothing between them');
  });

  test('bursts are of the frequency asked for', () => {
    const samples = bursts(610, RATE, 0.34);
    assert.ok(Math.abs(loudestFrequency({ samples, rate: RATE }) - 610) <= 8);
  });

  test('silence has no loudness and no frequency', () => {
    const samples = new Float32Array(RATE);
    assert.equal(loudness(samples), 0);
    assert.equal(loudestFrequency({ samples, rate: RATE }), 0);
  });

  test('the last part of a sound is its end', () => {
    const samples = Float32Array.from({ length: RATE }, (_, index) => index / RATE);
    const { samples: last } = lastOf({ samples, rate: RATE }, 0.001);
    assert.deepEqual([...Array.from(last)], [...samples.slice(-8)]);
  });
});

describe('Recordings', () => {
  test('what was written is read', () => {
    const read = readWav(writeWav({ samples: [0, 0.5, -0.5, 1], rate: RATE }));
    assert.equal(read?.rate, RATE);
    assert.deepEqual(
      Array.from(read.samples, sample => Math.round(sample * 10) / 10),
      [0, 0.5, -0.5, 1],
    );
  });

  test('a recording that still grows, its length not yet written, is read to its present end', () => {
    const file = writeWav({ samples: sine(700), rate: RATE });
    file.writeUInt32LE(0, 40);
    assert.equal(readWav(file.subarray(0, 44 + 2000))?.samples.length, 1000);
  });

  test('a file without its header yet is no sound', () => {
    const file = writeWav({ samples: sine(700), rate: RATE });
    for (const length of [0, 11, 20, 43]) assert.equal(readWav(file.subarray(0, length)), undefined);
  });
});
