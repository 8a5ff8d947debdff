// The devices of one call, while they come and go: a headset that is plugged in or pulled out, or another choice in
// the settings, changes the track that is sent and never the call.
import {
  chooseDevice,
  chosenDevice,
  countCameras,
  type DeviceKind,
  mustChange,
  presentDevices,
  take,
  takeOther,
} from './devices.ts';

export interface CallDevicesOwner {
  /** What is captured now; its tracks are exchanged in place. */
  readonly stream: MediaStream;
  /** Sends `fresh` in place of the last track of its kind. */
  send(fresh: MediaStreamTrack): Promise<void>;
  /** Empty: the system's own. */
  sound(speaker: string): void;
  /** Devices or tracks are not what they were. */
  changed(): void;
}

export class CallDevices {
  readonly #owner: CallDevicesOwner;
  /** One change after the other: a headset is three events. */
  #busy: Promise<void> = Promise.resolve();
  #over = false;
  /** How many there are to choose from. */
  cameras = 0;
  readonly #look = () => {
    this.#busy = this.#busy.then(() => this.#adapt()).catch(error => console.error('<sip-call>:', error));
  };

  constructor(owner: CallDevicesOwner) {
    this.#owner = owner;
    navigator.mediaDevices.addEventListener('devicechange', this.#look);
    for (const track of owner.stream.getTracks()) this.#keep(track);
    owner.sound(chosenDevice('audiooutput') ?? '');
    // Pulled out before anybody listened for that.
    if (owner.stream.getTracks().some(({ readyState }) => readyState === 'ended')) this.#look();
    this.#count().then(owner.changed);
  }

  choose(kind: DeviceKind, id: string): void {
    chooseDevice(kind, id);
    if (kind === 'audiooutput') this.#owner.sound(id);
    else
      this.#busy = this.#busy
        .then(() => this.#exchange(kind))
        .catch(error => console.error('<sip-call>:', error));
  }

  /** A device that the call had not before. */
  add(track: MediaStreamTrack): void {
    this.#owner.stream.addTrack(track);
    this.#keep(track);
    this.#owner.changed();
  }

  /** Gives back what the call has of this kind. */
  drop(kind: 'audio' | 'video'): void {
    for (const track of this.#tracks(kind)) this.#release(track);
    this.#owner.changed();
  }

  /** The other camera: the back one of a phone, else the next that is plugged in. */
  turnCamera(): void {
    this.#busy = this.#busy
      .then(() => this.#exchange('videoinput', true))
      .catch(error => console.error('<sip-call>:', error));
  }

  close(): void {
    this.#over = true;
    navigator.mediaDevices.removeEventListener('devicechange', this.#look);
  }

  async #count(): Promise<void> {
    this.cameras = await countCameras();
  }

  async #adapt(): Promise<void> {
    await this.#count();
    const present = await presentDevices();
    for (const track of this.#owner.stream.getTracks()) {
      const kind = track.kind === 'audio' ? 'audioinput' : 'videoinput';
      const use = {
        ended: track.readyState === 'ended',
        current: track.getSettings().deviceId,
        chosen: chosenDevice(kind),
        present: present[kind],
      };
      if (!this.#over && mustChange(use)) await this.#exchange(kind);
    }
    const speaker = chosenDevice('audiooutput');
    this.#owner.sound(present.audiooutput.some(({ id }) => id === speaker) ? (speaker ?? '') : '');
    this.#owner.changed();
  }

  async #exchange(kind: 'audioinput' | 'videoinput', turn = false): Promise<void> {
    const sound = kind === 'audioinput';
    const [old] = this.#tracks(sound ? 'audio' : 'video');
    // A microphone that is not sent, or a camera that is off, is not opened for being chosen.
    if (!old) return;
    const taken = await (turn ? takeOther(old) : take(sound ? { audio: true } : { video: true }));
    const [fresh] = taken?.getTracks() ?? [];
    if (!fresh) return;
    if (this.#over || !this.#owner.stream.getTracks().includes(old)) return fresh.stop();
    await this.#owner.send(fresh);
    this.#release(old);
    this.add(fresh);
  }

  #tracks(kind: 'audio' | 'video'): MediaStreamTrack[] {
    return this.#owner.stream.getTracks().filter(track => track.kind === kind);
  }

  #keep(track: MediaStreamTrack): void {
    track.addEventListener('ended', this.#look);
  }

  #release(track: MediaStreamTrack): void {
    track.removeEventListener('ended', this.#look);
    track.stop();
    this.#owner.stream.removeTrack(track);
  }
}
