// WAV files of 16-bit PCM: written for the fake microphone, read from the desk phones' recordings while they grow.

import type { Sound } from './tone.ts';

/** One channel. */
export function writeWav({ samples, rate }: Sound): Buffer {
  const data = samples.length * 2;
  const file = Buffer.alloc(44 + data);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(36 + data, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20); // PCM
  file.writeUInt16LE(1, 22); // channels
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(rate * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(data, 40);
  for (let index = 0; index < samples.length; index++) {
    const sample = Math.max(-1, Math.min(1, samples[index] ?? 0));
    file.writeInt16LE(Math.round(sample * 32767), 44 + index * 2);
  }
  return file;
}

/**
 * The first channel. A recorder fills in the length when it closes the file, so the data's length in the header
 * counts only when it is there and true; otherwise the data is what follows. Undefined: no header yet.
 */
export function readWav(file: Buffer): Sound | undefined {
  if (file.length < 12 || file.toString('latin1', 0, 4) !== 'RIFF') return undefined;
  let [channels, rate, bits] = [0, 0, 0];
  for (let at = 12; at + 8 <= file.length; ) {
    const name = file.toString('latin1', at, at + 4);
    const length = file.readUInt32LE(at + 4);
    const start = at + 8;
    if (name === 'fmt ' && start + 16 <= file.length) {
      channels = file.readUInt16LE(start + 2);
      rate = file.readUInt32LE(start + 4);
      bits = file.readUInt16LE(start + 14);
    }
    if (name === 'data') {
      if (bits !== 16 || channels === 0) return undefined;
      const end = length > 0 && start + length <= file.length ? start + length : file.length;
      const frame = channels * 2;
      const samples = new Float32Array(Math.floor((end - start) / frame));
      for (let index = 0; index < samples.length; index++) {
        samples[index] = file.readInt16LE(start + index * frame) / 32768;
      }
      return { samples, rate };
    }
    at = start + length + (length % 2);
  }
  return undefined;
}
