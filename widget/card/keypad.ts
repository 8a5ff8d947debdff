// The keypad: open or closed, and what was typed on it during this call.
import { html, type TemplateResult } from 'lit/html.js';
import type { Words } from '../locales/words.ts';

const keys = [...'123456789*0#'];
const letters = ['\u00a0', 'ABC', 'DEF', 'GHI', 'JKL', 'MNO', 'PQRS', 'TUV', 'WXYZ', '', '', ''];

export class Keypad {
  readonly #changed: () => void;
  readonly #send: (key: string) => void;
  #typed = '';
  open = false;

  constructor(send: (key: string) => void, changed: () => void) {
    this.#send = send;
    this.#changed = changed;
  }

  clear(): void {
    this.open = false;
    this.#typed = '';
  }

  show(open: boolean): void {
    this.open = open;
    this.#changed();
  }

  /** Accepts a key of the keyboard and opens the keypad; false when a telephone has no such key. */
  take(key: string): boolean {
    if (!keys.includes(key)) return false;
    this.open = true;
    this.#press(key);
    return true;
  }

  draw(words: Words): TemplateResult {
    return html`<div id="keypad" class="keypad-panel">
      <output class="typed" aria-label=${words.digits}>${this.#typed.slice(-16)}</output>
      <div part="keypad" class="keypad" role="group" aria-label=${words.keypad} dir="ltr">
        ${keys.map(
          (key, i) => html`<button part="key" class="key" type="button" @click=${() => this.#press(key)}
            >${key}<small aria-hidden="true">${letters[i]}</small></button>`,
        )}
      </div>
    </div>`;
  }

  #press(key: string): void {
    this.#typed += key;
    this.#send(key);
    this.#changed();
  }
}
