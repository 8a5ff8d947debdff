// The attribute `popup`: the call is made in a small window of the gateway's page, so that it continues when the visitor
// changes pages. The window opens before the call, because a call cannot move from one document to another; the visitor
// presses Call there, which is the gesture that sound and microphone require.
import type { ReactiveController } from 'lit';
import type { ShapedHost } from '../element/shape.ts';
import type { Words } from '../locales/words.ts';

const sheet = new CSSStyleSheet();
sheet.replaceSync(":host([popup]) .button::after { content: '\\2197'; content: '\\2197' / ''; }");

/** One for all elements of the page: a visitor has one call. */
let popup: Window | null = null;
const prepared = new WeakSet<ShapedHost>();

export function openInPopup(
  host: ShapedHost,
  shell: HTMLElement,
  words: () => Promise<Words>,
  /** The gateway's page for calls. */
  callPage: () => string | undefined,
): void {
  if (prepared.has(host)) return;
  prepared.add(host);
  host.shadowRoot?.adoptedStyleSheets.push(sheet);
  host.addController(new InPopup(host, shell, words, callPage));
}

class InPopup implements ReactiveController {
  readonly #host: ShapedHost;
  readonly #shell: HTMLElement;
  readonly #words: () => Promise<Words>;
  readonly #callPage: () => string | undefined;

  constructor(
    host: ShapedHost,
    shell: HTMLElement,
    words: () => Promise<Words>,
    callPage: () => string | undefined,
  ) {
    this.#callPage = callPage;
    this.#host = host;
    this.#shell = shell;
    this.#words = words;
    host.addEventListener('sip-call-request', event => this.#requested(event));
    this.hostUpdated();
  }

  /** The button's title says that a window will open. */
  hostUpdated(): void {
    const button = this.#shell.querySelector<HTMLElement>('.button');
    if (!button || button.title || !this.#host.hasAttribute('popup')) return;
    this.#words().then(
      ({ opensWindow }) => {
        button.title ||= opensWindow;
      },
      () => {},
    );
  }

  #requested(event: Event): void {
    if (event.defaultPrevented || !this.#host.hasAttribute('popup')) return;
    if (popup && !popup.closed) popup.focus();
    else popup = open(this.#address(), '', 'popup,width=420,height=680');
    // Where windows are blocked, the call is made in the page.
    if (popup) event.preventDefault();
  }

  #address(): string {
    const { to, theme, video } = this.#host;
    // There is no request without a gateway.
    const page = new URL(this.#callPage() ?? '');
    const lang = this.#host.closest<HTMLElement>('[lang]')?.lang;
    const parameters = { to, lang, theme, from: location.origin + location.pathname };
    for (const [name, value] of Object.entries(parameters)) if (value) page.searchParams.set(name, value);
    if (video) page.searchParams.set('video', '');
    for (const [name, value] of new URLSearchParams(location.search)) {
      if (name.startsWith('utm_')) page.searchParams.append(name, value);
    }
    return page.href;
  }
}
