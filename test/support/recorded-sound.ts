// What a baresip has recorded of a call with its module sndfile, which names the file of each recording in its output.

import { readFileSync } from 'node:fs';
import { eventually, type Patience, SOUND_MS } from './eventually.ts';
import { lastOf, loudestFrequency, loudness, type Sound } from './tone.ts';
import { readWav } from './wav.ts';

/**
 * The last `seconds` of the first recording in this output after the device `player` was opened; undefined when less was
 * recorded.
 */
export function recordedSound(output: string, player: string, seconds: number): Sound | undefined {
  // baresip opens the player directly before the recording.
  const begin = new RegExp(`'${player}'[^]*?dumping decode audio to (\\S+\\.wav)`);
  const file = output.match(begin)?.[1];
  const sound = file && readWav(readFileSync(file));
  return sound && sound.samples.length >= seconds * sound.rate ? lastOf(sound, seconds) : undefined;
}

/** Resolves when this frequency is the loudest in what `heard` returns. */
export async function hearsTone(
  who: string,
  heard: () => Sound | undefined,
  frequency: number,
  patience: Patience = {},
): Promise<void> {
  await eventually(
    `${who} hears ${frequency} Hz`,
    () => {
      const sound = heard();
      if (!sound) throw new Error('less than a second is recorded');
      const found = loudestFrequency(sound);
      if (Math.abs(found - frequency) <= 8 && loudness(sound.samples) > 0.01) return true;
      throw new Error(`it hears ${found} Hz at ${loudness(sound.samples).toFixed(4)}`);
    },
    { within: SOUND_MS, every: 150, ...patience },
  );
}
