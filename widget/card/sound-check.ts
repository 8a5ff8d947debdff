// The panel beside the button, before there is a call: which devices, and whether sound gets through. Asks for nothing
// until the visitor presses what says so. A chunk of its own, for few will open it.
import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import { browserKind } from '../base/browser-kind.ts';
import { chooseDevice, type DeviceKind } from '../devices/devices.ts';
import { SoundTest } from '../devices/sound-test.ts';
import { type SoundTrial, verdict } from '../devices/sound-test-result.ts';
import type { CardActions, CardHost } from './call-card.ts';
import { DeviceSettings } from './device-settings.ts';
import { icon, streamFor } from './icon.ts';
import { icons } from './icons.ts';
import { light } from './level-indicator.ts';
import { soundCheckStyles } from './sound-check.styles.ts';

const sheet = new CSSStyleSheet();
sheet.replaceSync(soundCheckStyles);

/** What a test can fail of that has words of its own; the rest are the gateway's doing. */
const telling =
  /^(?:microphone-.*|elsewhere|insecure-page|unsupported-browser|gateway-unreachable|media-failed)$/;

export class SoundCheck {
  readonly #host: CardHost;
  readonly #desk: CardActions;
  readonly #place = Object.assign(document.createElement('div'), { className: 'before-place' });
  readonly #settings: DeviceSettings;
  #test: SoundTest | undefined;
  #trial: SoundTrial = { step: 'untried' };
  #out = false;

  constructor(host: CardHost, desk: CardActions) {
    this.#host = host;
    this.#desk = desk;
    this.#settings = new DeviceSettings(
      (kind, id) => this.#choose(kind, id),
      () => this.#draw(),
    );
    const root = host.shadowRoot!;
    root.adoptedStyleSheets.push(sheet);
    // Within what keeps the page's own looks out.
    root.querySelector('.face')?.append(this.#place);
    // For the gallery and for tests of looks, as `sip-call.report` is.
    Object.assign(this.#place, { [Symbol.for('sip-call.trial')]: (trial: SoundTrial) => this.#told(trial) });
    host.addController(this);
  }

  hostUpdated(): void {
    if (this.#desk.call().state !== 'idle') this.show(false);
    this.#draw();
  }

  hostDisconnected(): void {
    this.show(false);
  }

  show(out: boolean): void {
    if (out === this.#out) return;
    this.#out = out;
    if (this.#toggle) this.#toggle.ariaExpanded = String(out);
    if (!out) this.#stop();
    this.#trial = { step: 'untried' };
    this.#settings.show(out);
    this.#draw();
  }

  get #toggle(): HTMLElement | null | undefined {
    return this.#host.shadowRoot?.querySelector<HTMLElement>('.check');
  }

  #choose(kind: DeviceKind, id: string): void {
    if (this.#test) this.#test.choose(kind, id);
    else chooseDevice(kind, id);
    this.#draw();
  }

  #start(): void {
    const { video, soundSource } = this.#desk.trial();
    const socket = this.#desk.socket();
    const uri = this.#desk.address()?.uri;
    if (!socket || !uri) return;
    this.#told({ step: 'connecting' });
    const test = new SoundTest({
      socket,
      tokens: this.#desk.tokens(),
      uri,
      video,
      sound: soundSource(),
      // What one that was stopped has still to say is of no interest.
      report: trial => test === this.#test && this.#told(trial),
      levels: (mine, returned) => this.#light(mine, returned),
      changed: () => this.#draw(),
    });
    this.#test = test;
  }

  #stop(): void {
    this.#test?.stop();
    this.#test = undefined;
  }

  #told(trial: SoundTrial): void {
    const before = this.#trial.step;
    this.#trial = trial;
    // Devices have names from now on.
    if (before !== trial.step && (trial.step === 'connecting' || trial.step === 'listening'))
      void this.#settings.look();
    this.#draw();
  }

  #light(mine: number, returned: number): void {
    light(this.#place.querySelector<HTMLElement>('.before'), { mine, theirs: returned });
  }

  #draw(): void {
    render(this.#out ? this.#panel() : nothing, this.#place);
  }

  #panel(): TemplateResult {
    const words = this.#desk.words();
    const { video } = this.#desk.trial();
    const { step } = this.#trial;
    const on = step === 'asking' || step === 'connecting' || step === 'listening';
    const [title, ...hints] = this.#says();
    const start = video ? words.trial.startBoth : words.trial.start;
    return html`<section part="before-call" class="card before" role="group" aria-label=${words.trial.title}
      data-verdict=${'findings' in this.#trial ? verdict(this.#trial.findings, step === 'over') : step}
      @keydown=${({ key }: KeyboardEvent) => key === 'Escape' && this.#leave()}
      ><button part="close" class="close" type="button" aria-label=${words.close} @click=${() => this.#leave()}
        >${icon(icons.close)}</button>
      <h2 class="name">${words.trial.title}</h2>
      ${this.#settings.draw(words, { microphone: true, camera: video })}
      ${this.#selfView()}
      ${
        step === 'listening'
          ? html`<div class="returned"><span>${words.trial.returned}</span><span class="bar back" aria-hidden="true"><i></i></span></div>`
          : nothing
      }
      <div class="says" role="status"><p class="found">${title}</p>${hints.map(hint => html`<p class="hint">${hint}</p>`)}</div>
      <button part="test" class="again" type="button" @click=${() => this.#press(on)}
        >${icon(icons.microphone)}<span>${on ? words.trial.stop : step === 'untried' ? start : words.trial.again}</span></button>
    </section>`;
  }

  #selfView(): TemplateResult | typeof nothing {
    const stream = this.#test?.local;
    return stream?.active && stream.getVideoTracks().length
      ? html`<video part="self-view" class="mirror" autoplay playsinline .muted=${true} .srcObject=${streamFor(this.#host.shadowRoot?.querySelector<HTMLVideoElement>('.mirror'), stream)}
          aria-label=${this.#desk.words().selfVideo}></video>`
      : nothing;
  }

  /** What is going on or was found, and what to do about it. */
  #says(): string[] {
    const words = this.#desk.words();
    const trial = this.#trial;
    switch (trial.step) {
      case 'untried':
        return [words.trial.invitation];
      case 'asking':
        return [words.asking, words.askingHint[browserKind()]];
      case 'connecting':
        return [words.trial.connecting];
      case 'failed': {
        if (trial.allowed) return [words.trial.allowed];
        if (!telling.test(trial.reason)) return [words.trial.failed, words.reasons.failed.hint];
        const { title, hint } = words.reasons[trial.reason];
        return [title, trial.reason === 'microphone-refused' ? words.allowHint[browserKind()] : hint];
      }
      default: {
        const found = verdict(trial.findings, trial.step === 'over');
        const { roundTrip } = trial.findings;
        if (found === 'works' && roundTrip !== undefined)
          return [words.trial.works, words.trial.roundTrip(roundTrip)];
        if (found === 'lost') return [words.trial.lost, words.reasons['media-failed'].hint];
        return found === 'silent' ? [words.trial.silent, words.trial.silentHint] : [words.trial[found]];
      }
    }
  }

  #press(on: boolean): void {
    if (on) this.#test?.stop();
    else {
      this.#stop();
      this.#start();
    }
  }

  #leave(): void {
    this.show(false);
    this.#toggle?.focus();
  }
}
