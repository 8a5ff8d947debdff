// How loud a stream is, for the eye: measured on the speaker's own AudioContext. Where the browser keeps that
// asleep, levels stay at nothing and the call does not mind.

export class Level {
  readonly #source: MediaStreamAudioSourceNode;
  readonly #analyser: AnalyserNode;
  readonly #samples: Float32Array<ArrayBuffer>;

  /** `stream` has a track of sound. */
  constructor(context: AudioContext, stream: MediaStream) {
    this.#analyser = new AnalyserNode(context, { fftSize: 1024 });
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#source = context.createMediaStreamSource(stream);
    this.#source.connect(this.#analyser);
  }

  /** 0 to 1, as loud as it seems: from -50 dB of full scale to -10. */
  now(): number {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const power = this.#samples.reduce((sum, sample) => sum + sample * sample, 0) / this.#samples.length;
    return Math.min(1, Math.max(0, (10 * Math.log10(power + 1e-9) + 50) / 40));
  }

  close(): void {
    this.#source.disconnect();
  }
}
