// The panel before a call: devices, and a test whether sound gets through. Requests the microphone only when the
// visitor starts the test. A separate chunk, because few visitors open it.
import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import { browserKind } from '../base/browser-kind.ts';
import { chooseDevice, type DeviceKind } from '../devices/devices.ts';
import { SoundTest } from '../devices/sound-test.ts';
import { type SoundTestState, verdict } from '../devices/sound-test-result.ts';
import type { LazyParts } from '../element/lazy-loading.ts';
import type { CardHost } from './call-card.ts';
import { DeviceSettings } from './device-settings.ts';
import { icon, icons } from './icons.ts';
import { showLevels } from './level-indicator.ts';
import { soundCheckStyles } from './sound-check.styles.ts';
import { streamFor } from './video-view.ts';

const sheet = new CSSStyleSheet();
sheet.replaceSync(soundCheckStyles);

/** Failures with their own texts; after any other the gateway is the cause. */
const ownWords =
  /^(?:microphone-.*|elsewhere|insecure-page|unsupported-browser|gateway-unreachable|media-failed)$/;

export class SoundCheck {
  readonly #host: CardHost;
  readonly #element: LazyParts;
  readonly #place = Object.assign(document.createElement('div'), { className: 'sound-check-place' });
  readonly #settings: DeviceSettings;
  #test: SoundTest | undefined;
  #state: SoundTestState = { step: 'untried' };
  #open = false;

  constructor(host: CardHost, element: LazyParts) {
    this.#host = host;
    this.#element = element;
    this.#settings = new DeviceSettings(
      (kind, id) => this.#choose(kind, id),
      () => this.#draw(),
    );
    const root = host.shadowRoot!;
    root.adoptedStyleSheets.push(sheet);
    // Inside the shell, whose styles keep the page's styles out.
    root.querySelector('.shell')?.append(this.#place);
    // For the gallery and for tests of the appearance, as `sip-call.report` is.
    Object.assign(this.#place, {
      [Symbol.for('sip-call.sound-test')]: (state: SoundTestState) => this.#update(state),
    });
    host.addController(this);
  }

  hostUpdated(): void {
    if (this.#element.call.state.state !== 'idle') this.show(false);
    this.#draw();
  }

  hostDisconnected(): void {
    this.show(false);
  }

  show(open: boolean): void {
    if (open === this.#open) return;
    this.#open = open;
    if (this.#toggle) this.#toggle.ariaExpanded = String(open);
    if (!open) this.#stop();
    this.#state = { step: 'untried' };
    this.#settings.show(open);
    this.#draw();
  }

  get #toggle(): HTMLElement | null | undefined {
    return this.#host.shadowRoot?.querySelector<HTMLElement>('.sound-check-toggle');
  }

  #choose(kind: DeviceKind, id: string): void {
    if (this.#test) this.#test.choose(kind, id);
    else chooseDevice(kind, id);
    this.#draw();
  }

  #start(): void {
    const { request } = this.#element.target;
    if (!request) return;
    this.#update({ step: 'connecting' });
    const test = new SoundTest({
      request,
      sound: this.#element.soundSource(),
      // A stopped test may still report; that is ignored.
      report: state => test === this.#test && this.#update(state),
      levels: (local, returned) => this.#showLevels(local, returned),
      changed: () => this.#draw(),
    });
    this.#test = test;
  }

  #stop(): void {
    this.#test?.stop();
    this.#test = undefined;
  }

  #update(state: SoundTestState): void {
    const previous = this.#state.step;
    this.#state = state;
    // The devices have names once the permission is granted.
    if (previous !== state.step && (state.step === 'connecting' || state.step === 'listening'))
      void this.#settings.refresh();
    this.#draw();
  }

  #showLevels(local: number, returned: number): void {
    showLevels(this.#place.querySelector<HTMLElement>('.sound-check'), { local, remote: returned });
  }

  #draw(): void {
    render(this.#open ? this.#panel() : nothing, this.#place);
  }

  #panel(): TemplateResult {
    const words = this.#element.words;
    const { video } = this.#host;
    const { step } = this.#state;
    const running = step === 'asking' || step === 'connecting' || step === 'listening';
    const [title, ...hints] = this.#resultLines();
    const start = video ? words.trial.startBoth : words.trial.start;
    return html`<section part="sound-check" class="card sound-check" role="group" aria-label=${words.trial.title}
      data-verdict=${'findings' in this.#state ? verdict(this.#state.findings, step === 'over') : step}
      @keydown=${({ key }: KeyboardEvent) => key === 'Escape' && this.#close()}
      ><button part="close" class="close" type="button" aria-label=${words.close} @click=${() => this.#close()}
        >${icon(icons.close)}</button>
      <h2 class="title">${words.trial.title}</h2>
      ${this.#settings.draw(words, { microphone: true, camera: video })}
      ${this.#selfView()}
      ${
        step === 'listening'
          ? html`<div class="returned"><span>${words.trial.returned}</span><span class="bar returned-level" aria-hidden="true"><i></i></span></div>`
          : nothing
      }
      <div class="result" role="status"><p class="result-title">${title}</p>${hints.map(hint => html`<p class="hint">${hint}</p>`)}</div>
      <button part="sound-check-start" class="primary" type="button" @click=${() => this.#pressed(running)}
        >${icon(icons.microphone)}<span>${running ? words.trial.stop : step === 'untried' ? start : words.trial.again}</span></button>
    </section>`;
  }

  #selfView(): TemplateResult | typeof nothing {
    const stream = this.#test?.local;
    return stream?.active && stream.getVideoTracks().length
      ? html`<video part="self-view" class="mirror" autoplay playsinline .muted=${true} .srcObject=${streamFor(this.#host.shadowRoot?.querySelector<HTMLVideoElement>('.mirror'), stream)}
          aria-label=${this.#element.words.selfVideo}></video>`
      : nothing;
  }

  /** What the test found, or what it is doing, and what the visitor can do. */
  #resultLines(): string[] {
    const words = this.#element.words;
    const state = this.#state;
    switch (state.step) {
      case 'untried':
        return [words.trial.invitation];
      case 'asking':
        return [words.asking, words.askingHint[browserKind()]];
      case 'connecting':
        return [words.trial.connecting];
      case 'failed': {
        if (state.allowed) return [words.trial.allowed];
        if (!ownWords.test(state.reason)) return [words.trial.failed, words.reasons.failed.hint];
        const { title, hint } = words.reasons[state.reason];
        return [title, state.reason === 'microphone-refused' ? words.allowHint[browserKind()] : hint];
      }
      default: {
        const found = verdict(state.findings, state.step === 'over');
        const { roundTrip } = state.findings;
        if (found === 'works' && roundTrip !== undefined)
          return [words.trial.works, words.trial.roundTrip(roundTrip)];
        if (found === 'lost') return [words.trial.lost, words.reasons['media-failed'].hint];
        return found === 'silent' ? [words.trial.silent, words.trial.silentHint] : [words.trial[found]];
      }
    }
  }

  #pressed(running: boolean): void {
    if (running) this.#test?.stop();
    else {
      this.#stop();
      this.#start();
    }
  }

  #close(): void {
    this.show(false);
    this.#toggle?.focus();
  }
}
