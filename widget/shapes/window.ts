// The attribute `window`: the call is made in a small window of the gateway's own page, so that it outlives the pages of
// the site. Opened before there is a call, since no call can move from one document to another; the visitor presses
// Call there, which is the gesture that sound and microphone want.
import type { ReactiveController } from 'lit';
import type { ShapedHost } from '../element/shape.ts';
import type { Words } from '../locales/words.ts';

const sheet = new CSSStyleSheet();
sheet.replaceSync(":host([window]) .pill::after { content: '\\2197'; content: '\\2197' / ''; }");

/** One for all elements of the page: its visitor has one call. */
let opened: Window | null = null;
const taken = new WeakSet<ShapedHost>();

export function openInWindow(
  host: ShapedHost,
  face: HTMLElement,
  words: () => Promise<Words>,
  /** The gateway's WebSocket: its page is beside it. */
  socket: () => string | undefined,
): void {
  if (taken.has(host)) return;
  taken.add(host);
  host.shadowRoot?.adoptedStyleSheets.push(sheet);
  host.addController(new InWindow(host, face, words, socket));
}

class InWindow implements ReactiveController {
  readonly #host: ShapedHost;
  readonly #face: HTMLElement;
  readonly #words: () => Promise<Words>;
  readonly #socket: () => string | undefined;

  constructor(
    host: ShapedHost,
    face: HTMLElement,
    words: () => Promise<Words>,
    socket: () => string | undefined,
  ) {
    this.#socket = socket;
    this.#host = host;
    this.#face = face;
    this.#words = words;
    host.addEventListener('sip-call-request', event => this.#requested(event));
    this.hostUpdated();
  }

  /** What another window would surprise with is said before. */
  hostUpdated(): void {
    const button = this.#face.querySelector<HTMLElement>('.pill');
    if (!button || button.title || !this.#host.hasAttribute('window')) return;
    this.#words().then(
      ({ opensWindow }) => {
        button.title ||= opensWindow;
      },
      () => {},
    );
  }

  #requested(event: Event): void {
    if (event.defaultPrevented || !this.#host.hasAttribute('window')) return;
    if (opened && !opened.closed) opened.focus();
    else opened = open(this.#address(), '', 'popup,width=420,height=680');
    // Where windows are blocked, the call is made in the page.
    if (opened) event.preventDefault();
  }

  #address(): string {
    const { to, theme, video } = this.#host;
    // A request without a gateway is not made.
    const page = new URL((this.#socket() ?? '').replace(/^ws/, 'http').replace(/sip$/, 'call'));
    const lang = this.#host.closest<HTMLElement>('[lang]')?.lang;
    const told = { to, lang, theme, from: location.origin + location.pathname };
    for (const [name, value] of Object.entries(told)) if (value) page.searchParams.set(name, value);
    if (video) page.searchParams.set('video', '');
    for (const [name, value] of new URLSearchParams(location.search)) {
      if (name.startsWith('utm_')) page.searchParams.append(name, value);
    }
    return page.href;
  }
}
