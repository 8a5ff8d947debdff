// The floating shape: fixed in a corner, there after a while if so wished, put away by whoever does not want it. It
// never takes the focus, and steps out of the way of what has it (WCAG 2.2, 2.4.11).
import type { ReactiveController } from 'lit';
import { surfaceStyles } from '../card/surface.styles.ts';
import type { ShapedHost } from '../element/shape.ts';
import type { Words } from '../locales/words.ts';
import { floatingStyles } from './floating.styles.ts';

const sheet = new CSSStyleSheet();
sheet.replaceSync(surfaceStyles + floatingStyles);

/** Its being there is the visit's memory that the button was put away. */
const AWAY = 'sip-call-away';

export async function shape(host: ShapedHost, face: HTMLElement, words: () => Promise<Words>): Promise<void> {
  if (!face.querySelector('.tuck')) {
    host.shadowRoot?.adoptedStyleSheets.push(sheet);
    host.addController(new Floating(host, face, words));
  }
  await Promise.all([seconds(host.getAttribute('delay')), wanted()]);
}

class Floating implements ReactiveController {
  readonly #host: ShapedHost;
  readonly #face: HTMLElement;
  readonly #words: () => Promise<Words>;
  readonly #tuck = document.createElement('button');

  constructor(host: ShapedHost, face: HTMLElement, words: () => Promise<Words>) {
    this.#host = host;
    this.#face = face;
    this.#words = words;
    this.#tuck.type = 'button';
    this.#tuck.className = 'tuck';
    this.#tuck.part = 'put-away';
    this.#tuck.addEventListener('click', () => this.#pressed());
    face.append(this.#tuck);
    this.hostUpdated();
  }

  get #open(): boolean {
    return this.#face.classList.contains('open');
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
    const over = /^(?:ended|failed)$/.test(this.#host.getAttribute('state') ?? '');
    if (!this.#open || over) this.#face.classList.remove('folded');
    // What is over has a cross of its own.
    this.#tuck.hidden = this.#open && over;
    const folded = this.#face.classList.contains('folded');
    this.#tuck.ariaExpanded = this.#open ? String(!folded) : null;
    const label = this.#open ? (folded ? 'unfold' : 'fold') : 'putAway';
    this.#words().then(
      words => {
        this.#tuck.ariaLabel = words[label];
        this.#tuck.title = words[label];
      },
      () => {},
    );
  }

  #pressed(): void {
    if (this.#open) {
      this.#face.classList.toggle('folded');
      this.hostUpdated();
      return;
    }
    this.#face.hidden = true;
    remember();
  }

  readonly #focus = (event: Event) => {
    if (event.type === 'focusin' && this.#open && this.#covers()) {
      (event.target as Element).scrollIntoView({ block: 'center', inline: 'nearest' });
    }
    this.#avoid();
  };

  /** A call in progress stays where it is; the button can be missed for a moment. */
  readonly #avoid = () => {
    this.#face.classList.toggle('aside', !this.#open && this.#covers());
  };

  /** Whether it lies over what has the page's focus, and shows that. */
  #covers(): boolean {
    const focused = document.activeElement;
    if (!focused || focused === this.#host || !focused.matches(':focus-visible')) return false;
    const theirs = focused.getBoundingClientRect();
    // Not its bounding box: it may be on its way aside.
    const { offsetLeft: left, offsetTop: top, offsetWidth, offsetHeight } = this.#face;
    return (
      theirs.left < left + offsetWidth &&
      theirs.right > left &&
      theirs.top < top + offsetHeight &&
      theirs.bottom > top
    );
  }
}

/** Resolves after so many seconds; at once when none are given, or when they are not a number. */
function seconds(text: string | null): Promise<void> | undefined {
  if (text === null) return undefined;
  const wait = Number(text);
  if (wait >= 0) return new Promise(resolve => setTimeout(resolve, wait * 1000));
  console.error(`<sip-call>: delay="${text}" is not a number of seconds; write it like delay="5".`);
  return undefined;
}

/** Never resolves for those who have put it away. */
function wanted(): Promise<void> | undefined {
  try {
    return sessionStorage.getItem(AWAY) === null ? undefined : new Promise(() => {});
  } catch {
    return undefined;
  }
}

function remember(): void {
  try {
    sessionStorage.setItem(AWAY, '');
  } catch {
    // Without storage it is away until the next page.
  }
}
