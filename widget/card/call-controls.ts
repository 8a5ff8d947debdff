// The round controls of a call: which exist in its state, and their labels.
import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { Call, MediaRequest } from '../call/call-store.ts';
import type { Words } from '../locales/words.ts';
import { icon, icons } from './icons.ts';

export interface ControlActions {
  readonly call: Call;
  readonly words: Words;
  /** Path data of the handset. */
  readonly handset: string;
  readonly keypadOpen: boolean;
  /** The visitor has a camera. */
  readonly camera: boolean;
  hangUp(): void;
  mute(on: boolean): void;
  hold(on: boolean): void;
  requestMedia(media: MediaRequest, on: boolean): void;
  showKeypad(open: boolean): void;
}

export function controls(actions: ControlActions): TemplateResult {
  const { call, words, handset } = actions;
  const mediaOn = call.state === 'ringing' || call.state === 'in-call';
  const others = mediaOn ? otherControls(actions).filter(control => control !== undefined) : [];
  // Four controls or more do not fit a narrow card's row: hanging up gets its own row.
  return html`<div class="controls ${others.length > 3 ? 'many' : ''}">${others}<button
      part="control hang-up" class="control hang-up" type="button" data-next @click=${() => actions.hangUp()}
      ><span class="disc">${icon(handset)}</span><span>${mediaOn ? words.hangUp : words.cancel}</span></button></div>`;
}

function otherControls(actions: ControlActions): (TemplateResult | undefined)[] {
  const { call, words, keypadOpen } = actions;
  const { state, listen, speaks, muted, held, camera } = call;
  const inCall = state === 'in-call';
  return [
    listen && inCall
      ? control('speak', speaks, icon(icons.hand), speaks ? words.listen : words.speak, () =>
          actions.requestMedia('voice', !speaks),
        )
      : undefined,
    speaks
      ? control('mute', muted, icon(icons.microphone, muted), muted ? words.unmute : words.mute, () =>
          actions.mute(!muted),
        )
      : undefined,
    inCall && speaks && (actions.camera || camera)
      ? html`<button part="control camera" class="control ${camera ? 'on' : ''}" type="button" aria-pressed=${camera}
          @click=${() => actions.requestMedia('camera', !camera)}
          ><span class="disc">${icon(icons.camera, !camera)}</span><span>${words.camera}</span></button>`
      : undefined,
    inCall && !listen
      ? control('hold', held, icon(held ? icons.play : icons.pause), held ? words.resume : words.hold, () =>
          actions.hold(!held),
        )
      : undefined,
    speaks
      ? html`<button part="control keypad-toggle" class="control ${keypadOpen ? 'on' : ''}" type="button"
          aria-expanded=${keypadOpen} aria-controls=${keypadOpen ? 'keypad' : nothing}
          @click=${() => actions.showKeypad(!keypadOpen)}
          ><span class="disc">${icon(icons.keypad)}</span><span>${words.keypad}</span></button>`
      : undefined,
  ];
}

/** The label says what a press does. */
function control(
  part: string,
  on: boolean,
  picture: TemplateResult,
  name: string,
  press: () => void,
): TemplateResult {
  return html`<button part="control ${part}" class="control ${on ? 'on' : ''}" type="button" @click=${press}
    ><span class="disc ${part === 'mute' ? 'microphone-level' : ''}">${picture}</span><span>${name}</span></button>`;
}
