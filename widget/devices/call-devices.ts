// The devices of one call: when a headset is plugged in or pulled out, or the visitor chooses another device, only the
// track that is sent changes, never the call. Measures the microphone too.
import {
  capture,
  captureOtherCamera,
  chooseDevice,
  chosenDevice,
  countCameras,
  type DeviceKind,
  mustSwitch,
  presentDevices,
} from './devices.ts';
import type { Level } from './level.ts';
import type { Speaker } from './speaker.ts';

export interface CallDevicesActions {
  /** The captured stream; its tracks are replaced in place. */
  readonly stream: MediaStream;
  /** Sends `fresh` in place of the last track of its kind. */
  send(fresh: MediaStreamTrack): Promise<void>;
  readonly speaker: Speaker;
  /** Devices or tracks have changed. */
  changed(): void;
}

export class CallDevices {
  readonly #actions: CallDevicesActions;
  /** One change after the other: a headset causes three events. */
  #queue: Promise<void> = Promise.resolve();
  #closed = false;
  #level: Level | undefined;
  /** How many the visitor can switch between. */
  cameras = 0;
  readonly #onChange = () => {
    this.#queue = this.#queue.then(() => this.#adjust()).catch(error => console.error('<sip-call>:', error));
  };

  constructor(actions: CallDevicesActions) {
    this.#actions = actions;
    this.#level = actions.speaker.level(actions.stream);
    navigator.mediaDevices.addEventListener('devicechange', this.#onChange);
    for (const track of actions.stream.getTracks()) this.#watch(track);
    actions.speaker.device = chosenDevice('audiooutput') ?? '';
    // Pulled out before the listener was added.
    if (actions.stream.getTracks().some(({ readyState }) => readyState === 'ended')) this.#onChange();
    this.#count().then(() => this.#changed());
  }

  choose(kind: DeviceKind, id: string): void {
    chooseDevice(kind, id);
    if (kind === 'audiooutput') this.#actions.speaker.device = id;
    else
      this.#queue = this.#queue
        .then(() => this.#replace(kind))
        .catch(error => console.error('<sip-call>:', error));
  }

  /** Adds a device to the call. */
  add(track: MediaStreamTrack): void {
    this.#actions.stream.addTrack(track);
    this.#watch(track);
    this.#changed();
  }

  /** Releases the devices of this kind. */
  drop(kind: 'audio' | 'video'): void {
    for (const track of this.#tracks(kind)) this.#release(track);
    this.#changed();
  }

  /** Switches to another camera: the back camera of a phone, or the next one. */
  switchCamera(): void {
    this.#queue = this.#queue
      .then(() => this.#replace('videoinput', true))
      .catch(error => console.error('<sip-call>:', error));
  }

  /** How loud the microphone is now, 0 to 1. */
  get level(): number {
    return this.#level?.now() ?? 0;
  }

  #changed(): void {
    this.#level?.close();
    this.#level = this.#actions.speaker.level(this.#actions.stream);
    this.#actions.changed();
  }

  close(): void {
    this.#closed = true;
    navigator.mediaDevices.removeEventListener('devicechange', this.#onChange);
  }

  async #count(): Promise<void> {
    this.cameras = await countCameras();
  }

  async #adjust(): Promise<void> {
    await this.#count();
    const present = await presentDevices();
    for (const track of this.#actions.stream.getTracks()) {
      const kind = track.kind === 'audio' ? 'audioinput' : 'videoinput';
      const use = {
        ended: track.readyState === 'ended',
        current: track.getSettings().deviceId,
        chosen: chosenDevice(kind),
        present: present[kind],
      };
      if (!this.#closed && mustSwitch(use)) await this.#replace(kind);
    }
    const speaker = chosenDevice('audiooutput');
    const isPresent = present.audiooutput.some(({ id }) => id === speaker);
    this.#actions.speaker.device = (isPresent && speaker) || '';
    this.#changed();
  }

  async #replace(kind: 'audioinput' | 'videoinput', otherCamera = false): Promise<void> {
    const isAudio = kind === 'audioinput';
    const [old] = this.#tracks(isAudio ? 'audio' : 'video');
    // A microphone that is not sent, or a camera that is off, is not opened when it is chosen.
    if (!old) return;
    const captured = await (otherCamera
      ? captureOtherCamera(old)
      : capture(isAudio ? { audio: true } : { video: true }));
    const [fresh] = captured?.getTracks() ?? [];
    if (!fresh) return;
    if (this.#closed || !this.#actions.stream.getTracks().includes(old)) return fresh.stop();
    await this.#actions.send(fresh);
    this.#release(old);
    this.add(fresh);
  }

  #tracks(kind: 'audio' | 'video'): MediaStreamTrack[] {
    return this.#actions.stream.getTracks().filter(track => track.kind === kind);
  }

  #watch(track: MediaStreamTrack): void {
    track.addEventListener('ended', this.#onChange);
  }

  #release(track: MediaStreamTrack): void {
    track.removeEventListener('ended', this.#onChange);
    track.stop();
    this.#actions.stream.removeTrack(track);
  }
}
