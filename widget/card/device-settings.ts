// The panel under the volume: which microphone, speaker and camera, and whether the microphone hears anything.
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { chosenDevice, type DeviceKind, type Devices, presentDevices } from '../devices/devices.ts';
import type { Words } from '../locales/words.ts';

export class DeviceSettings {
  readonly #choose: (kind: DeviceKind, id: string) => void;
  readonly #changed: () => void;
  #present: Devices | undefined;
  out = false;

  constructor(choose: (kind: DeviceKind, id: string) => void, changed: () => void) {
    this.#choose = choose;
    this.#changed = changed;
  }

  show(out: boolean): void {
    if (out === this.out) return;
    this.out = out;
    navigator.mediaDevices?.[out ? 'addEventListener' : 'removeEventListener']('devicechange', this.look);
    this.#changed();
    if (out) this.look();
  }

  /** Looks anew, for names that came with a permission. */
  readonly look = async () => {
    this.#present = await presentDevices();
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
    const present = this.#present?.[kind] ?? [];
    if (kind !== 'audioinput' && present.length === 0) return nothing;
    const chosen = chosenDevice(kind);
    return html`<label class="choice"><span>${name}</span><select
      @change=${({ target }: Event) => this.#choose(kind, (target as HTMLSelectElement).value)}
      ><option value="" .selected=${!present.some(({ id }) => id === chosen)}>${words.systemDefault}</option>${present.map(
        ({ id, label }, i) =>
          html`<option value=${id} .selected=${id === chosen}>${label || `${name} ${i + 1}`}</option>`,
      )}</select></label>`;
  }
}
