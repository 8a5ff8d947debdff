// The card that replaces the button during and after a call. Draws the store's state; owns only the keypad and the
// volume. Loaded on the visitor's intent, with Lit's templates.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { AvailabilityWatch } from '../availability/availability.ts';
import { prerender } from '../base/scheduling.ts';
import type { Call } from '../call/call-store.ts';
import type { LazyParts } from '../element/lazy-loading.ts';
import { cardStyles } from './call-card.styles.ts';
import { CallClock } from './call-clock.ts';
import { controls } from './call-controls.ts';
import { callHints, endHint, statusText } from './call-texts.ts';
import { CallbackForm } from './callback-form.ts';
import { callHeader } from './card-header.ts';
import { controlStyles } from './controls.styles.ts';
import { deviceSettingsStyles } from './device-settings.styles.ts';
import { DeviceSettings } from './device-settings.ts';
import { endedCard } from './ended-card.ts';
import { fallbackStyles } from './fallback-list.styles.ts';
import { FallbackList } from './fallback-list.ts';
import { icon, icons } from './icons.ts';
import { Keypad } from './keypad.ts';
import { LevelIndicator } from './level-indicator.ts';
import type { SoundCheck } from './sound-check.ts';
import { surfaceStyles } from './surface.styles.ts';
import { videoStyles } from './video-view.styles.ts';
import { type Streams, VideoView } from './video-view.ts';

/** The element, as far as the card uses it. */
export interface CardHost extends ReactiveControllerHost, Element {
  readonly video: boolean;
  call(): void;
  hangUp(): void;
  mute(on: boolean): void;
  hold(on: boolean): void;
  sendDtmf(digits: string): void;
}

const hasMedia = ({ state }: Call) => state === 'ringing' || state === 'in-call';

const sheet = new CSSStyleSheet();
sheet.replaceSync(
  surfaceStyles + cardStyles + controlStyles + deviceSettingsStyles + videoStyles + fallbackStyles,
);

export class CallCard implements ReactiveController {
  readonly #host: CardHost;
  readonly #element: LazyParts;
  readonly #availability: AvailabilityWatch;
  readonly #keypad: Keypad;
  readonly #settings: DeviceSettings;
  readonly #form: CallbackForm;
  readonly #fallbacks: FallbackList;
  readonly #video: VideoView;
  #volume = 100;
  #soundCheck: SoundCheck | undefined;

  constructor(host: CardHost, element: LazyParts, availability: AvailabilityWatch) {
    this.#host = host;
    this.#element = element;
    this.#availability = availability;
    host.shadowRoot?.adoptedStyleSheets.push(sheet);
    host.addController(this);
    host.shadowRoot?.querySelector('.sound-check-toggle')?.setAttribute('aria-expanded', 'false');
    const { call, target } = element;
    const words = () => element.words;
    const changed = () => host.requestUpdate();
    this.#keypad = new Keypad(key => host.sendDtmf(key), changed);
    this.#settings = new DeviceSettings((kind, id) => call.conversation?.chooseDevice(kind, id), changed);
    this.#form = new CallbackForm({
      words,
      url: () => target.gatewayUrl('callback'),
      to: () => target.address?.uri ?? '',
      changed,
    });
    this.#fallbacks = new FallbackList(
      {
        words,
        offers: () => availability.offers,
        callOther: to => {
          target.fallback = to;
          host.call();
        },
      },
      this.#form,
    );
    this.#video = new VideoView(host, () => call.conversation?.switchCamera());
    new LevelIndicator(
      host,
      () => host.shadowRoot?.querySelector<HTMLElement>('.card'),
      () => (hasMedia(call.state) ? call.conversation?.levels() : undefined),
    );
    setTimeout(() => {
      const root = host.shadowRoot;
      if (root && call.state.state === 'idle') prerender(root, place => this.draw(place, true));
    });
    new CallClock(host, () => (call.state.state === 'in-call' ? call.state.answeredAt : undefined));
  }

  hostUpdated(): void {
    if (this.#call.state === 'preparing') this.#keypad.clear();
    if (!hasMedia(this.#call)) {
      this.#settings.show(false);
      this.#video.exit();
    }
    if (this.#call.reason) this.#availability.refresh();
    else this.#form.show(false);
  }

  /** For the live region: what has changed, without the time. */
  get announcement(): string {
    const call = this.#call;
    const { words } = this.#element;
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
    const { state, reason } = this.#call;
    if (hasMedia(this.#call)) this.#settings.show(shown);
    if (state !== 'idle' && !reason) return;
    if (reason) this.#dismiss();
    const { SoundCheck } = await import('./sound-check.ts');
    this.#soundCheck ??= new SoundCheck(this.#host, this.#element);
    this.#soundCheck.show(shown);
  }

  /** Draws into `place`, or clears it. */
  draw(place: HTMLElement, shown: boolean): void {
    render(shown ? this.#template() : nothing, place);
  }

  #template(): TemplateResult {
    const { state, reason } = this.#call;
    const { local, remote } = this.#streams;
    const hasVideo = !reason && [local, remote].some(stream => stream?.getVideoTracks().length);
    return html`<section
      part="card" class="card ${hasVideo ? 'wide' : ''}" data-state=${state} data-reason=${reason ?? nothing} role="group" aria-label=${this.#element.words.callWith(this.#address)}
      @keydown=${(event: KeyboardEvent) => this.#pressed(event)} @fullscreenchange=${() => this.#host.requestUpdate()}
      >${
        reason
          ? endedCard({
              reason,
              words: this.#element.words,
              handset: this.#element.handset,
              address: this.#address,
              hint: this.#endHint,
              fallbacks: this.#fallbacks.draw(reason),
              formOpen: this.#form.open,
              close: () => this.#dismiss(),
              callAgain: () => this.#host.call(),
            })
          : this.#callTemplate()
      }</section>`;
  }

  #callTemplate(): TemplateResult {
    const call = this.#call;
    const { words, handset } = this.#element;
    const streams = this.#streams;
    const { camera, speaks, digits } = call;
    const mediaOn = hasMedia(call);
    return html`${this.#video.draw(streams, words)}
      ${callHeader(call, words, handset, this.#address)}
      ${this.#hints.map(hint => html`<p class="hint" aria-hidden="true">${hint}</p>`)}
      ${mediaOn && this.#keypad.open && digits ? this.#keypad.draw(words) : nothing}
      ${mediaOn ? this.#volumeTemplate() : nothing}
      ${mediaOn && this.#settings.open ? this.#settings.draw(words, { microphone: speaks, camera }) : nothing}
      ${controls({
        call,
        words,
        handset,
        keypadOpen: this.#keypad.open,
        camera: Boolean(streams.cameras),
        hangUp: () => this.#host.hangUp(),
        mute: on => this.#host.mute(on),
        hold: on => this.#host.hold(on),
        requestMedia: (media, on) => this.#element.call.conversation?.requestMedia(media, on),
        showKeypad: open => this.#keypad.show(open),
      })}`;
  }

  get #call(): Call {
    return this.#element.call.state;
  }

  get #streams(): Streams {
    const { conversation, simulatedStreams } = this.#element.call;
    return conversation ?? simulatedStreams;
  }

  get #hints(): string[] {
    return callHints(this.#call, this.#element.words, this.#keypad.open);
  }

  get #endHint(): string {
    return endHint(this.#call, this.#element.words, this.#availability.opening);
  }

  /** The address as people read it. */
  get #address(): string {
    return this.#element.target.address?.text ?? '';
  }

  #volumeTemplate(): TemplateResult {
    const { words } = this.#element;
    const { open } = this.#settings;
    return html`<div class="volume"><label>${icon(icons.speaker)}<input
      part="volume" type="range" min="0" max="100" step="5" aria-label=${words.volume} .value=${String(this.#volume)}
      @input=${(event: Event) => {
        this.#volume = (event.target as HTMLInputElement).valueAsNumber;
        this.#element.call.volume = this.#volume / 100;
        this.#host.requestUpdate();
      }}></label><button part="settings-toggle" class="settings-toggle" type="button" aria-label=${words.settings} title=${words.settings}
      aria-expanded=${open} aria-controls=${open ? 'settings' : nothing} @click=${() => this.#settings.show(!open)}
      >${icon(icons.settings)}</button></div>`;
  }

  #dismiss(): void {
    this.#element.call.report({ type: 'dismissed' });
  }

  #pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // Enter that placed the call and is still held would hang up immediately, because the focus has moved there.
    if (event.repeat && event.key === 'Enter') event.preventDefault();
    if (event.key === 'Escape' && this.#keypad.open) this.#keypad.show(false);
    // Digits typed in a list of devices select an entry.
    if (event.target instanceof HTMLSelectElement) return;
    const { speaks, digits } = this.#call;
    if (hasMedia(this.#call) && speaks && digits) this.#keypad.take(event.key);
  }
}
