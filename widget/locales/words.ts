// The words that a language must have, and the choice of a language. To add one: a file beside this with the same
// structure, a line in `languages`, and its first words in first-words.ts.
import type { BrowserKind } from '../base/browser-kind.ts';
import type { DeviceRefusal, EndReason, MediaRequest } from '../call/call-store.ts';
import type { Quality, Trouble } from '../call/quality.ts';

export interface Words {
  /** Name of the group of controls, for screen readers. */
  callWith(address: string): string;
  asking: string;
  /** Why, before the browser asks. */
  askingWhy: string;
  /** Where the browser shows its question. */
  askingHint: Readonly<Record<BrowserKind, string>>;
  /** How to allow a microphone that was refused. */
  allowHint: Readonly<Record<BrowserKind, string>>;
  /** Once it is allowed. */
  allowed: string;
  calling: string;
  ringing: string;
  inCall: string;
  signallingLost: string;
  /** Status while no media get through, and what to do. */
  mediaLost: string;
  mediaLostHint: string;
  /** Status, and the two labels of the control. */
  held: string;
  hold: string;
  resume: string;
  heldByThem: string;
  holdRefused: string;
  qualities: Readonly<Record<Quality, string>>;
  troubles: Readonly<Record<Trouble, string>>;
  mute: string;
  unmute: string;
  mutedNote: string;
  keypad: string;
  /** In place of the keypad, when the other side does not accept digits. */
  noDigits: string;
  digits: string;
  volume: string;
  settings: string;
  microphone: string;
  speaker: string;
  camera: string;
  /** The system's default device. */
  systemDefault: string;
  hangUp: string;
  cancel: string;
  callAgain: string;
  /** When the office is closed. */
  callAnyway: string;
  close: string;
  /** Why this button is disabled: one call at a time on a page. */
  elsewhere: string;
  /** The sound check before a call, and its test. */
  trial: {
    readonly title: string;
    readonly invitation: string;
    readonly start: string;
    readonly startBoth: string;
    readonly stop: string;
    readonly again: string;
    readonly connecting: string;
    readonly speak: string;
    /** Beside the level of the visitor's returned voice. */
    readonly returned: string;
    readonly works: string;
    /** `milliseconds` is whole. */
    roundTrip(milliseconds: number): string;
    readonly silent: string;
    readonly silentHint: string;
    readonly lost: string;
    readonly failed: string;
    readonly allowed: string;
  };
  /** Of the floating shape: hides the button for this visit, or minimizes the card. */
  putAway: string;
  fold: string;
  unfold: string;
  /** Before a press: the call opens in a window. */
  opensWindow: string;
  /** In a seminar, before the visitor speaks, and while they do. */
  listening: string;
  listeningWhy: string;
  speaking: string;
  /** The two labels of the control. */
  speak: string;
  listen: string;
  /** Before the browser asks during a call. */
  askingFor: Readonly<Record<MediaRequest, { readonly title: string; readonly why: string }>>;
  /** Why the request was refused, and that the call continues. */
  refusals: Readonly<Record<`${MediaRequest}-${DeviceRefusal}`, string>>;
  cameraOn: string;
  remoteVideo: string;
  selfVideo: string;
  /** On the button, and on the card; `time` such as "Mon 9:00". */
  closed: string;
  closedUntil(time: string): string;
  opens(time: string): string;
  notAnswering: string;
  /** Above the list of fallbacks. */
  fallbacks: string;
  callPerson(name: string): string;
  fromOwnPhone: string;
  byMail: string;
  callback: string;
  callbackHint: string;
  yourName: string;
  yourPhone: string;
  /** The format of a number. */
  yourPhoneHint: string;
  yourMessage: string;
  send: string;
  sending: string;
  callbackSent: string;
  callbackFailed: string;
  callbackOften: string;
  turnCamera: string;
  /** A window that stays above all others. */
  pictureInPicture: string;
  fullScreen: string;
  /** `seconds` is whole and at least 0. */
  talked(seconds: number): string;
  reasons: Readonly<Record<EndReason, { readonly title: string; readonly hint: string }>>;
}

type Form = Intl.LDMLPluralRule;

/** A noun that agrees with its number: `plural('ru')(5, { one: 'минута', few: 'минуты', other: 'минут' })`. */
export function plural(language: string) {
  const rules = new Intl.PluralRules(language);
  return (n: number, forms: Partial<Record<Form, string>> & { other: string }) =>
    `${n}\u00a0${forms[rules.select(n)] ?? forms.other}`;
}
