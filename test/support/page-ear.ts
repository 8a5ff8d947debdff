// What is put into a page before its own scripts: an ear that hears what the page plays, and an eye on its widget.
// `installEar` is sent as text and runs in the browser: it may use nothing from outside itself.

import type { PageDevice } from './browser-page.ts';

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
  /** The page's newest connection. */
  connection(): RTCPeerConnection | undefined;
  /** How many it has made. */
  readonly connections: number;
  /** What the page has asked the visitor for, as getUserMedia was called. */
  readonly asked: readonly PageDevice[];
  /** Devices that are open now, each by itself: their lights are on. */
  open(): PageDevice[];
  /** The ids of the devices that the newest connection sends. */
  microphone(): string | undefined;
  camera(): string | undefined;
}

declare global {
  interface Window {
    sipCallTest: PageEar;
  }
}

export function installEar(): void {
  const players = new Set<HTMLMediaElement>();
  const connections: RTCPeerConnection[] = [];

  const asked: PageDevice[] = [];
  const captured: MediaStreamTrack[] = [];
  const { mediaDevices } = navigator;
  const capture = mediaDevices?.getUserMedia.bind(mediaDevices);
  if (capture) {
    mediaDevices.getUserMedia = async wishes => {
      if (wishes?.audio) asked.push('microphone');
      if (wishes?.video) asked.push('camera');
      const stream = await capture(wishes);
      captured.push(...stream.getTracks());
      return stream;
    };
  }

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

  // A recorder rather than an AudioContext: Firefox never starts one on a machine without a sound card.
  const recorded = async (track: MediaStreamTrack): Promise<AudioBuffer | undefined> => {
    const recorder = new MediaRecorder(new MediaStream([track]));
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    recorder.start();
    await new Promise(resolve => setTimeout(resolve, 500));
    await new Promise(resolve => {
      recorder.onstop = resolve;
      recorder.stop();
    });
    const file = await new Blob(parts).arrayBuffer();
    if (file.byteLength === 0) return undefined;
    return await new OfflineAudioContext(1, 1, 48_000).decodeAudioData(file);
  };

  const sent = (kind: string) => {
    const senders = connections.at(-1)?.getSenders() ?? [];
    return senders.find(({ track }) => track?.kind === kind)?.track?.getSettings().deviceId;
  };

  const states: PageEar['states'] = [];
  addEventListener('sip-call-state', event => states.push((event as CustomEvent).detail));

  window.sipCallTest = {
    states,
    asked,
    open() {
      const live = captured.filter(track => track.readyState === 'live');
      return live.map(({ kind }) => (kind === 'audio' ? 'microphone' : 'camera'));
    },
    async listen() {
      const tracks = [...players]
        .filter(player => !player.paused && !player.muted && player.volume > 0)
        .flatMap(({ srcObject }) => (srcObject instanceof MediaStream ? srcObject.getAudioTracks() : []))
        .filter(track => track.readyState === 'live');
      const heard = (await Promise.all(tracks.map(recorded))).filter(sound => sound !== undefined);
      if (heard.length === 0) return undefined;
      const samples = new Float32Array(16_384);
      for (const sound of heard) {
        const last = sound.getChannelData(0).slice(-samples.length);
        for (let index = 0; index < last.length; index++) samples[index]! += last[index]!;
      }
      return { samples: Array.from(samples, sample => Math.round(sample * 32767)), rate: 48_000 };
    },
    connection: () => connections.at(-1),
    get connections() {
      return connections.length;
    },
    microphone: () => sent('audio'),
    camera: () => sent('video'),
    async stats() {
      const report = await connections.at(-1)?.getStats();
      return report ? [...report.values()] : [];
    },
  };
}
