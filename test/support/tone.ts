// Who is heard, by frequency: every party of a story sends a tone of its own.
// Goertzel's algorithm, frequency by frequency: slow beside a Fourier transform and short enough to trust.

/** Sound: samples from -1 to 1, at a rate in Hz. */
export interface Sound {
  readonly samples: ArrayLike<number>;
  readonly rate: number;
}

/** Amplitude (0 to 1) of one frequency in the samples: Goertzel's algorithm under a Hann window. */
export function amplitudeAt(samples: ArrayLike<number>, rate: number, frequency: number): number {
  return amplitudeOf(windowed(samples), rate, frequency);
}

/** The samples under a Hann window: once for all frequencies, as its cosines are most of the work. */
function windowed(samples: ArrayLike<number>): Float64Array {
  const step = (2 * Math.PI) / (samples.length - 1);
  return Float64Array.from(samples, (sample, index) => sample * (0.5 - 0.5 * Math.cos(step * index)));
}

function amplitudeOf(windowed: Float64Array, rate: number, frequency: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / rate);
  const { length } = windowed;
  let before = 0;
  let last = 0;
  for (let index = 0; index < length; index++) {
    const next = windowed[index]! + coefficient * last - before;
    before = last;
    last = next;
  }
  const power = last * last + before * before - coefficient * last * before;
  // A Hann window halves the sum; a sine's energy is split between two signs.
  return length === 0 ? 0 : (4 * Math.sqrt(Math.max(0, power))) / length;
}

/** Root mean square of the samples, 0 to 1. */
export function loudness(samples: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < samples.length; index++) sum += (samples[index] as number) ** 2;
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length);
}

/** The loudest frequency between 200 and 3400 Hz, what a telephone passes, within 2 Hz. */
export function loudestFrequency(sound: Sound): number {
  const { samples, rate } = telephoneBand(sound);
  const heard = windowed(samples);
  let best = { frequency: 0, amplitude: 0 };
  const look = (from: number, to: number, step: number) => {
    for (let frequency = from; frequency <= to; frequency += step) {
      const amplitude = amplitudeOf(heard, rate, frequency);
      if (amplitude > best.amplitude) best = { frequency, amplitude };
    }
  };
  // The window's main lobe is four bins wide: a step of one bin cannot miss a peak.
  const bin = Math.max(2, rate / samples.length);
  look(200, 3400, bin);
  if (best.amplitude > 0) look(best.frequency - bin, best.frequency + bin, 1);
  return best.frequency;
}

/** The same sound at about 8 kHz, which a search goes through six times faster than 48. */
function telephoneBand({ samples, rate }: Sound): Sound {
  const step = Math.max(1, Math.floor(rate / 8000));
  const kept = new Float32Array(Math.floor(samples.length / step));
  for (let index = 0; index < kept.length; index++) {
    let sum = 0;
    for (let offset = 0; offset < step; offset++) sum += samples[index * step + offset] ?? 0;
    kept[index] = sum / step;
  }
  return { samples: kept, rate: rate / step };
}

/** The last `seconds` of a sound. */
export function lastOf({ samples, rate }: Sound, seconds: number): Sound {
  return { rate, samples: Array.prototype.slice.call(samples, -Math.round(seconds * rate)) };
}

/** A sound of one frequency, as short bursts: a steady tone is what browsers' noise suppression takes away. */
export function bursts(frequency: number, rate: number, seconds: number): Float32Array {
  const samples = new Float32Array(Math.round(rate * seconds));
  const [on, period, ramp] = [0.28, 0.4, 0.01];
  for (let index = 0; index < samples.length; index++) {
    const at = (index / rate) % period;
    const gain = Math.max(0, Math.min(1, at / ramp, (on - at) / ramp));
    samples[index] = 0.5 * gain * Math.sin((2 * Math.PI * frequency * index) / rate);
  }
  return samples;
}
