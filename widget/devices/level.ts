// Measures how loud a stream is, for display, on the speaker's AudioContext. While the browser suspends that, levels
// stay 0; the call is not affected.

export class Level {
  readonly #source: MediaStreamAudioSourceNode;
  readonly #analyser: AnalyserNode;
  readonly #samples: Float32Array<ArrayBuffer>;

  /** `stream` has an audio track. */
  constructor(context: AudioContext, stream: MediaStream) {
    this.#analyser = new AnalyserNode(context, { fftSize: 1024 });
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#source = context.createMediaStreamSource(stream);
    this.#source.connect(this.#analyser);
  }

  /** 0 to 1 for -50 to -10 dB of full scale, as the ear perceives loudness. */
  now(): number {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const power = this.#samples.reduce((sum, sample) => sum + sample * sample, 0) / this.#samples.length;
    return Math.min(1, Math.max(0, (10 * Math.log10(power + 1e-9) + 50) / 40));
  }

  close(): void {
    this.#source.disconnect();
  }
}
