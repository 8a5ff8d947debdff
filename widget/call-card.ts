// The card that the pill grows into: draws a call that is being made, is on, or is over, and owns only what is
// its own: whether the keys are out, what was typed, how loud. Loaded with the visitor's intent, and brings
// Lit's templates with it.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import { browserKind } from './browser-kind.ts';
import { cardStyles } from './call-card.styles.ts';
import { CallClock, clockFace, secondsBetween } from './call-clock.ts';
import type { Call, EndReason } from './call-store.ts';
import { glyphs } from './glyphs.ts';
import type { Words } from './locales/words.ts';

export interface CardHost extends ReactiveControllerHost {
  readonly shadowRoot: ShadowRoot | null;
  call(): void;
  hangUp(): void;
  mute(on: boolean): void;
  sendDtmf(digits: string): void;
}

/** What the card is told, and the two requests that are not the element's public methods. */
export interface CardDesk {
  /** Path data of the handset, which the pill has already brought. */
  readonly handset: string;
  call(): Call;
  words(): Words;
  address(): string;
  streams(): { readonly local?: MediaStream | undefined; readonly remote?: MediaStream | undefined };
  volume(value: number): void;
  dismiss(): void;
}

const keys = [...'123456789*0#'];
/** No second call can mend these. */
const hopeless: ReadonlySet<EndReason> = new Set<EndReason>(['insecure-page', 'unsupported-browser']);
const letters = ['\u00a0', 'ABC', 'DEF', 'GHI', 'JKL', 'MNO', 'PQRS', 'TUV', 'WXYZ', '', '', ''];

const sheet = new CSSStyleSheet();
sheet.replaceSync(cardStyles);

export class CallCard implements ReactiveController {
  readonly #host: CardHost;
  readonly #desk: CardDesk;
  #keypadOut = false;
  #typed = '';
  #volume = 100;

  constructor(host: CardHost, desk: CardDesk) {
    this.#host = host;
    this.#desk = desk;
    host.shadowRoot?.adoptedStyleSheets.push(sheet);
    host.addController(this);
    new CallClock(host, () => (desk.call().state === 'in-call' ? desk.call().answeredAt : undefined));
  }

  hostUpdated(): void {
    if (this.#desk.call().state !== 'preparing') return;
    this.#keypadOut = false;
    this.#typed = '';
  }

  /** For the live region: what changed, without the clock. */
  get announcement(): string {
    const call = this.#desk.call();
    const words = this.#desk.words();
    const parts = call.reason
      ? [words.reasons[call.reason].title, this.#hint()]
      : [
          this.#status(),
          ...(call.asking ? this.#asking() : []),
          call.signallingLost && words.signallingLost,
          call.muted && words.mutedNote,
        ];
    return parts
      .filter(Boolean)
      .join('. ')
      .replace(/([.…?])\. /g, '$1 ');
  }

  /** Draws into `place`, or clears it. */
  draw(place: HTMLElement, shown: boolean): void {
    render(shown ? this.#face() : nothing, place);
  }

  #face(): TemplateResult {
    const { words, address, call } = this.#desk;
    const { state, reason } = call();
    return html`<section
      part="card" class="card" data-state=${state} role="group" aria-label=${words().callWith(address())}
      @keydown=${(event: KeyboardEvent) => this.#pressed(event)}
      >${reason ? this.#over() : this.#active()}</section>`;
  }

  #active(): TemplateResult {
    const { words, call } = this.#desk;
    const { state, asking, signallingLost, answeredAt } = call();
    const hints = asking ? this.#asking() : signallingLost ? [words().signallingLost] : [];
    const talking = state === 'ringing' || state === 'in-call';
    return html`${this.#video()}
      <header class="head">
        <span class="badge" aria-hidden="true">${this.#glyph(asking ? 'microphone' : 'handset')}</span>
        <div class="who">
          ${this.#address()}
          <p part="status" class="status"><span aria-hidden="true">${this.#status()}</span>${
            state === 'in-call' && answeredAt
              ? html`<time part="timer" class="timer" role="timer">${clockFace(secondsBetween(answeredAt, Date.now()))}</time>`
              : nothing
          }</p>
        </div>
      </header>
      ${hints.map(hint => html`<p class="hint" aria-hidden="true">${hint}</p>`)}
      ${talking && this.#keypadOut ? this.#keypad() : nothing}
      ${state === 'in-call' ? this.#loudness() : nothing}
      <div class="controls">
        ${talking ? [this.#muteControl(), this.#keypadControl()] : nothing}
        <button part="control hang-up" class="control hang-up" type="button" data-next @click=${() => this.#host.hangUp()}>
          <span class="disc">${this.#glyph('handset')}</span><span>${talking ? words().hangUp : words().cancel}</span>
        </button>
      </div>`;
  }

  #over(): TemplateResult {
    const { words, call, dismiss } = this.#desk;
    const { reason = 'failed' } = call();
    const hint = this.#hint();
    const deaf = reason.startsWith('microphone');
    return html`<button part="close" class="close" type="button" ?data-next=${hopeless.has(reason)} aria-label=${words().close} @click=${dismiss}
        >${this.#glyph('close')}</button>
      <header part="message" class="head over">
        <span class="badge" aria-hidden="true">${deaf ? this.#glyph('microphone', true) : this.#glyph('handset')}</span>
        <div class="who">
          ${this.#address()}
          <p class="title" aria-hidden="true">${words().reasons[reason].title}</p>
        </div>
      </header>
      ${hint ? html`<p class="hint" aria-hidden="true">${hint}</p>` : nothing}
      ${
        hopeless.has(reason)
          ? nothing
          : html`<button part="again" class="again" type="button" data-next @click=${() => this.#host.call()}
              >${this.#glyph('handset')}<span>${words().callAgain}</span></button>`
      }`;
  }

  /** A long one may break where people would break it. */
  #address(): TemplateResult {
    const pieces = this.#desk.address().split(/(?<=[@.])/);
    return html`<p part="address" class="address"><bdi>${pieces.map(piece => html`${piece}<wbr>`)}</bdi></p>`;
  }

  #status(): string {
    const { state, asking } = this.#desk.call();
    const words = this.#desk.words();
    if (asking) return words.asking;
    return state === 'in-call' ? words.inCall : state === 'ringing' ? words.ringing : words.calling;
  }

  /** Why the browser asks, and where it does. */
  #asking(): string[] {
    const words = this.#desk.words();
    return [words.askingWhy, words.askingHint[browserKind()]];
  }

  #hint(): string {
    const { reason, allowed, answeredAt, endedAt } = this.#desk.call();
    const words = this.#desk.words();
    if (allowed) return words.allowed;
    if (reason === 'microphone-refused') return words.allowHint[browserKind()];
    const hint = reason ? words.reasons[reason].hint : '';
    return hint || !answeredAt || !endedAt ? hint : words.talked(secondsBetween(answeredAt, endedAt));
  }

  #muteControl(): TemplateResult {
    const { words, call } = this.#desk;
    const { muted } = call();
    return html`<button part="control mute" class="control ${muted ? 'on' : ''}" type="button"
      @click=${() => this.#host.mute(!muted)}
      ><span class="disc">${this.#glyph('microphone', muted)}</span
      ><span>${muted ? words().unmute : words().mute}</span></button>`;
  }

  #keypadControl(): TemplateResult {
    const { words } = this.#desk;
    return html`<button part="control keypad-toggle" class="control ${this.#keypadOut ? 'on' : ''}" type="button"
      aria-expanded=${this.#keypadOut} aria-controls="keypad"
      @click=${() => this.#showKeypad(!this.#keypadOut)}
      ><span class="disc">${this.#glyph('keypad')}</span><span>${words().keypad}</span></button>`;
  }

  #keypad(): TemplateResult {
    const { words } = this.#desk;
    return html`<div id="keypad" class="dial">
      <output class="typed" aria-label=${words().digits}>${this.#typed.slice(-16)}</output>
      <div part="keypad" class="keypad" role="group" aria-label=${words().keypad} dir="ltr">
        ${keys.map(
          (key, i) => html`<button part="key" class="key" type="button" @click=${() => this.#press(key)}
            >${key}<small aria-hidden="true">${letters[i]}</small></button>`,
        )}
      </div>
    </div>`;
  }

  #loudness(): TemplateResult {
    const { words, volume } = this.#desk;
    return html`<label class="loudness">${this.#glyph('speaker')}<input
      part="volume" type="range" min="0" max="100" step="5" aria-label=${words().volume} .value=${String(this.#volume)}
      @input=${(event: Event) => {
        this.#volume = (event.target as HTMLInputElement).valueAsNumber;
        volume(this.#volume / 100);
        this.#host.requestUpdate();
      }}></label>`;
  }

  #video(): unknown {
    const { words, streams } = this.#desk;
    const { local, remote } = streams();
    if (!remote?.getVideoTracks().length) return nothing;
    // The sound goes by the speaker, which has the volume; here it would be heard twice.
    return html`<div class="screen">
      <video part="video" autoplay playsinline muted .muted=${true} .srcObject=${remote} aria-label=${words().remoteVideo}></video>
      ${
        local?.getVideoTracks().length
          ? html`<video part="self-view" class="self" autoplay playsinline .muted=${true} .srcObject=${local}
              aria-label=${words().selfVideo}></video>`
          : nothing
      }
    </div>`;
  }

  #glyph(name: keyof typeof glyphs | 'handset', struck = false): TemplateResult {
    const path = name === 'handset' ? this.#desk.handset : glyphs[name];
    return html`<svg viewBox="0 0 24 24" aria-hidden="true" class=${struck ? 'struck' : nothing}
      ><path d=${path}></path><path class="slash" d=${glyphs.slash}></path></svg>`;
  }

  #showKeypad(out: boolean): void {
    this.#keypadOut = out;
    this.#host.requestUpdate();
  }

  #press(key: string): void {
    this.#typed += key;
    this.#host.sendDtmf(key);
    this.#host.requestUpdate();
  }

  #pressed(event: KeyboardEvent): void {
    const { state } = this.#desk.call();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // Enter that placed the call, still held, would at once hang it up: the focus is there now.
    if (event.repeat && event.key === 'Enter') event.preventDefault();
    if (event.key === 'Escape' && this.#keypadOut) this.#showKeypad(false);
    if ((state === 'ringing' || state === 'in-call') && keys.includes(event.key)) {
      this.#keypadOut = true;
      this.#press(event.key);
    }
  }
}
