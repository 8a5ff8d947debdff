// The round controls under a call: what may be pressed in its present state, and what each says.
import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { Call, MediaRequest } from '../call/call-store.ts';
import type { Words } from '../locales/words.ts';
import { icon } from './icon.ts';
import { icons } from './icons.ts';

export interface ControlActions {
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
  want(wish: MediaRequest, on: boolean): void;
  showKeypad(out: boolean): void;
}

export function controls(desk: ControlActions): TemplateResult {
  const { call, words, handset } = desk;
  const talking = call.state === 'ringing' || call.state === 'in-call';
  const before = talking ? beside(desk).filter(control => control !== undefined) : [];
  // More than a narrow card has room for in a row: hanging up gets one of its own.
  return html`<div class="controls ${before.length > 3 ? 'many' : ''}">${before}<button
      part="control hang-up" class="control hang-up" type="button" data-next @click=${() => desk.hangUp()}
      ><span class="disc">${icon(handset)}</span><span>${talking ? words.hangUp : words.cancel}</span></button></div>`;
}

function beside(desk: ControlActions): (TemplateResult | undefined)[] {
  const { call, words, keypadOut } = desk;
  const { state, listen, speaks, muted, held, camera } = call;
  const on = state === 'in-call';
  return [
    listen && on
      ? control('voice', speaks, icon(icons.hand), speaks ? words.listen : words.speak, () =>
          desk.want('voice', !speaks),
        )
      : undefined,
    speaks
      ? control('mute', muted, icon(icons.microphone, muted), muted ? words.unmute : words.mute, () =>
          desk.mute(!muted),
        )
      : undefined,
    on && speaks && (desk.camera || camera)
      ? html`<button part="control camera" class="control ${camera ? 'on' : ''}" type="button" aria-pressed=${camera}
          @click=${() => desk.want('camera', !camera)}
          ><span class="disc">${icon(icons.camera, !camera)}</span><span>${words.camera}</span></button>`
      : undefined,
    on && !listen
      ? control('hold', held, icon(held ? icons.play : icons.pause), held ? words.resume : words.hold, () =>
          desk.hold(!held),
        )
      : undefined,
    speaks
      ? html`<button part="control keypad-toggle" class="control ${keypadOut ? 'on' : ''}" type="button"
          aria-expanded=${keypadOut} aria-controls=${keypadOut ? 'keypad' : nothing}
          @click=${() => desk.showKeypad(!keypadOut)}
          ><span class="disc">${icon(icons.keypad)}</span><span>${words.keypad}</span></button>`
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
