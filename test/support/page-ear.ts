// What is put into a page before its own scripts: an ear that hears what the page plays, and an eye on its widget.
// `installEar` is sent as text and runs in the browser: it may use nothing from outside itself.

/** What the page offers to the test, as `window.sipCallTest`. */
export interface PageEar {
  /** Every `sip-call-state` since the page was loaded, in order. */
  readonly states: { readonly state: string; readonly reason?: string }[];
  /**
   * The last third of a second of what the page's media elements play, as 16-bit samples; undefined while nothing
   * plays. An element that is paused, muted or turned down is not heard, and neither is a stream nobody plays.
   */
  listen(): Promise<{ readonly samples: number[]; readonly rate: number } | undefined>;
  /** `getStats` of the page's newest connection, as plain objects. */
  stats(): Promise<Record<string, unknown>[]>;
}

declare global {
  interface Window {
    sipCallTest: PageEar;
  }
}

export function installEar(): void {
  const players = new Set<HTMLMediaElement>();
  const connections: RTCPeerConnection[] = [];
  const analysers = new WeakMap<MediaStreamTrack, AnalyserNode>();
  let context: AudioContext | undefined;

  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function (this: HTMLMediaElement) {
    players.add(this);
    return play.call(this);
  };
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      connections.push(this);
    }
  };

  const analyserOf = async (track: MediaStreamTrack): Promise<AnalyserNode> => {
    context ??= new AudioContext();
    await context.resume();
    let analyser = analysers.get(track);
    if (!analyser) {
      analyser = context.createAnalyser();
      analyser.fftSize = 16384;
      context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
      analysers.set(track, analyser);
      // An analyser that was made a moment ago has heard nothing yet.
      await new Promise(resolve => setTimeout(resolve, 400));
    }
    return analyser;
  };

  const states: PageEar['states'] = [];
  addEventListener('sip-call-state', event => states.push((event as CustomEvent).detail));

  window.sipCallTest = {
    states,
    async listen() {
      const tracks = [...players]
        .filter(player => !player.paused && !player.muted && player.volume > 0)
        .flatMap(({ srcObject }) => (srcObject instanceof MediaStream ? srcObject.getAudioTracks() : []))
        .filter(track => track.readyState === 'live');
      if (tracks.length === 0) return undefined;
      const samples = new Float32Array(16384);
      for (const track of tracks) {
        const heard = new Float32Array(16384);
        (await analyserOf(track)).getFloatTimeDomainData(heard);
        for (let index = 0; index < heard.length; index++) samples[index]! += heard[index]!;
      }
      return {
        samples: Array.from(samples, sample => Math.round(sample * 32767)),
        rate: context!.sampleRate,
      };
    },
    async stats() {
      const report = await connections.at(-1)?.getStats();
      return report ? [...report.values()] : [];
    },
  };
}
