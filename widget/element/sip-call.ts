// <sip-call>: draws the store's state and turns gestures into requests; it decides nothing. All that a page
// needs before a visitor shows intent is here; Lit comes with the card, JsSIP with the phone. None of the parts may import this file back: its address may carry a query, and
// it would be loaded twice.

import type { AvailabilityActions, AvailabilityWatch } from '../availability/availability.ts';
import { gatewaySocket, parseAddress } from '../base/address.ts';
import { later, Reactive } from '../base/reactive.ts';
import {
  type Call,
  type CallEvent,
  type CallState,
  type EndReason,
  idle,
  isActive,
  reduce,
} from '../call/call-store.ts';
import type { Conversation } from '../call/conversation.ts';
import type { CallRequest, PreparedPhone } from '../call/prepared-phone.ts';
import type { CallCard, CardActions } from '../card/call-card.ts';
import type { Streams } from '../card/video-view.ts';
import { soundSource } from '../devices/sound.ts';
import { firstWords, type Language, pickLanguage } from '../locales/first-words.ts';
import { handset } from './call-button.ts';
import { HostShell } from './host-shell.ts';
import { type LazyParts, loadAvailability, loadedWords, loadParts, loadWords } from './lazy-loading.ts';
import { type SipCallSettings, settings, settle } from './page-settings.ts';
import { type Shape, takeShape } from './shape.ts';
import { styles } from './sip-call.styles.ts';

/** The detail of `sip-call-request`: whom, as people read it. */
export interface SipCallRequestDetail {
  readonly to: string;
  readonly video: boolean;
}

/** The detail of `sip-call-state`; `reason` comes with `ended` and `failed`. */
export interface SipCallStateDetail {
  readonly state: CallState;
  readonly reason?: EndReason;
}

const onPage = new Set<SipCall>();
/** The one instance whose call is being made or is on. */
let speaking: SipCall | undefined;

/**
 * A button that calls a SIP address through its gateway, and grows into a call card.
 *
 * @element sip-call
 * @attr {string} to - Whom to call: `director@mysite.ru` or `sip:director@mysite.ru`.
 * @attr {string} gateway - The gateway's http(s) or ws(s) URL; by default where this script came from.
 * @attr {string} tokens - Where the page's own server gives tokens for calls; by default the gateway does.
 * @attr {boolean} video - Sends the camera too, and shows the other side's.
 * @attr {boolean} status - Says on the button at once, not only when pointed at, when nobody can be reached.
 * @attr {'inline'|'floating'|'card'|'page'|'bare'|'none'} shape - `inline`, a button in the text, by default. `bare` makes
 *   what stands in the element the button; `none` draws nothing, for pages with controls of their own.
 * @attr {'bottom-right'|'bottom-left'|'top-right'|'top-left'} corner - Of `floating`; by default below, where lines end.
 * @attr {number} delay - Of `floating`: seconds until it is there.
 * @attr {boolean} window - The call is made in a small window of the gateway's own, and outlives the site's pages.
 * @attr {string} name - Of `card` and `page`: who is called. @attr {string} job - What they do.
 * @attr {string} photo - The URL of a square picture of them.
 * @attr {boolean} listen - Joins as a listener, and asks for no microphone until the visitor wants to speak.
 * @attr {'light'|'dark'|'auto'} theme - By default the page's own color-scheme.
 * @attr {string} lang - Language; by default the page's, then the browser's.
 * @attr {string} state - Read only, reflected: `idle`, `preparing`, `calling`, `ringing`, `in-call`, `ended`, `failed`.
 * @attr {'open'|'closed'|'unreachable'} standing - Read only: how things stand, once the gateway has said so.
 * @attr {string} availability-text - Read only: why not to call now, in the visitor's words and time.
 * @fires sip-call-request - Before a call is placed; `detail.to`, `detail.video`. Cancelable: `preventDefault()` stops it.
 * @fires sip-call-state - Bubbling and composed; `detail.state`, and at the end `detail.reason`.
 * @slot label - The button's words, "Call" by default. The address is always read out after them.
 * @slot icon - The button's picture.
 * @slot photo - Instead of the attribute.
 * @slot name - Instead of the attribute.
 * @slot job - Instead of the attribute.
 * @slot - The button itself in the shape `bare`. In others shown until the element is defined, and when a call cannot be made: other ways to reach the person.
 * @csspart button - The pill. @csspart label - Its words. @csspart standing - Why not to call now. @csspart note - A fault's text under it.
 * @csspart sound-check - Beside it: opens the panel before a call. @csspart before-call - That panel. @csspart test - Its test.
 * @csspart card - The call card. @csspart address - Whom it calls. @csspart status - What is going on.
 * @csspart timer - Minutes and seconds. @csspart quality - Three bars. @csspart control - Each round control, and by name:
 * @csspart mute - @csspart hold - @csspart keypad-toggle - @csspart hang-up - The red one.
 * @csspart keypad - The keys' grid. @csspart key - One key. @csspart volume - The slider.
 * @csspart settings-toggle - @csspart settings - Devices.
 * @csspart message - The end state's words. @csspart again - "Call again". @csspart ladder - Other ways.
 * @csspart rung - One of them. @csspart callback - The form. @csspart send - Its button. @csspart close - Back to the pill.
 * @csspart video - The other side. @csspart self-view - The visitor. @csspart tool - Each round one on the picture.
 * @csspart camera - Switches it on and off. @csspart voice - Speak, or just listen: with `listen`.
 * @cssproperty --sip-call-accent - Pill, focus ring, slider.
 * @cssproperty --sip-call-on-accent - What stands on the accent.
 * @cssproperty --sip-call-danger - Hang up. @cssproperty --sip-call-on-danger - What stands on it.
 * @cssproperty --sip-call-surface - The card. @cssproperty --sip-call-line - Its hairlines.
 * @cssproperty --sip-call-control - Round controls and keys. @cssproperty --sip-call-text - Text.
 * @cssproperty --sip-call-quiet - Secondary text. @cssproperty --sip-call-font - Font family.
 * @cssproperty --sip-call-radius - The card's corners. @cssproperty --sip-call-pill-radius - The pill's.
 * @csspart photo - A person's picture or initials. @csspart name - Theirs. @csspart job - What they do.
 * @csspart put-away - The floating shape's small control: away with the button, or fold the card.
 * @cssproperty --sip-call-width - The card's greatest width, 320px; a business card's, 352px.
 * @cssproperty --sip-call-rem - What all lengths are counted in, 16px whatever the page's own font size is; `1rem` follows it.
 * @cssproperty --sip-call-offset - Of the floating shape: how far from the edges, 20px.
 * @cssproperty --sip-call-layer - Its z-index. @cssproperty --sip-call-page - The background of the page shape.
 * @cssproperty --sip-call-height - The least height of the page shape, 100dvh.
 */
export class SipCall extends Reactive {
  /** Where the script came from; index.ts sets it. */
  static script = '';
  static override readonly sheet = styles;
  static override readonly properties = {
    to: 'text',
    gateway: 'text',
    tokens: 'text',
    theme: 'text',
    video: 'flag',
    status: 'flag',
    shape: 'text',
    name: 'text',
    job: 'text',
    photo: 'text',
    listen: 'flag',
  } as const;
  static override readonly alsoObserved = ['lang'];

  declare to: string | null;
  declare gateway: string | null;
  declare tokens: string | null;
  declare theme: 'light' | 'dark' | 'auto' | null;
  declare video: boolean;
  declare status: boolean;
  declare shape: Shape | null;
  /** Who is called, what they do, and the URL of a picture: for the shapes `card` and `page`. */
  declare name: string | null;
  declare job: string | null;
  declare photo: string | null;
  declare listen: boolean;

  #call: Call = idle;
  #loading: { readonly language: Language; readonly parts: Promise<LazyParts> } | undefined;
  /** What has been fetched of them. */
  #parts: LazyParts | undefined;
  #card: CallCard | undefined;
  #availability: AvailabilityWatch | undefined;
  #phones: PreparedPhone | undefined;
  /** Who is called instead of `to`, from the card. */
  #other: string | undefined;
  #conversation: Conversation | undefined;
  #volume = 1;
  #pretended: Streams = {};
  #face!: HostShell;
  /** What those are told who draw, and the requests that are not the element's public methods. */
  readonly #desk: CardActions & AvailabilityActions = {
    handset,
    call: () => this.#call,
    language: () => this.#language,
    // A language that is on its way is spoken in the one before.
    words: () => (loadedWords.get(this.#language) ?? [...loadedWords.values()].at(-1))!,
    address: () => this.#address,
    socket: () => this.#socket,
    tokens: () => this.#tokens,
    report: event => this.#hear(event),
    callOther: to => {
      this.#other = to;
      this.call();
    },
    choose: (kind, id) => this.#conversation?.choose(kind, id),
    want: (wish, on) => this.#conversation?.want(wish, on),
    turnCamera: () => this.#conversation?.turnCamera(),
    levels: () => this.#conversation?.levels(),
    streams: () => this.#conversation ?? this.#pretended,
    volume: value => {
      this.#volume = value;
      if (this.#conversation) this.#conversation.volume = value;
    },
    trial: () => ({ video: this.video, soundSource }),
  };

  get state(): CallState {
    return this.#call.state;
  }

  /** What the other side sends, while there is a call. */
  get remoteStream(): MediaStream | undefined {
    return this.#conversation?.remote;
  }

  /** The figures of the connection (`RTCPeerConnection.getStats`), while there is one. */
  async getStats(): Promise<RTCStatsReport | undefined> {
    return this.#conversation?.getStats();
  }

  /**
   * Settings for all elements of the page, as `window.sipCall` gives them before the script. What an element says for
   * itself goes before them; mistakes are told in the console.
   */
  static async configure(fresh: SipCallSettings): Promise<void> {
    const { configure } = await import('../page.ts');
    return configure(fresh, settings, onPage, loadedWords, firstWords, SipCall.properties);
  }

  /** Fetches what a call needs, as pointing at the button does, and connects nowhere. */
  preload(): void {
    const since = performance.now();
    this.#prepare().then(
      () => this.#phones?.intend(since),
      () => {},
    );
  }

  /**
   * Calls `to`, unless a listener of `sip-call-request` prevents it. Nothing happens while this or another element of
   * the page has a call. Browsers want a visitor's gesture behind it.
   */
  async call(): Promise<void> {
    const wish = this.#wish;
    if (speaking || !wish) return;
    const { video } = wish;
    // A listener may well have called elsewhere.
    if (!this.#tell('sip-call-request', { to: this.#address!.text, video }) || speaking) return;
    speaking = this;
    const sound = soundSource();
    this.#report({ type: 'requested', listen: wish.listen });
    const requested = this.#call;
    // Whoever heard of it may have hung up.
    if (!isActive(requested)) return sound.close();
    let parts = this.#parts;
    if (!parts) {
      parts = await this.#prepare().catch(() => undefined);
      await later();
    }
    // Hung up, and perhaps called anew, while the parts were on their way.
    const given = this.#call !== requested;
    if (given || !parts) sound.close();
    if (given) return;
    if (!parts) return this.#report({ type: 'ended', reason: 'gateway-unreachable', at: Date.now() });
    this.#conversation = new parts.Conversation({
      wish,
      sound,
      volume: this.#volume,
      phones: this.#phones!,
      report: this.#hear,
      media: () => this.requestUpdate(),
    });
  }

  /**
   * Opens the panel in which a visitor chooses devices and tries their sound before a call; in a call, its devices.
   * Asks for no microphone. Rejects when the panel cannot be fetched.
   */
  async openSettings(shown = true): Promise<void> {
    await this.#prepare();
    await this.#card?.showSettings(shown);
  }

  /** Ends the call, or gives up calling. */
  hangUp(): void {
    const reason = this.#call.answeredAt ? 'hung-up' : 'cancelled';
    if (this.#conversation) this.#conversation.hangUp();
    else if (isActive(this.#call)) this.#report({ type: 'ended', reason, at: Date.now() });
  }

  mute(on: boolean): void {
    this.#conversation?.mute(on);
  }

  /** Puts the other side on hold, or resumes; nothing changes if it does not agree. */
  hold(on: boolean): void {
    this.#conversation?.hold(on);
  }

  /** Sends 0-9, *, #, A-D, and "," for a pause of two seconds. Others are left out. */
  sendDtmf(digits: string): void {
    this.#conversation?.sendDtmf(digits.replace(/[^0-9*#A-D,]/gi, ''));
  }

  /**
   * Internal, for the gallery and for tests of looks: puts a fact before the store as the phone would, with no
   * call behind it. Resolves once it is drawn. Reached by `Symbol.for('sip-call.report')`, so that no page leans on it by accident.
   */
  async [Symbol.for('sip-call.report')](event: CallEvent, streams?: Streams): Promise<void> {
    this.#pretended = streams ?? this.#pretended;
    this.#report(event);
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
    settle(this);
    super.connectedCallback();
    onPage.add(this);
    this.setAttribute('state', this.state);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    onPage.delete(this);
    // Frameworks move elements by taking them out and putting them in; only one that stays out hangs up.
    queueMicrotask(() => this.isConnected || this.hangUp());
  }

  async #prepare() {
    const language = this.#language;
    if (this.#loading?.language !== language) this.#loading = { language, parts: loadParts(language) };
    try {
      const parts = await this.#loading.parts;
      const availability = this.#stand(parts);
      availability.intend();
      this.#phones ??= new parts.PreparedPhone(this, () => (speaking ? undefined : this.#wish));
      this.#card ??= new parts.CallCard(this, this.#desk, availability);
      this.#parts = parts;
      this.requestUpdate();
      return parts;
    } catch (error) {
      this.#loading = undefined;
      throw error;
    }
  }

  #stand({ AvailabilityWatch }: Pick<LazyParts, 'AvailabilityWatch'>): AvailabilityWatch {
    this.#availability ??= new AvailabilityWatch(this, this.#desk);
    return this.#availability;
  }

  /** The call that a press makes; undefined where it cannot. */
  get #wish(): CallRequest | undefined {
    const uri = this.#address?.uri;
    const socket = this.#socket;
    if (!uri || !socket) return undefined;
    // To listen is the page's wish for whom it names.
    const listen = this.listen && !this.#other;
    return { socket, tokens: this.#tokens, uri, video: this.video, listen };
  }

  get #address() {
    return parseAddress(this.#other ?? this.to);
  }

  get #socket() {
    return gatewaySocket(SipCall.script, this.gateway);
  }

  get #tokens(): string {
    return this.tokens ?? (this.#socket ?? '').replace(/^ws(.*)sip$/, 'http$1token');
  }

  get #language(): Language {
    const said = this.closest<HTMLElement>('[lang]')?.lang;
    return pickLanguage([said, document.documentElement.lang, ...navigator.languages]);
  }

  readonly #hear = (event: CallEvent) => this.#report(event);

  #report(event: CallEvent): void {
    const before = this.#call;
    this.#call = reduce(before, event, this.#parts?.progress);
    if (this.#call === before) return;
    this.requestUpdate();
    const { state, reason } = this.#call;
    if (state === before.state) return;
    if (state === 'idle') this.#other = undefined;
    if (!isActive(this.#call)) this.#conversation = undefined;
    if (speaking === this && !isActive(this.#call)) speaking = undefined;
    for (const element of onPage) if (element !== this) element.requestUpdate();
    this.setAttribute('state', state);
    this.#tell('sip-call-state', reason ? { state, reason } : { state });
  }

  /** False when a listener prevented what was to follow. */
  #tell(type: 'sip-call-request', detail: SipCallRequestDetail): boolean;
  #tell(type: 'sip-call-state', detail: SipCallStateDetail): boolean;
  #tell(type: string, detail: object): boolean {
    const cancelable = type === 'sip-call-request';
    return this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true, cancelable }));
  }

  /** What the page's owner got wrong, in words for them. */
  get #fault(): string | undefined {
    if (!parseAddress(this.to))
      return `to="${this.to ?? ''}" is not an address; write it like to="director@mysite.ru"`;
    if (!this.#socket) {
      return `gateway="${this.gateway ?? ''}" is not a URL; write it like gateway="https://calls.mysite.ru"`;
    }
    return undefined;
  }

  protected override willUpdate(changed: ReadonlySet<string>): void {
    if (isActive(this.#call) || !(changed.has('to') || changed.has('gateway') || !this.hasUpdated)) return;
    this.#report({ type: 'dismissed' });
    const fault = this.#fault;
    if (!fault) return;
    console.error(`<sip-call>: ${fault}.`);
    this.#report({ type: 'ended', reason: 'bad-address', at: Date.now() });
  }

  protected override populate(root: ShadowRoot): void {
    this.#face = new HostShell(
      root,
      () => void (this.#availability?.press() || this.call()),
      () => this.preload(),
      shown => this.openSettings(shown),
    );
  }

  protected override update(changed: ReadonlySet<string>): void {
    if (changed.has('status') && this.status) {
      loadAvailability(this.#language).then(
        parts => this.#stand(parts),
        () => {},
      );
    }
    if (changed.has('shape') || !this.hasUpdated) {
      const words = () => loadWords(this.#language);
      takeShape(this.shape, this, this.#face.element, words, () => this.#socket).catch(() => {});
    }
    const { state, reason } = this.#call;
    const language = this.#language;
    const words = { ...firstWords[language], ...settings.words, ...settings.words?.[language] };
    const unset = reason === 'bad-address';
    const elsewhere = Boolean(speaking && speaking !== this);
    const card = state !== 'idle' && !unset ? this.#card : undefined;
    const look = {
      language,
      pill: {
        label: words.call,
        soundCheck: words.soundCheck,
        address: this.#address?.text ?? '',
        off: unset || elsewhere,
        wait: isActive(this.#call),
        why: (elsewhere ? loadedWords.get(language)?.elsewhere : this.#availability?.text) ?? '',
      },
      card,
      note: state === 'failed' && !card ? words.unavailable : '',
      otherWays: state === 'failed' || reason === 'closed',
    };
    this.#face.show(look, this.shadowRoot?.activeElement as HTMLElement | null | undefined);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sip-call': SipCall;
  }
  // Of elements, documents and windows: the events bubble.
  interface GlobalEventHandlersEventMap {
    'sip-call-request': CustomEvent<SipCallRequestDetail>;
    'sip-call-state': CustomEvent<SipCallStateDetail>;
  }
}
