// What a language must say, and which language is spoken. A language is a file beside this one with the same
// shape, a line in `languages`, and its first words in first-words.ts.
import type { BrowserKind } from '../base/browser-kind.ts';
import type { DeviceRefusal, EndReason, MediaRequest } from '../call/call-store.ts';
import type { Quality, Trouble } from '../call/quality.ts';

export interface Words {
  /** Name of the group of controls, for those who hear the page. */
  callWith(address: string): string;
  asking: string;
  /** Why, before the browser asks. */
  askingWhy: string;
  /** Where the browser's question is to be found. */
  askingHint: Readonly<Record<BrowserKind, string>>;
  /** How a microphone that was refused is allowed again. */
  allowHint: Readonly<Record<BrowserKind, string>>;
  /** What is said once it is. */
  allowed: string;
  calling: string;
  ringing: string;
  inCall: string;
  signallingLost: string;
  /** Status while no sound gets through, and what to do. */
  mediaLost: string;
  mediaLostHint: string;
  /** Status, and the two words on the control. */
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
  /** Said in place of the keys, where the other side takes none. */
  noDigits: string;
  digits: string;
  volume: string;
  settings: string;
  microphone: string;
  speaker: string;
  camera: string;
  /** A device that the system chooses. */
  systemDefault: string;
  hangUp: string;
  cancel: string;
  callAgain: string;
  /** Though the office is closed. */
  callAnyway: string;
  close: string;
  /** Why this button waits: one call at a time on a page. */
  elsewhere: string;
  /** The panel before a call, and its test of the sound. */
  trial: {
    readonly title: string;
    readonly invitation: string;
    readonly start: string;
    readonly startBoth: string;
    readonly stop: string;
    readonly again: string;
    readonly connecting: string;
    readonly speak: string;
    /** Beside how loud the visitor's own sound is when it is back. */
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
  /** Of the floating shape: the button for the rest of the visit, the card for a while. */
  putAway: string;
  fold: string;
  unfold: string;
  /** Why this button is another than it looks: the call is made there. */
  opensWindow: string;
  /** Said of a seminar before the visitor speaks, and while they do. */
  listening: string;
  listeningWhy: string;
  speaking: string;
  /** The two words on the control. */
  speak: string;
  listen: string;
  /** Before the browser asks in mid-call. */
  askingFor: Readonly<Record<MediaRequest, { readonly title: string; readonly why: string }>>;
  /** Why it did not come true, and that the call goes on. */
  refusals: Readonly<Record<`${MediaRequest}-${DeviceRefusal}`, string>>;
  cameraOn: string;
  remoteVideo: string;
  selfVideo: string;
  /** On the button, and on the card; `time` such as "Mon 9:00". */
  closed: string;
  closedUntil(time: string): string;
  opens(time: string): string;
  notAnswering: string;
  /** Over the list of what else there is. */
  fallbacks: string;
  callPerson(name: string): string;
  fromOwnPhone: string;
  byMail: string;
  callback: string;
  callbackHint: string;
  yourName: string;
  yourPhone: string;
  /** What a number looks like. */
  yourPhoneHint: string;
  yourMessage: string;
  send: string;
  sending: string;
  callbackSent: string;
  callbackFailed: string;
  callbackOften: string;
  turnCamera: string;
  /** A window of its own, above all others. */
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
