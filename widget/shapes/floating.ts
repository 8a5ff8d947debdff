// The floating shape: fixed in a corner of the window, optionally after a delay. The visitor can dismiss it. It never takes
// the focus, and moves aside when it covers the element with the focus (WCAG 2.2, 2.4.11).
import type { ReactiveController } from 'lit';
import { surfaceStyles } from '../card/surface.styles.ts';
import type { ShapedHost } from '../element/shape.ts';
import type { Words } from '../locales/words.ts';
import { floatingStyles } from './floating.styles.ts';

const sheet = new CSSStyleSheet();
sheet.replaceSync(surfaceStyles + floatingStyles);

/** Present in the session storage once the visitor has dismissed the button. */
const DISMISSED = 'sip-call-dismissed';

export async function shape(
  host: ShapedHost,
  shell: HTMLElement,
  words: () => Promise<Words>,
): Promise<void> {
  if (!shell.querySelector('.minimize')) {
    host.shadowRoot?.adoptedStyleSheets.push(sheet);
    host.addController(new Floating(host, shell, words));
  }
  await Promise.all([delay(host.getAttribute('delay')), notDismissed()]);
}

class Floating implements ReactiveController {
  readonly #host: ShapedHost;
  readonly #shell: HTMLElement;
  readonly #words: () => Promise<Words>;
  readonly #button = document.createElement('button');

  constructor(host: ShapedHost, shell: HTMLElement, words: () => Promise<Words>) {
    this.#host = host;
    this.#shell = shell;
    this.#words = words;
    this.#button.type = 'button';
    this.#button.className = 'minimize';
    this.#button.addEventListener('click', () => this.#pressed());
    shell.append(this.#button);
    this.hostUpdated();
  }

  get #open(): boolean {
    return this.#shell.classList.contains('open');
  }

  hostConnected(): void {
    for (const event of ['focusin', 'focusout']) document.addEventListener(event, this.#focus);
    addEventListener('scroll', this.#avoid, { capture: true, passive: true });
    addEventListener('resize', this.#avoid);
  }

  hostDisconnected(): void {
    for (const event of ['focusin', 'focusout']) document.removeEventListener(event, this.#focus);
    removeEventListener('scroll', this.#avoid, { capture: true });
    removeEventListener('resize', this.#avoid);
  }

  hostUpdated(): void {
    const ended = /^(?:ended|failed)$/.test(this.#host.getAttribute('state') ?? '');
    if (!this.#open || ended) this.#shell.classList.remove('minimized');
    // The card of an ended call has its own close button.
    this.#button.hidden = this.#open && ended;
    const minimized = this.#shell.classList.contains('minimized');
    this.#button.part = this.#open ? 'minimize' : 'dismiss';
    this.#button.ariaExpanded = this.#open ? String(!minimized) : null;
    const label = this.#open ? (minimized ? 'unfold' : 'fold') : 'putAway';
    this.#words().then(
      words => {
        this.#button.ariaLabel = words[label];
        this.#button.title = words[label];
      },
      () => {},
    );
  }

  #pressed(): void {
    if (this.#open) {
      this.#shell.classList.toggle('minimized');
      this.hostUpdated();
      return;
    }
    this.#shell.hidden = true;
    rememberDismissal();
  }

  readonly #focus = (event: Event) => {
    if (event.type === 'focusin' && this.#open && this.#covers()) {
      (event.target as Element).scrollIntoView({ block: 'center', inline: 'nearest' });
    }
    this.#avoid();
  };

  /** Only the button moves aside; a call stays where it is. */
  readonly #avoid = () => {
    this.#shell.classList.toggle('moved-away', !this.#open && this.#covers());
  };

  /** Whether it covers the element of the page that has a visible focus. */
  #covers(): boolean {
    const focused = document.activeElement;
    if (!focused || focused === this.#host || !focused.matches(':focus-visible')) return false;
    const target = focused.getBoundingClientRect();
    // Not its bounding box, which changes while it moves aside.
    const { offsetLeft: left, offsetTop: top, offsetWidth, offsetHeight } = this.#shell;
    return (
      target.left < left + offsetWidth &&
      target.right > left &&
      target.top < top + offsetHeight &&
      target.bottom > top
    );
  }
}

/** Resolves after so many seconds; immediately without an attribute, or when it is not a number. */
function delay(text: string | null): Promise<void> | undefined {
  if (text === null) return undefined;
  const seconds = Number(text);
  if (seconds >= 0) return new Promise(resolve => setTimeout(resolve, seconds * 1000));
  console.error(`<sip-call>: delay="${text}" is not a number of seconds; write it like delay="5".`);
  return undefined;
}

/** Never resolves when the visitor has dismissed the button. */
function notDismissed(): Promise<void> | undefined {
  try {
    return sessionStorage.getItem(DISMISSED) === null ? undefined : new Promise(() => {});
  } catch {
    return undefined;
  }
}

function rememberDismissal(): void {
  try {
    sessionStorage.setItem(DISMISSED, '');
  } catch {
    // Without storage the button is hidden only on this page.
  }
}
