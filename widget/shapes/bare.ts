// The shapes without a button of ours: `bare`, where the page's own stands in the element and calls, and `none`, where
// nothing is drawn; what goes on is still read out in either.
import type { ReactiveController } from 'lit';
import type { ShapedHost } from '../element/shape.ts';

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
  :host([shape='bare']) .face > .row,
  :host([shape='bare']) .open > slot,
  :host([shape='none']) .face > :not([role='status']) {
    display: none !important;
  }
  :host([shape='bare']) .face:not(.open) > slot {
    display: contents !important;
  }
`);

export function shape(host: ShapedHost, face: HTMLElement): undefined {
  if (host.shadowRoot?.adoptedStyleSheets.includes(sheet)) return;
  host.shadowRoot?.adoptedStyleSheets.push(sheet);
  host.addController(new Bare(host, face));
}

class Bare implements ReactiveController {
  readonly #host: ShapedHost;
  readonly #face: HTMLElement;
  /** Where the focus was before the update: on the page's own button, or within. */
  #own = false;
  #within = false;

  constructor(host: ShapedHost, face: HTMLElement) {
    this.#host = host;
    this.#face = face;
    const slot = face.querySelector(':scope > slot');
    const meant = (act: () => void) => () => {
      if (host.getAttribute('shape') === 'bare') act();
    };
    for (const gesture of ['pointerover', 'pointerdown', 'focusin']) {
      slot?.addEventListener(
        gesture,
        meant(() => host.preload()),
      );
    }
    // Ours is still there, and knows what a press does: it calls, or says that the office is closed.
    slot?.addEventListener(
      'click',
      meant(() => face.querySelector<HTMLElement>('.pill')?.click()),
    );
  }

  hostUpdate(): void {
    this.#own = this.#host.matches(':focus-within') && !this.#host.shadowRoot?.activeElement;
    this.#within = Boolean(this.#host.shadowRoot?.activeElement);
  }

  /** The focus goes from the page's button to the card that takes its place, and back. */
  hostUpdated(): void {
    const open = this.#face.classList.contains('open');
    if (open && this.#own) this.#face.querySelector<HTMLElement>('.card [data-next]')?.focus();
    if (!open && this.#within && this.#host.getAttribute('shape') === 'bare') {
      this.#host.querySelector<HTMLElement>(':scope > :not([slot])')?.focus();
    }
  }
}
