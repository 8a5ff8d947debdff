// <sip-call>: draws the state of its call and turns the visitor's gestures into requests. Contains all that a page needs
// before a visitor shows intent; Lit is loaded with the card, JsSIP with the phone. No part that is loaded later may import
// this file: the script's address may have a query, and the browser would load it twice.
import { parseAddress } from '../base/address.ts';
import { type Call, type CallEvent, type CallState, isActive } from '../call/call-store.ts';
import type { Streams } from '../card/video-view.ts';
import { firstWords } from '../locales/first-words.ts';
import { AttributedElement } from './attributes.ts';
import { CallTarget } from './call-target.ts';
import { ElementCall } from './element-call.ts';
import { dispatch } from './events.ts';
import { HostShell } from './host-shell.ts';
import { LazyParts, loadedWords } from './lazy-loading.ts';
import { applySettings, type SipCallSettings, settings } from './page-settings.ts';
import { takeShape } from './shape.ts';
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
 * @attr {string} name - Of `card` and `page`: the name of the person. @attr {string} job - Their position. @attr {string} photo - The URL of a square picture of them.
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
 * @slot photo - Instead of the attribute. @slot name - Instead of the attribute. @slot job - Instead of the attribute.
 * @slot - In the shape `custom` the button. In other shapes another way to reach the person: shown until the element is defined, and when a call fails.
 * @csspart button - The call button. @csspart label - Its text. @csspart availability - Why calls are not answered now.
 * @csspart error - Below the button: why it cannot call. @csspart sound-check-start - Starts and stops the test.
 * @csspart sound-check-toggle - Beside the button: opens the sound check. @csspart sound-check - The panel before a call: devices and a test.
 * @csspart card - The call card. @csspart address - The address that is called. @csspart status - The state of the call.
 * @csspart timer - Minutes and seconds. @csspart quality - Three bars. @csspart control - Each round control, and by name:
 * @csspart mute - @csspart hold - @csspart keypad-toggle - @csspart hang-up - The red one.
 * @csspart camera - Switches the camera on and off. @csspart speak - With `listen`: starts to speak, or stops.
 * @csspart keypad - The grid of keys. @csspart key - One key. @csspart volume - The slider. @csspart settings-toggle - Opens the devices. @csspart settings - The devices.
 * @csspart remote-video - The other side. @csspart self-view - The visitor. @csspart video-control - Each round control on the picture, and by name:
 * @csspart switch-camera - @csspart picture-in-picture - @csspart full-screen -
 * @csspart message - How the call ended. @csspart call-again - Calls again. @csspart close - Closes the card or the panel.
 * @csspart fallbacks - Other ways to reach the person. @csspart fallback - One of them.
 * @csspart callback-form - The form of a callback request. @csspart callback-send - Its button.
 * @csspart person - Of `card` and `page`: the person. @csspart photo - Their picture or initials. @csspart initials - Only the initials.
 * @csspart details - Beside the picture. @csspart name - Their name. @csspart job - Their position.
 * @csspart dismiss - Of `floating`: hides the button for this visit. @csspart minimize - Of `floating`: minimizes the card.
 * @cssproperty --sip-call-accent - Button, focus ring, slider. @cssproperty --sip-call-on-accent - Text on the accent.
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
export class SipCall extends AttributedElement {
  /** The script's address; index.ts sets it. */
  static script = '';
  static override readonly sheet = styles;

  readonly #call = new ElementCall(
    before => this.#callChanged(before),
    () => this.requestUpdate(),
  );
  readonly #target = new CallTarget(this, SipCall.script);
  readonly #parts = new LazyParts(this, this.#call, this.#target);
  #shell!: HostShell;

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
    this.#parts.prepare().then(
      ({ phones }) => phones.onIntent(since),
      () => {},
    );
  }

  /**
   * Calls `to`, unless a listener of `sip-call-request` prevents it. Does nothing while this or another element of the page
   * has a call. Browsers require a gesture of the visitor.
   */
  async call(): Promise<void> {
    const { request, address } = this.#target;
    if (this.#call.pageIsBusy || !request) return;
    const agreed = dispatch(this, 'sip-call-request', { to: address!.text, video: request.video });
    // A listener may have started another call.
    if (agreed && !this.#call.pageIsBusy) await this.#call.start(request, () => this.#parts.prepare());
  }

  /**
   * Opens the sound check before a call, or the devices during a call. Requests no microphone. Rejects when the panel cannot
   * be loaded.
   */
  async openSettings(shown = true): Promise<void> {
    await this.#parts.prepare();
    await this.#parts.card?.showSettings(shown);
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
    if (streams) this.#call.simulatedStreams = streams;
    this.#call.report(event);
    await this.#parts.prepare();
    await this.updateComplete;
  }

  override attributeChangedCallback(name: string, old: string | null, value: string | null): void {
    super.attributeChangedCallback(name, old, value);
    if (name === 'lang' && this.#parts.requested) this.preload();
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

  #callChanged(before: Call): void {
    this.requestUpdate();
    const { state, reason } = this.#call.state;
    if (state === before.state) return;
    if (state === 'idle') this.#target.fallback = undefined;
    for (const element of elements) if (element !== this) element.requestUpdate();
    this.setAttribute('state', state);
    dispatch(this, 'sip-call-state', reason ? { state, reason } : { state });
  }

  protected override willUpdate(changed: ReadonlySet<string>): void {
    const relevant = changed.has('to') || changed.has('gateway') || !this.hasUpdated;
    if (isActive(this.#call.state) || !relevant) return;
    this.#call.report({ type: 'dismissed' });
    if (this.#target.request) return;
    import('../page.ts').then(page => page.reportAttributeFault(this, parseAddress)).catch(() => {});
    this.#call.end('bad-address');
  }

  protected override populate(root: ShadowRoot): void {
    this.#shell = new HostShell(root, this, () => void (this.#parts.availability?.press() || this.call()));
  }

  protected override update(changed: ReadonlySet<string>): void {
    const { language, loadWords, availability, card } = this.#parts;
    if (changed.has('show-availability') && this.showAvailability) this.#parts.showAvailability();
    if (changed.has('shape') || !this.hasUpdated) {
      const callPage = () => this.#target.gatewayUrl('call');
      takeShape(this.shape, this, this.#shell.element, loadWords, callPage).catch(() => {});
    }
    const { state, reason } = this.#call.state;
    const words = { ...firstWords[language], ...settings.words, ...settings.words?.[language] };
    const misconfigured = reason === 'bad-address';
    const { isElsewhere } = this.#call;
    const open = Boolean(card) && state !== 'idle' && !misconfigured;
    this.#shell.show({
      language,
      button: {
        label: words.call,
        soundCheck: words.soundCheck,
        address: this.#target.address?.text ?? '',
        disabled: misconfigured || isElsewhere,
        reason: (isElsewhere ? loadedWords.get(language)?.elsewhere : availability?.text) ?? '',
        loading: isActive(this.#call.state),
      },
      card,
      open,
      error: state === 'failed' && !open ? words.unavailable : '',
      showSlot: state === 'failed' || reason === 'closed',
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sip-call': SipCall;
  }
}
