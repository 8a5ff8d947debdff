// <sip-call>: draws the state of its call and turns the visitor's gestures into requests. Contains all that a page needs
// before a visitor shows intent; Lit is loaded with the card, JsSIP with the phone. No part that is loaded later may import
// this file: the script's address may have a query, and the browser would load it twice.

import type { AvailabilityActions, AvailabilityWatch } from '../availability/availability.ts';
import { gatewaySocket, parseAddress } from '../base/address.ts';
import { Reactive } from '../base/reactive.ts';
import { type Call, type CallEvent, type CallState, isActive } from '../call/call-store.ts';
import type { CallCard, CardActions } from '../card/call-card.ts';
import type { Streams } from '../card/video-view.ts';
import { soundSource } from '../devices/sound.ts';
import { firstWords, type Language, pickLanguage } from '../locales/first-words.ts';
import { handset } from './call-button.ts';
import { callRequest } from './call-target.ts';
import { type CallParts, ElementCall, pageIsBusy } from './element-call.ts';
import type { SipCallRequestDetail, SipCallStateDetail } from './events.ts';
import { HostShell } from './host-shell.ts';
import { type LazyParts, loadAvailability, loadedWords, loadParts, loadWords } from './lazy-loading.ts';
import { applySettings, type SipCallSettings, settings } from './page-settings.ts';
import { type Shape, takeShape } from './shape.ts';
import { styles } from './sip-call.styles.ts';

/** The connected elements of the page. */
const elements = new Set<SipCall>();

/**
 * A button that calls a SIP address through its gateway, and expands into a call card.
 *
 * @element sip-call
 * @attr {string} to - The address to call: `director@mysite.ru` or `sip:director@mysite.ru`.
 * @attr {string} gateway - The gateway's http(s) or ws(s) URL; by default the origin of this script.
 * @attr {string} token-url - The URL at which the page's own server gives tokens for calls; by default the gateway's.
 * @attr {boolean} video - Sends the camera too, and shows the other side's.
 * @attr {boolean} show-availability - Shows on the button from the start, not only when pointed at, that calls are not answered now.
 * @attr {'inline'|'floating'|'card'|'page'|'custom'|'none'} shape - `inline`, a button in the text, by default. `custom` makes
 *   the element's own content the button; `none` draws nothing, for pages with their own controls.
 * @attr {'bottom-right'|'bottom-left'|'top-right'|'top-left'} corner - Of `floating`; by default at the bottom, where lines end.
 * @attr {number} delay - Of `floating`: seconds until it appears.
 * @attr {boolean} popup - Makes the call in a small window of the gateway's page, so that it continues when the visitor changes pages.
 * @attr {string} name - Of `card` and `page`: the name of the person. @attr {string} job - Their position.
 * @attr {string} photo - The URL of a square picture of them.
 * @attr {boolean} listen - Joins as a listener; the microphone is requested only when the visitor wants to speak.
 * @attr {'light'|'dark'|'auto'} theme - By default the page's color-scheme.
 * @attr {string} lang - Language; by default the page's, then the browser's.
 * @attr {string} state - Read only, reflected: `idle`, `preparing`, `calling`, `ringing`, `in-call`, `ended`, `failed`.
 * @attr {'open'|'closed'|'unreachable'} availability - Read only: whether calls are answered now, once the gateway has said so.
 * @attr {string} availability-text - Read only: why calls are not answered now, in the visitor's language and time zone.
 * @fires sip-call-request - Before a call is placed; `detail.to`, `detail.video`. Cancelable: `preventDefault()` stops it.
 * @fires sip-call-state - Bubbling and composed; `detail.state`, and at the end `detail.reason`.
 * @slot label - The button's text, "Call" by default. Screen readers always read the address after it.
 * @slot icon - The button's picture.
 * @slot photo - Instead of the attribute.
 * @slot name - Instead of the attribute.
 * @slot job - Instead of the attribute.
 * @slot - In the shape `custom` the button. In other shapes another way to reach the person: shown until the element is defined, and when a call fails.
 * @csspart button - The call button. @csspart label - Its text. @csspart availability - Why calls are not answered now.
 * @csspart error - Below the button: why it cannot call.
 * @csspart sound-check-toggle - Beside the button: opens the sound check. @csspart sound-check - The panel before a call: devices and a test.
 * @csspart sound-check-start - Starts and stops the test.
 * @csspart card - The call card. @csspart address - The address that is called. @csspart status - The state of the call.
 * @csspart timer - Minutes and seconds. @csspart quality - Three bars. @csspart control - Each round control, and by name:
 * @csspart mute - @csspart hold - @csspart keypad-toggle - @csspart hang-up - The red one.
 * @csspart camera - Switches the camera on and off. @csspart speak - With `listen`: starts to speak, or stops.
 * @csspart keypad - The grid of keys. @csspart key - One key. @csspart volume - The slider.
 * @csspart settings-toggle - Opens the devices. @csspart settings - The devices.
 * @csspart remote-video - The other side. @csspart self-view - The visitor. @csspart video-control - Each round control on the picture, and by name:
 * @csspart switch-camera - @csspart picture-in-picture - @csspart full-screen -
 * @csspart message - How the call ended. @csspart call-again - Calls again. @csspart close - Closes the card or the panel.
 * @csspart fallbacks - Other ways to reach the person. @csspart fallback - One of them.
 * @csspart callback-form - The form of a callback request. @csspart callback-send - Its button.
 * @csspart person - Of `card` and `page`: the person. @csspart photo - Their picture or initials. @csspart initials - Only the initials.
 * @csspart details - Beside the picture. @csspart name - Their name. @csspart job - Their position.
 * @csspart dismiss - Of `floating`: hides the button for this visit. @csspart minimize - Of `floating`: minimizes the card.
 * @cssproperty --sip-call-accent - Button, focus ring, slider.
 * @cssproperty --sip-call-on-accent - Text on the accent.
 * @cssproperty --sip-call-danger - Hang up. @cssproperty --sip-call-on-danger - Text on it.
 * @cssproperty --sip-call-surface - The card. @cssproperty --sip-call-border - Its borders.
 * @cssproperty --sip-call-control - Round controls and keys. @cssproperty --sip-call-text - Text.
 * @cssproperty --sip-call-secondary-text - Secondary text. @cssproperty --sip-call-font - Font family.
 * @cssproperty --sip-call-radius - The card's corners. @cssproperty --sip-call-button-radius - The button's.
 * @cssproperty --sip-call-width - The card's greatest width, 320px; a business card's, 352px.
 * @cssproperty --sip-call-rem - The unit of all lengths, 16px whatever the page's font size is; `1rem` follows the page.
 * @cssproperty --sip-call-offset - Of `floating`: distance from the edges, 20px. @cssproperty --sip-call-z-index - Its z-index.
 * @cssproperty --sip-call-page-background - Of `page`: the background. @cssproperty --sip-call-min-height - Its least height, 100dvh.
 */
export class SipCall extends Reactive {
  /** The script's address; index.ts sets it. */
  static script = '';
  static override readonly sheet = styles;
  static override readonly properties = {
    to: 'text',
    gateway: 'text',
    tokenUrl: 'text',
    theme: 'text',
    video: 'flag',
    showAvailability: 'flag',
    shape: 'text',
    name: 'text',
    job: 'text',
    photo: 'text',
    listen: 'flag',
  } as const;
  static override readonly alsoObserved = ['lang'];

  declare to: string | null;
  declare gateway: string | null;
  declare tokenUrl: string | null;
  declare theme: 'light' | 'dark' | 'auto' | null;
  declare video: boolean;
  declare showAvailability: boolean;
  declare shape: Shape | null;
  /** The person's name, position and picture (a URL), for the shapes `card` and `page`. */
  declare name: string | null;
  declare job: string | null;
  declare photo: string | null;
  declare listen: boolean;

  readonly #call = new ElementCall(
    before => this.#callChanged(before),
    () => this.requestUpdate(),
  );
  #loading: { readonly language: Language; readonly parts: Promise<LazyParts> } | undefined;
  #card: CallCard | undefined;
  #availability: AvailabilityWatch | undefined;
  /** A fallback from the card, called instead of `to`. */
  #fallbackTo: string | undefined;
  #simulatedStreams: Streams = {};
  #shell!: HostShell;
  /** What the card and the availability read, and the requests that are not public methods of the element. */
  readonly #actions: CardActions & AvailabilityActions = {
    handset,
    call: () => this.#call.state,
    language: () => this.#language,
    // Until a language is loaded, the one before it is used.
    words: () => (loadedWords.get(this.#language) ?? [...loadedWords.values()].at(-1))!,
    address: () => this.#address,
    socket: () => this.#socket,
    tokenUrl: () => this.tokenUrl,
    report: this.#call.report,
    callOther: to => {
      this.#fallbackTo = to;
      this.call();
    },
    chooseDevice: (kind, id) => this.#call.conversation?.chooseDevice(kind, id),
    requestMedia: (media, on) => this.#call.conversation?.requestMedia(media, on),
    switchCamera: () => this.#call.conversation?.switchCamera(),
    levels: () => this.#call.conversation?.levels(),
    streams: () => this.#call.conversation ?? this.#simulatedStreams,
    setVolume: value => {
      this.#call.volume = value;
    },
    soundTest: () => ({ video: this.video, soundSource }),
  };

  get state(): CallState {
    return this.#call.state.state;
  }

  /** What the other side sends, while there is a call. */
  get remoteStream(): MediaStream | undefined {
    return this.#call.conversation?.remote;
  }

  /** The statistics of the connection (`RTCPeerConnection.getStats`), while there is one. */
  async getStats(): Promise<RTCStatsReport | undefined> {
    return this.#call.conversation?.getStats();
  }

  /**
   * Changes the settings for all elements of the page, as `window.sipCall` does before the script. An element's own
   * attributes override them. The console shows what is wrong with the settings.
   */
  static async configure(fresh: SipCallSettings): Promise<void> {
    const { configure } = await import('../page.ts');
    return configure(fresh, settings, elements, loadedWords, firstWords, SipCall.properties);
  }

  /** Loads what a call needs, as pointing at the button does. */
  preload(): void {
    const since = performance.now();
    this.#prepare().then(
      ({ phones }) => phones.onIntent(since),
      () => {},
    );
  }

  /**
   * Calls `to`, unless a listener of `sip-call-request` prevents it. Does nothing while this or another element of the page
   * has a call. Browsers require a gesture of the visitor.
   */
  async call(): Promise<void> {
    const request = this.#request;
    if (pageIsBusy() || !request) return;
    const { video } = request;
    // A listener may have started another call.
    if (!this.#dispatch('sip-call-request', { to: this.#address!.text, video }) || pageIsBusy()) return;
    await this.#call.start(request, () => this.#prepare());
  }

  /**
   * Opens the sound check before a call, or the devices during a call. Requests no microphone. Rejects when the panel cannot
   * be loaded.
   */
  async openSettings(shown = true): Promise<void> {
    await this.#prepare();
    await this.#card?.showSettings(shown);
  }

  /** Ends the call in any state. */
  hangUp(): void {
    this.#call.hangUp();
  }

  mute(on: boolean): void {
    this.#call.conversation?.mute(on);
  }

  /** Puts the other side on hold, or resumes; nothing changes when the other side refuses. */
  hold(on: boolean): void {
    this.#call.conversation?.hold(on);
  }

  /** Sends 0-9, *, #, A-D, and "," for a pause of two seconds. Other characters are ignored. */
  sendDtmf(digits: string): void {
    this.#call.conversation?.sendDtmf(digits.replace(/[^0-9*#A-D,]/gi, ''));
  }

  /**
   * Internal, for the gallery and for tests of the appearance: applies an event without a call. Resolves once it is drawn.
   * Its name is `Symbol.for('sip-call.report')`, so that no page uses it by accident.
   */
  async [Symbol.for('sip-call.report')](event: CallEvent, streams?: Streams): Promise<void> {
    this.#simulatedStreams = streams ?? this.#simulatedStreams;
    this.#call.report(event);
    await this.#prepare();
    await this.updateComplete;
  }

  override attributeChangedCallback(name: string, old: string | null, value: string | null): void {
    super.attributeChangedCallback(name, old, value);
    if (name !== 'lang') return;
    this.requestUpdate();
    if (this.#loading) this.preload();
  }

  override connectedCallback(): void {
    applySettings(this);
    super.connectedCallback();
    elements.add(this);
    this.setAttribute('state', this.state);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    elements.delete(this);
    // Frameworks move an element by removing and inserting it: hang up only when it stays out of the page.
    queueMicrotask(() => this.isConnected || this.hangUp());
  }

  async #prepare(): Promise<CallParts> {
    const language = this.#language;
    if (this.#loading?.language !== language) this.#loading = { language, parts: loadParts(language) };
    try {
      const parts = await this.#loading.parts;
      const availability = this.#watchAvailability(parts);
      availability.onIntent();
      const phones =
        this.#call.parts?.phones ??
        new parts.PreparedPhone(this, () => (pageIsBusy() ? undefined : this.#request));
      this.#card ??= new parts.CallCard(this, this.#actions, availability);
      const ready = { ...parts, phones };
      this.#call.parts = ready;
      this.requestUpdate();
      return ready;
    } catch (error) {
      this.#loading = undefined;
      throw error;
    }
  }

  #watchAvailability({ AvailabilityWatch }: Pick<LazyParts, 'AvailabilityWatch'>): AvailabilityWatch {
    this.#availability ??= new AvailabilityWatch(this, this.#actions);
    return this.#availability;
  }

  get #request() {
    return callRequest(this, SipCall.script, this.#fallbackTo);
  }

  get #address() {
    return parseAddress(this.#fallbackTo ?? this.to);
  }

  get #socket() {
    return gatewaySocket(SipCall.script, this.gateway);
  }

  get #language(): Language {
    const own = this.closest<HTMLElement>('[lang]')?.lang;
    return pickLanguage([own, document.documentElement.lang, ...navigator.languages]);
  }

  #callChanged(before: Call): void {
    this.requestUpdate();
    const { state, reason } = this.#call.state;
    if (state === before.state) return;
    if (state === 'idle') this.#fallbackTo = undefined;
    for (const element of elements) if (element !== this) element.requestUpdate();
    this.setAttribute('state', state);
    this.#dispatch('sip-call-state', reason ? { state, reason } : { state });
  }

  /** False when a listener called `preventDefault`. */
  #dispatch(type: 'sip-call-request', detail: SipCallRequestDetail): boolean;
  #dispatch(type: 'sip-call-state', detail: SipCallStateDetail): boolean;
  #dispatch(type: string, detail: object): boolean {
    const cancelable = type === 'sip-call-request';
    return this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true, cancelable }));
  }

  protected override willUpdate(changed: ReadonlySet<string>): void {
    const relevant = changed.has('to') || changed.has('gateway') || !this.hasUpdated;
    if (isActive(this.#call.state) || !relevant) return;
    this.#call.report({ type: 'dismissed' });
    if (callRequest(this, SipCall.script, undefined)) return;
    import('../page.ts').then(
      ({ attributeFault }) => console.error(`<sip-call>: ${attributeFault(this, parseAddress)}.`),
      () => {},
    );
    this.#call.report({ type: 'ended', reason: 'bad-address', at: Date.now() });
  }

  protected override populate(root: ShadowRoot): void {
    this.#shell = new HostShell(
      root,
      () => void (this.#availability?.press() || this.call()),
      () => this.preload(),
      shown => this.openSettings(shown),
    );
  }

  protected override update(changed: ReadonlySet<string>): void {
    if (changed.has('show-availability') && this.showAvailability) {
      loadAvailability(this.#language).then(
        parts => this.#watchAvailability(parts),
        () => {},
      );
    }
    if (changed.has('shape') || !this.hasUpdated) {
      const words = () => loadWords(this.#language);
      takeShape(this.shape, this, this.#shell.element, words, () => this.#socket).catch(() => {});
    }
    const { state, reason } = this.#call.state;
    const language = this.#language;
    const words = { ...firstWords[language], ...settings.words, ...settings.words?.[language] };
    const misconfigured = reason === 'bad-address';
    const { isElsewhere } = this.#call;
    const card = state !== 'idle' && !misconfigured ? this.#card : undefined;
    const content = {
      language,
      button: {
        label: words.call,
        soundCheck: words.soundCheck,
        address: this.#address?.text ?? '',
        disabled: misconfigured || isElsewhere,
        reason: (isElsewhere ? loadedWords.get(language)?.elsewhere : this.#availability?.text) ?? '',
        loading: isActive(this.#call.state),
      },
      card,
      error: state === 'failed' && !card ? words.unavailable : '',
      showSlot: state === 'failed' || reason === 'closed',
    };
    this.#shell.show(content, this.shadowRoot?.activeElement as HTMLElement | null | undefined);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sip-call': SipCall;
  }
}
