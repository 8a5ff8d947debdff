// The devices of one call, while they come and go: a headset that is plugged in or pulled out, or another choice in
// the settings, changes the track that is sent and never the call.
import { chooseDevice, chosenDevice, type DeviceKind, mustChange, presentDevices, take } from './devices.ts';

export interface EquipmentOwner {
  /** What is captured now; its tracks are exchanged in place. */
  readonly stream: MediaStream;
  /** Sends `fresh` in place of the last track of its kind. */
  send(fresh: MediaStreamTrack): Promise<void>;
  /** Empty: the system's own. */
  sound(speaker: string): void;
  /** Devices or tracks are not what they were. */
  changed(): void;
}

export class Equipment {
  readonly #owner: EquipmentOwner;
  /** One change after the other: a headset is three events. */
  #busy: Promise<void> = Promise.resolve();
  #over = false;
  readonly #look = () => {
    this.#busy = this.#busy.then(() => this.#adapt()).catch(error => console.error('<sip-call>:', error));
  };

  constructor(owner: EquipmentOwner) {
    this.#owner = owner;
    navigator.mediaDevices.addEventListener('devicechange', this.#look);
    for (const track of owner.stream.getTracks()) track.addEventListener('ended', this.#look);
    owner.sound(chosenDevice('audiooutput') ?? '');
  }

  choose(kind: DeviceKind, id: string): void {
    chooseDevice(kind, id);
    if (kind === 'audiooutput') this.#owner.sound(id);
    else
      this.#busy = this.#busy
        .then(() => this.#exchange(kind))
        .catch(error => console.error('<sip-call>:', error));
  }

  close(): void {
    this.#over = true;
    navigator.mediaDevices.removeEventListener('devicechange', this.#look);
  }

  async #adapt(): Promise<void> {
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

  async #exchange(kind: 'audioinput' | 'videoinput'): Promise<void> {
    const { stream } = this.#owner;
    const sound = kind === 'audioinput';
    const taken = await take(sound ? { audio: true } : { video: true });
    const [fresh] = taken.getTracks();
    if (!fresh) return;
    if (this.#over) return fresh.stop();
    const old = sound ? stream.getAudioTracks() : stream.getVideoTracks();
    await this.#owner.send(fresh);
    for (const track of old) {
      track.removeEventListener('ended', this.#look);
      track.stop();
      stream.removeTrack(track);
    }
    stream.addTrack(fresh);
    fresh.addEventListener('ended', this.#look);
    this.#owner.changed();
  }
}
