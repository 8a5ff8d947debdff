// The card that the pill grows into: draws a call that is being made, is on, or is over, and owns only what is
// its own: the keys, and how loud. Loaded with the visitor's intent, and brings
// Lit's templates with it.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { AvailabilityWatch } from '../availability/availability.ts';
import type { Address } from '../base/address.ts';
import { browserKind } from '../base/browser-kind.ts';
import { prerender } from '../base/prerender.ts';
import type { Call, CallEvent, EndReason, MediaRequest } from '../call/call-store.ts';
import type { DeviceKind } from '../devices/devices.ts';
import type { SoundSource } from '../devices/sound.ts';
import type { Words } from '../locales/words.ts';
import { cardStyles } from './call-card.styles.ts';
import { CallClock, clockFace, secondsBetween } from './call-clock.ts';
import { controls } from './call-controls.ts';
import { CallbackForm } from './callback-form.ts';
import { controlStyles } from './controls.styles.ts';
import { deviceSettingsStyles } from './device-settings.styles.ts';
import { DeviceSettings } from './device-settings.ts';
import { fallbackStyles } from './fallback-list.styles.ts';
import { FallbackList } from './fallback-list.ts';
import { icon } from './icon.ts';
import { icons } from './icons.ts';
import { Keypad } from './keypad.ts';
import { LevelIndicator, type Levels } from './level-indicator.ts';
import { qualityBars } from './quality-bars.ts';
import type { SoundCheck } from './sound-check.ts';
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

/** What the card is told, and the two requests that are not the element's public methods. */
export interface CardActions {
  /** Path data of the handset, which the pill has already brought. */
  readonly handset: string;
  call(): Call;
  words(): Words;
  address(): Address | undefined;
  /** The gateway's WebSocket. */
  socket(): string | undefined;
  /** Where tokens are had. */
  tokens(): string;
  /** Calls somebody else from this card. */
  callOther(to: string): void;
  streams(): Streams;
  want(wish: MediaRequest, on: boolean): void;
  turnCamera(): void;
  choose(kind: DeviceKind, id: string): void;
  levels(): Levels | undefined;
  volume(value: number): void;
  report(event: CallEvent): void;
  /** What a test of the sound goes by. */
  trial(): {
    readonly video: boolean;
    soundSource(): SoundSource;
  };
}

/** No second call can mend these. */
const hopeless: ReadonlySet<EndReason> = new Set<EndReason>(['insecure-page', 'unsupported-browser']);

const isTalking = ({ state }: Call) => state === 'ringing' || state === 'in-call';

const sheet = new CSSStyleSheet();
sheet.replaceSync(
  surfaceStyles + cardStyles + controlStyles + deviceSettingsStyles + videoStyles + fallbackStyles,
);

export class CallCard implements ReactiveController {
  readonly #host: CardHost;
  readonly #desk: CardActions;
  readonly #availability: AvailabilityWatch;
  readonly #keypad: Keypad;
  readonly #settings: DeviceSettings;
  readonly #form: CallbackForm;
  readonly #ladder: FallbackList;
  readonly #screen: VideoView;
  #volume = 100;
  #before: SoundCheck | undefined;

  constructor(host: CardHost, desk: CardActions, availability: AvailabilityWatch) {
    this.#host = host;
    this.#desk = desk;
    this.#availability = availability;
    host.shadowRoot?.adoptedStyleSheets.push(sheet);
    host.addController(this);
    host.shadowRoot?.querySelector('.check')?.setAttribute('aria-expanded', 'false');
    this.#keypad = new Keypad(
      key => host.sendDtmf(key),
      () => host.requestUpdate(),
    );
    this.#settings = new DeviceSettings(desk.choose, () => host.requestUpdate());
    this.#form = new CallbackForm({
      words: desk.words,
      place: () => availability.place('callback'),
      to: () => desk.address()?.uri ?? '',
      changed: () => host.requestUpdate(),
    });
    this.#ladder = new FallbackList(
      { words: desk.words, offers: () => availability.offers, callOther: desk.callOther },
      this.#form,
    );
    this.#screen = new VideoView(host, desk.turnCamera);
    new LevelIndicator(
      host,
      () => host.shadowRoot?.querySelector<HTMLElement>('.card'),
      () => (isTalking(desk.call()) ? desk.levels() : undefined),
    );
    setTimeout(() => {
      const root = host.shadowRoot;
      if (root && desk.call().state === 'idle') prerender(root, place => this.draw(place, true));
    });
    new CallClock(host, () => (desk.call().state === 'in-call' ? desk.call().answeredAt : undefined));
  }

  hostUpdated(): void {
    if (this.#desk.call().state === 'preparing') this.#keypad.clear();
    if (!isTalking(this.#desk.call())) {
      this.#settings.show(false);
      this.#screen.leave();
    }
    if (this.#desk.call().reason) this.#availability.refresh();
    else this.#form.show(false);
  }

  /** For the live region: what changed, without the clock. */
  get announcement(): string {
    const call = this.#desk.call();
    const words = this.#desk.words();
    const parts = call.reason
      ? [words.reasons[call.reason].title, this.#hint(), this.#form.announcement]
      : [this.#status(), ...this.#hints(), call.camera && words.cameraOn, call.muted && words.mutedNote];
    return parts
      .filter(Boolean)
      .join('. ')
      .replace(/([.…?])\. /g, '$1 ');
  }

  /** Before a call, or after one: the panel beside the button. In a call: its devices. */
  async showSettings(shown: boolean): Promise<void> {
    const { state, reason } = this.#desk.call();
    if (isTalking(this.#desk.call())) this.#settings.show(shown);
    if (state !== 'idle' && !reason) return;
    if (reason) this.#desk.report({ type: 'dismissed' });
    const { SoundCheck } = await import('./sound-check.ts');
    this.#before ??= new SoundCheck(this.#host, this.#desk);
    this.#before.show(shown);
  }

  /** Draws into `place`, or clears it. */
  draw(place: HTMLElement, shown: boolean): void {
    render(shown ? this.#face() : nothing, place);
  }

  #face(): TemplateResult {
    const { words, call } = this.#desk;
    const { state, reason } = call();
    const { local, remote } = this.#desk.streams();
    const pictures = !reason && [local, remote].some(stream => stream?.getVideoTracks().length);
    return html`<section
      part="card" class="card ${pictures ? 'wide' : ''}" data-state=${state} data-reason=${reason ?? nothing} role="group" aria-label=${words().callWith(this.#calls)}
      @keydown=${(event: KeyboardEvent) => this.#pressed(event)} @fullscreenchange=${() => this.#host.requestUpdate()}
      >${reason ? this.#over() : this.#active()}</section>`;
  }

  #active(): TemplateResult {
    const { words, call, streams } = this.#desk;
    const { state, answeredAt, quality, oneWay, camera, speaks, digits } = call();
    const talking = isTalking(call());
    return html`${this.#screen.draw(streams(), words())}
      <header class="head">
        <span class="badge" aria-hidden="true">${icon(this.#badge())}</span>
        <div class="who">
          ${this.#address()}
          <p part="status" class="status"><span aria-hidden="true">${this.#status()}</span>${
            state === 'in-call' && answeredAt
              ? html`<time part="timer" class="timer" role="timer">${clockFace(secondsBetween(answeredAt, Date.now()))}</time>`
              : nothing
          }${qualityBars(oneWay ? quality && 'poor' : quality, words())}</p>
        </div>
      </header>
      ${this.#hints().map(hint => html`<p class="hint" aria-hidden="true">${hint}</p>`)}
      ${talking && this.#keypad.out && digits ? this.#keypad.draw(words()) : nothing}
      ${talking ? this.#loudness() : nothing}
      ${talking && this.#settings.out ? this.#settings.draw(words(), { microphone: speaks, camera }) : nothing}
      ${controls({
        call: call(),
        words: words(),
        handset: this.#desk.handset,
        keypadOut: this.#keypad.out,
        camera: Boolean(streams().cameras),
        hangUp: () => this.#host.hangUp(),
        mute: on => this.#host.mute(on),
        hold: on => this.#host.hold(on),
        want: this.#desk.want,
        showKeypad: out => this.#keypad.show(out),
      })}`;
  }

  #badge(): string {
    const { asking, wish, held, heldByThem, listen, speaks } = this.#desk.call();
    if (asking) return wish === 'camera' ? icons.camera : icons.microphone;
    if (held || heldByThem) return icons.pause;
    return listen && !speaks ? icons.speaker : this.#desk.handset;
  }

  #over(): TemplateResult {
    const { words, call, report } = this.#desk;
    const { reason = 'failed' } = call();
    const hint = this.#hint();
    const deaf = reason.startsWith('microphone');
    return html`<button part="close" class="close" type="button" ?data-next=${hopeless.has(reason) || reason === 'closed'} aria-label=${words().close} @click=${() => report({ type: 'dismissed' })}
        >${icon(icons.close)}</button>
      <header part="message" class="head over">
        <span class="badge" aria-hidden="true">${deaf ? icon(icons.microphone, true) : icon(reason === 'closed' ? icons.clock : this.#desk.handset)}</span>
        <div class="who">
          ${this.#address()}
          <p class="title" aria-hidden="true">${words().reasons[reason].title}</p>
        </div>
      </header>
      ${hint ? html`<p class="hint" aria-hidden="true">${hint}</p>` : nothing}
      ${this.#ladder.draw(reason)}
      ${
        hopeless.has(reason)
          ? nothing
          : html`<button part="again" class="again ${this.#callsLater ? 'later' : ''}" type="button" data-next @click=${() => this.#host.call()}
              >${icon(this.#desk.handset)}<span>${reason === 'closed' ? words().callAnyway : words().callAgain}</span></button>`
      }`;
  }

  /** A long one may break where people would break it. */
  #address(): TemplateResult {
    const pieces = this.#calls.split(/(?<=[@.])/);
    return html`<p part="address" class="address"><bdi>${pieces.map(piece => html`${piece}<wbr>`)}</bdi></p>`;
  }

  #status(): string {
    const { state, asking, wish, held, heldByThem, listen, speaks, mediaLost } = this.#desk.call();
    const words = this.#desk.words();
    if (asking) return wish ? words.askingFor[wish].title : words.asking;
    if (mediaLost) return words.mediaLost;
    if (held) return words.held;
    if (heldByThem) return words.heldByThem;
    if (listen && state === 'in-call') return speaks ? words.speaking : words.listening;
    return state === 'in-call' ? words.inCall : state === 'ringing' ? words.ringing : words.calling;
  }

  /** Beside the status: why the browser asks, and where; or the one thing that is amiss. */
  #hints(): string[] {
    const call = this.#desk.call();
    const { state, asking, wish, signallingLost, mediaLost, holdRefused, refusal, speaks, digits } = call;
    const { oneWay, trouble } = call;
    const words = this.#desk.words();
    if (asking) return [wish ? words.askingFor[wish].why : words.askingWhy, words.askingHint[browserKind()]];
    if (mediaLost) return [words.mediaLostHint];
    if (signallingLost) return [words.signallingLost];
    // Who is not heard may hear nothing either. Of what else is guessed here, the gateway knows better.
    const amiss = [oneWay, oneWay && trouble !== 'nothing-arrives' ? oneWay : trouble];
    const told = [...new Set(amiss)].flatMap(one => (one ? [words.troubles[one]] : []));
    if (told.length > 0) return told;
    if (refusal) return [words.refusals[refusal]];
    if (holdRefused) return [words.holdRefused];
    if (this.#keypad.out && !digits) return [words.noDigits];
    return state === 'in-call' && !speaks ? [words.listeningWhy] : [];
  }

  #hint(): string {
    const { reason, allowed, answeredAt, endedAt } = this.#desk.call();
    const words = this.#desk.words();
    if (allowed) return words.allowed;
    if (reason === 'closed') return this.#availability.opening;
    if (reason === 'microphone-refused') return words.allowHint[browserKind()];
    const hint = reason ? words.reasons[reason].hint : '';
    return hint || !answeredAt || !endedAt ? hint : words.talked(secondsBetween(answeredAt, endedAt));
  }

  /** Whom, as people read it. */
  get #calls(): string {
    return this.#desk.address()?.text ?? '';
  }

  /** Something else is likelier to help now than a call. */
  get #callsLater(): boolean {
    return this.#form.out || this.#desk.call().reason === 'closed';
  }

  #loudness(): TemplateResult {
    const { words, volume } = this.#desk;
    const { out } = this.#settings;
    return html`<div class="loudness"><label>${icon(icons.speaker)}<input
      part="volume" type="range" min="0" max="100" step="5" aria-label=${words().volume} .value=${String(this.#volume)}
      @input=${(event: Event) => {
        this.#volume = (event.target as HTMLInputElement).valueAsNumber;
        volume(this.#volume / 100);
        this.#host.requestUpdate();
      }}></label><button part="settings-toggle" class="gear" type="button" aria-label=${words().settings} title=${words().settings}
      aria-expanded=${out} aria-controls=${out ? 'settings' : nothing} @click=${() => this.#settings.show(!out)}
      >${icon(icons.gear)}</button></div>`;
  }

  #pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // Enter that placed the call, still held, would at once hang it up: the focus is there now.
    if (event.repeat && event.key === 'Enter') event.preventDefault();
    if (event.key === 'Escape' && this.#keypad.out) this.#keypad.show(false);
    // Digits typed at a list of devices choose from it.
    if (event.target instanceof HTMLSelectElement) return;
    const call = this.#desk.call();
    if (isTalking(call) && call.speaks && call.digits) this.#keypad.take(event.key);
  }
}
