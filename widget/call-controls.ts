// The round controls under a call: what may be pressed in its present state, and what each says.
import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { Call, Wish } from './call-store.ts';
import { glyphs } from './glyphs.ts';
import type { Words } from './locales/words.ts';
import { picture } from './picture.ts';

export interface ControlsDesk {
  readonly call: Call;
  readonly words: Words;
  /** Path data of the handset. */
  readonly handset: string;
  readonly keypadOut: boolean;
  /** There is one to be switched on. */
  readonly camera: boolean;
  hangUp(): void;
  mute(on: boolean): void;
  hold(on: boolean): void;
  want(wish: Wish, on: boolean): void;
  showKeypad(out: boolean): void;
}

export function controls(desk: ControlsDesk): TemplateResult {
  const { call, words, handset } = desk;
  const talking = call.state === 'ringing' || call.state === 'in-call';
  const before = talking ? beside(desk).filter(control => control !== undefined) : [];
  // More than a narrow card has room for in a row: hanging up gets one of its own.
  return html`<div class="controls ${before.length > 3 ? 'many' : ''}">${before}<button
      part="control hang-up" class="control hang-up" type="button" data-next @click=${() => desk.hangUp()}
      ><span class="disc">${picture(handset)}</span><span>${talking ? words.hangUp : words.cancel}</span></button></div>`;
}

function beside(desk: ControlsDesk): (TemplateResult | undefined)[] {
  const { call, words, keypadOut } = desk;
  const { state, listen, speaks, muted, held, camera } = call;
  const on = state === 'in-call';
  return [
    listen && on
      ? control('voice', speaks, picture(glyphs.hand), speaks ? words.listen : words.speak, () =>
          desk.want('voice', !speaks),
        )
      : undefined,
    speaks
      ? control('mute', muted, picture(glyphs.microphone, muted), muted ? words.unmute : words.mute, () =>
          desk.mute(!muted),
        )
      : undefined,
    on && speaks && (desk.camera || camera)
      ? html`<button part="control camera" class="control ${camera ? 'on' : ''}" type="button" aria-pressed=${camera}
          @click=${() => desk.want('camera', !camera)}
          ><span class="disc">${picture(glyphs.camera, !camera)}</span><span>${words.camera}</span></button>`
      : undefined,
    on && !listen
      ? control(
          'hold',
          held,
          picture(held ? glyphs.play : glyphs.pause),
          held ? words.resume : words.hold,
          () => desk.hold(!held),
        )
      : undefined,
    speaks
      ? html`<button part="control keypad-toggle" class="control ${keypadOut ? 'on' : ''}" type="button"
          aria-expanded=${keypadOut} aria-controls=${keypadOut ? 'keypad' : nothing}
          @click=${() => desk.showKeypad(!keypadOut)}
          ><span class="disc">${picture(glyphs.keypad)}</span><span>${words.keypad}</span></button>`
      : undefined,
  ];
}

/** Its words say what a press does. */
function control(
  part: string,
  on: boolean,
  glyph: TemplateResult,
  name: string,
  press: () => void,
): TemplateResult {
  return html`<button part="control ${part}" class="control ${on ? 'on' : ''}" type="button" @click=${press}
    ><span class="disc ${part === 'mute' ? 'mine' : ''}">${glyph}</span><span>${name}</span></button>`;
}
