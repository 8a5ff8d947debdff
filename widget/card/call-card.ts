// The card that replaces the button during and after a call. Draws the store's state; owns only the keypad and the
// volume. Loaded on the visitor's intent, with Lit's templates.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { AvailabilityWatch } from '../availability/availability.ts';
import type { Address } from '../base/address.ts';
import { prerender } from '../base/scheduling.ts';
import type { Call, CallEvent, EndReason, MediaRequest } from '../call/call-store.ts';
import type { DeviceKind } from '../devices/devices.ts';
import type { SoundSource } from '../devices/sound.ts';
import type { Words } from '../locales/words.ts';
import { cardStyles } from './call-card.styles.ts';
import { CallClock } from './call-clock.ts';
import { controls } from './call-controls.ts';
import { callHints, endHint, statusText } from './call-texts.ts';
import { CallbackForm } from './callback-form.ts';
import { controlStyles } from './controls.styles.ts';
import { deviceSettingsStyles } from './device-settings.styles.ts';
import { DeviceSettings } from './device-settings.ts';
import { fallbackStyles } from './fallback-list.styles.ts';
import { FallbackList } from './fallback-list.ts';
import { icon, icons } from './icons.ts';
import { Keypad } from './keypad.ts';
import { LevelIndicator, type Levels } from './level-indicator.ts';
import type { SoundCheck } from './sound-check.ts';
import { statusLine } from './status-line.ts';
import { surfaceStyles } from './surface.styles.ts';
import { videoStyles } from './video-view.styles.ts';
import { type Streams, VideoView } from './video-view.ts';

export interface CardHost extends ReactiveControllerHost {
  readonly shadowRoot: ShadowRoot | null;
  call(): void;
  hangUp(): void;
  mute(on: boolean): void;
  hold(on: boolean): void;
  sendDtmf(digits: string): void;
}

/** What the card reads, and the requests that are not public methods of the element. */
export interface CardActions {
  /** Path data of the handset, which the button contains already. */
  readonly handset: string;
  call(): Call;
  words(): Words;
  address(): Address | undefined;
  /** The gateway's WebSocket. */
  socket(): string | undefined;
  /** The URL at which the page's own server gives tokens, if any. */
  tokenUrl(): string | null;
  /** Calls another person from this card. */
  callOther(to: string): void;
  streams(): Streams;
  requestMedia(media: MediaRequest, on: boolean): void;
  switchCamera(): void;
  chooseDevice(kind: DeviceKind, id: string): void;
  levels(): Levels | undefined;
  setVolume(value: number): void;
  report(event: CallEvent): void;
  /** What a sound test needs. */
  soundTest(): {
    readonly video: boolean;
    soundSource(): SoundSource;
  };
}

/** Another call would fail for the same reason. */
const permanentFailures: ReadonlySet<EndReason> = new Set<EndReason>([
  'insecure-page',
  'unsupported-browser',
]);

const hasMedia = ({ state }: Call) => state === 'ringing' || state === 'in-call';

const sheet = new CSSStyleSheet();
sheet.replaceSync(
  surfaceStyles + cardStyles + controlStyles + deviceSettingsStyles + videoStyles + fallbackStyles,
);

export class CallCard implements ReactiveController {
  readonly #host: CardHost;
  readonly #actions: CardActions;
  readonly #availability: AvailabilityWatch;
  readonly #keypad: Keypad;
  readonly #settings: DeviceSettings;
  readonly #form: CallbackForm;
  readonly #fallbacks: FallbackList;
  readonly #video: VideoView;
  #volume = 100;
  #soundCheck: SoundCheck | undefined;

  constructor(host: CardHost, actions: CardActions, availability: AvailabilityWatch) {
    this.#host = host;
    this.#actions = actions;
    this.#availability = availability;
    host.shadowRoot?.adoptedStyleSheets.push(sheet);
    host.addController(this);
    host.shadowRoot?.querySelector('.sound-check-toggle')?.setAttribute('aria-expanded', 'false');
    this.#keypad = new Keypad(
      key => host.sendDtmf(key),
      () => host.requestUpdate(),
    );
    this.#settings = new DeviceSettings(actions.chooseDevice, () => host.requestUpdate());
    this.#form = new CallbackForm({
      words: actions.words,
      url: () => availability.gatewayUrl('callback'),
      to: () => actions.address()?.uri ?? '',
      changed: () => host.requestUpdate(),
    });
    this.#fallbacks = new FallbackList(
      { words: actions.words, offers: () => availability.offers, callOther: actions.callOther },
      this.#form,
    );
    this.#video = new VideoView(host, actions.switchCamera);
    new LevelIndicator(
      host,
      () => host.shadowRoot?.querySelector<HTMLElement>('.card'),
      () => (hasMedia(actions.call()) ? actions.levels() : undefined),
    );
    setTimeout(() => {
      const root = host.shadowRoot;
      if (root && actions.call().state === 'idle') prerender(root, place => this.draw(place, true));
    });
    new CallClock(host, () => (actions.call().state === 'in-call' ? actions.call().answeredAt : undefined));
  }

  hostUpdated(): void {
    if (this.#actions.call().state === 'preparing') this.#keypad.clear();
    if (!hasMedia(this.#actions.call())) {
      this.#settings.show(false);
      this.#video.exit();
    }
    if (this.#actions.call().reason) this.#availability.refresh();
    else this.#form.show(false);
  }

  /** For the live region: what has changed, without the time. */
  get announcement(): string {
    const call = this.#actions.call();
    const words = this.#actions.words();
    const parts = call.reason
      ? [words.reasons[call.reason].title, this.#endHint, this.#form.announcement]
      : [
          statusText(call, words),
          ...this.#hints,
          call.camera && words.cameraOn,
          call.muted && words.mutedNote,
        ];
    return parts
      .filter(Boolean)
      .join('. ')
      .replace(/([.…?])\. /g, '$1 ');
  }

  /** Before or after a call: the sound check. During a call: the devices. */
  async showSettings(shown: boolean): Promise<void> {
    const { state, reason } = this.#actions.call();
    if (hasMedia(this.#actions.call())) this.#settings.show(shown);
    if (state !== 'idle' && !reason) return;
    if (reason) this.#actions.report({ type: 'dismissed' });
    const { SoundCheck } = await import('./sound-check.ts');
    this.#soundCheck ??= new SoundCheck(this.#host, this.#actions);
    this.#soundCheck.show(shown);
  }

  /** Draws into `place`, or clears it. */
  draw(place: HTMLElement, shown: boolean): void {
    render(shown ? this.#template() : nothing, place);
  }

  #template(): TemplateResult {
    const { words, call } = this.#actions;
    const { state, reason } = call();
    const { local, remote } = this.#actions.streams();
    const hasVideo = !reason && [local, remote].some(stream => stream?.getVideoTracks().length);
    return html`<section
      part="card" class="card ${hasVideo ? 'wide' : ''}" data-state=${state} data-reason=${reason ?? nothing} role="group" aria-label=${words().callWith(this.#calledAddress)}
      @keydown=${(event: KeyboardEvent) => this.#pressed(event)} @fullscreenchange=${() => this.#host.requestUpdate()}
      >${reason ? this.#endedTemplate() : this.#callTemplate()}</section>`;
  }

  #callTemplate(): TemplateResult {
    const { words, call, streams } = this.#actions;
    const { camera, speaks, digits } = call();
    const mediaOn = hasMedia(call());
    return html`${this.#video.draw(streams(), words())}
      <header class="header">
        <span class="badge" aria-hidden="true">${icon(this.#badge())}</span>
        <div class="summary">
          ${this.#address()}
          ${statusLine(call(), words())}
        </div>
      </header>
      ${this.#hints.map(hint => html`<p class="hint" aria-hidden="true">${hint}</p>`)}
      ${mediaOn && this.#keypad.open && digits ? this.#keypad.draw(words()) : nothing}
      ${mediaOn ? this.#volumeTemplate() : nothing}
      ${mediaOn && this.#settings.open ? this.#settings.draw(words(), { microphone: speaks, camera }) : nothing}
      ${controls({
        call: call(),
        words: words(),
        handset: this.#actions.handset,
        keypadOpen: this.#keypad.open,
        camera: Boolean(streams().cameras),
        hangUp: () => this.#host.hangUp(),
        mute: on => this.#host.mute(on),
        hold: on => this.#host.hold(on),
        requestMedia: this.#actions.requestMedia,
        showKeypad: open => this.#keypad.show(open),
      })}`;
  }

  #badge(): string {
    const { asking, requestedMedia, held, heldByThem, listen, speaks } = this.#actions.call();
    if (asking) return requestedMedia === 'camera' ? icons.camera : icons.microphone;
    if (held || heldByThem) return icons.pause;
    return listen && !speaks ? icons.speaker : this.#actions.handset;
  }

  #endedTemplate(): TemplateResult {
    const { words, call, report } = this.#actions;
    const { reason = 'failed' } = call();
    const hint = this.#endHint;
    const microphoneFailed = reason.startsWith('microphone');
    return html`<button part="close" class="close" type="button" ?data-next=${permanentFailures.has(reason) || reason === 'closed'} aria-label=${words().close} @click=${() => report({ type: 'dismissed' })}
        >${icon(icons.close)}</button>
      <header part="message" class="header ended">
        <span class="badge" aria-hidden="true">${microphoneFailed ? icon(icons.microphone, true) : icon(reason === 'closed' ? icons.clock : this.#actions.handset)}</span>
        <div class="summary">
          ${this.#address()}
          <p class="title" aria-hidden="true">${words().reasons[reason].title}</p>
        </div>
      </header>
      ${hint ? html`<p class="hint" aria-hidden="true">${hint}</p>` : nothing}
      ${this.#fallbacks.draw(reason)}
      ${
        permanentFailures.has(reason)
          ? nothing
          : html`<button part="call-again" class="primary ${this.#callIsSecondary ? 'subdued' : ''}" type="button" data-next @click=${() => this.#host.call()}
              >${icon(this.#actions.handset)}<span>${reason === 'closed' ? words().callAnyway : words().callAgain}</span></button>`
      }`;
  }

  /** A long address breaks after @ and dots. */
  #address(): TemplateResult {
    const pieces = this.#calledAddress.split(/(?<=[@.])/);
    return html`<p part="address" class="address"><bdi>${pieces.map(piece => html`${piece}<wbr>`)}</bdi></p>`;
  }

  get #hints(): string[] {
    return callHints(this.#actions.call(), this.#actions.words(), this.#keypad.open);
  }

  get #endHint(): string {
    return endHint(this.#actions.call(), this.#actions.words(), this.#availability.opening);
  }

  /** The address as people read it. */
  get #calledAddress(): string {
    return this.#actions.address()?.text ?? '';
  }

  /** Something else is more likely to help now than a call. */
  get #callIsSecondary(): boolean {
    return this.#form.open || this.#actions.call().reason === 'closed';
  }

  #volumeTemplate(): TemplateResult {
    const { words, setVolume } = this.#actions;
    const { open } = this.#settings;
    return html`<div class="volume"><label>${icon(icons.speaker)}<input
      part="volume" type="range" min="0" max="100" step="5" aria-label=${words().volume} .value=${String(this.#volume)}
      @input=${(event: Event) => {
        this.#volume = (event.target as HTMLInputElement).valueAsNumber;
        setVolume(this.#volume / 100);
        this.#host.requestUpdate();
      }}></label><button part="settings-toggle" class="settings-toggle" type="button" aria-label=${words().settings} title=${words().settings}
      aria-expanded=${open} aria-controls=${open ? 'settings' : nothing} @click=${() => this.#settings.show(!open)}
      >${icon(icons.settings)}</button></div>`;
  }

  #pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // Enter that placed the call and is still held would hang up immediately, because the focus has moved there.
    if (event.repeat && event.key === 'Enter') event.preventDefault();
    if (event.key === 'Escape' && this.#keypad.open) this.#keypad.show(false);
    // Digits typed in a list of devices select an entry.
    if (event.target instanceof HTMLSelectElement) return;
    const call = this.#actions.call();
    if (hasMedia(call) && call.speaks && call.digits) this.#keypad.take(event.key);
  }
}
