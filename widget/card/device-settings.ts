// The device panel below the volume: microphone, speaker and camera, and the microphone's level.
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { chosenDevice, type DeviceKind, type Devices, presentDevices } from '../devices/devices.ts';
import type { Words } from '../locales/words.ts';

export class DeviceSettings {
  readonly #choose: (kind: DeviceKind, id: string) => void;
  readonly #changed: () => void;
  #devices: Devices | undefined;
  open = false;

  constructor(choose: (kind: DeviceKind, id: string) => void, changed: () => void) {
    this.#choose = choose;
    this.#changed = changed;
  }

  show(open: boolean): void {
    if (open === this.open) return;
    this.open = open;
    navigator.mediaDevices?.[open ? 'addEventListener' : 'removeEventListener']('devicechange', this.refresh);
    this.#changed();
    if (open) this.refresh();
  }

  /** Reads the devices again, because a permission reveals their names. */
  readonly refresh = async () => {
    this.#devices = await presentDevices();
    this.#changed();
  };

  draw(words: Words, { microphone, camera }: { microphone: boolean; camera: boolean }): TemplateResult {
    return html`<div id="settings" part="settings" class="settings" role="group" aria-label=${words.settings}>
      ${
        microphone
          ? html`${this.#list('audioinput', words.microphone, words)}<span class="bar" aria-hidden="true"><i></i></span>`
          : nothing
      }
      ${'setSinkId' in HTMLMediaElement.prototype ? this.#list('audiooutput', words.speaker, words) : nothing}
      ${camera ? this.#list('videoinput', words.camera, words) : nothing}
    </div>`;
  }

  #list(kind: DeviceKind, name: string, words: Words): TemplateResult | typeof nothing {
    const devices = this.#devices?.[kind] ?? [];
    if (kind !== 'audioinput' && devices.length === 0) return nothing;
    const chosen = chosenDevice(kind);
    return html`<label class="choice"><span>${name}</span><select
      @change=${({ target }: Event) => this.#choose(kind, (target as HTMLSelectElement).value)}
      ><option value="" .selected=${!devices.some(({ id }) => id === chosen)}>${words.systemDefault}</option>${devices.map(
        ({ id, label }, i) =>
          html`<option value=${id} .selected=${id === chosen}>${label || `${name} ${i + 1}`}</option>`,
      )}</select></label>`;
  }
}
