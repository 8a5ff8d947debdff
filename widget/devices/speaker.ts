// Plays the other side, at the visitor's volume, and the tones of a telephone. Ringback and busy follow ITU-T E.182 in
// the 425 Hz cadences of E.180. Does not depend on SIP.

import { Level } from './level.ts';
import type { Sound, SoundSource } from './sound.ts';

export type Tone = 'busy' | 'unobtainable' | 'over';

interface Pulse {
  /** Hertz, played together. */
  readonly notes: readonly number[];
  /** Seconds. */
  readonly on: number;
  readonly off: number;
}

const ringback: readonly Pulse[] = [{ notes: [425], on: 1, off: 4 }];
const busy: Pulse = { notes: [425], on: 0.35, off: 0.35 };
const tones: Readonly<Record<Tone, readonly Pulse[]>> = {
  busy: [busy, busy, busy, busy],
  // The special information tone: "this did not work" in any language.
  unobtainable: [
    { notes: [950], on: 0.28, off: 0.02 },
    { notes: [1400], on: 0.28, off: 0.02 },
    { notes: [1800], on: 0.28, off: 0.02 },
  ],
  over: [
    { notes: [440], on: 0.12, off: 0.06 },
    { notes: [330], on: 0.16, off: 0.02 },
  ],
};
const rows = [697, 770, 852, 941];
const columns = [1209, 1336, 1477];
const loudness = 0.12;
/** Samples a second: a third of the usual rate, and sufficient for these frequencies. */
const sampleRate = 16_000;
/** Seconds of fade at both ends of a pulse, against clicks. */
const fadeSeconds = 0.012;

/** Opens its sound with the first audio to play or to measure. */
export class Speaker {
  readonly #source: SoundSource;
  #sound: Sound | undefined;
  readonly #levels: Level[] = [];
  #volume: number;
  #ringing: AudioBufferSourceNode | undefined;

  constructor(source: SoundSource, volume: number) {
    this.#source = source;
    this.#volume = volume;
  }

  /** Measures a stream until the speaker closes. */
  level(stream: MediaStream): Level | undefined {
    if (!stream.getAudioTracks().length) return undefined;
    const level = new Level(this.#open().context, stream);
    this.#levels.push(level);
    return level;
  }

  /** 0 to 1. iOS ignores it: the volume is the device's own. */
  set volume(value: number) {
    this.#volume = value;
    if (this.#sound) this.#sound.audio.volume = value;
  }

  /**
   * The device's id, empty for the system's default. When the device is gone or forbidden, the output does not change.
   */
  set device(id: string) {
    const { audio, context } = this.#open();
    for (const player of [audio, context as { setSinkId?(id: string): Promise<void> }]) {
      player.setSinkId?.(id).catch(() => {});
    }
  }

  play(stream: MediaStream): void {
    const { audio } = this.#open();
    audio.srcObject = stream;
    // Closing rejects it too; then no gesture is needed.
    audio.play().catch(() => {
      if (audio.srcObject) addEventListener('pointerdown', this.#playAgain, { once: true });
    });
  }

  readonly #playAgain = () => this.#sound?.audio.play().catch(() => {});

  set ringback(on: boolean) {
    if (on === Boolean(this.#ringing)) return;
    this.#ringing?.stop();
    this.#ringing = on ? this.#playPulses(ringback, true) : undefined;
  }

  tone(name: Tone): void {
    this.#playPulses(tones[name]);
  }

  /** The key's pair of frequencies (ITU-T Q.23), played to the visitor only. */
  key(digit: string): void {
    const at = '123456789*0#'.indexOf(digit);
    if (at < 0) return;
    this.#playPulses([{ notes: [rows[Math.floor(at / 3)]!, columns[at % 3]!], on: 0.11, off: 0 }]);
  }

  /** Stops the other side immediately; a tone that has started is played to its end. */
  close(): void {
    this.ringback = false;
    removeEventListener('pointerdown', this.#playAgain);
    for (const level of this.#levels) level.close();
    if (this.#sound) this.#sound.audio.srcObject = null;
    setTimeout(() => this.#source.close(), 4000);
  }

  #open(): Sound {
    if (!this.#sound) {
      this.#sound = this.#source.open();
      this.#sound.audio.volume = this.#volume;
    }
    return this.#sound;
  }

  #playPulses(pulses: readonly Pulse[], loop = false): AudioBufferSourceNode {
    const { context } = this.#open();
    const seconds = pulses.reduce((sum, { on, off }) => sum + on + off, 0);
    const buffer = context.createBuffer(1, Math.ceil(seconds * sampleRate), sampleRate);
    const samples = buffer.getChannelData(0);
    let start = 0;
    for (const { notes, on, off } of pulses) {
      for (let i = 0; i < on * sampleRate; i++) {
        const t = i / sampleRate;
        const wave = notes.reduce((sum, hertz) => sum + Math.sin(2 * Math.PI * hertz * t), 0);
        samples[start + i] =
          (wave / notes.length) * loudness * Math.min(1, t / fadeSeconds, (on - t) / fadeSeconds);
      }
      start += Math.round((on + off) * sampleRate);
    }
    const source = new AudioBufferSourceNode(context, { buffer, loop });
    source.connect(context.destination);
    source.start();
    return source;
  }
}
