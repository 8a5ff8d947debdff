// The shapes without the widget's button: `custom`, where the element's content is the button, and `none`, which draws
// nothing. Screen readers still read the state of a call in both.
import type { ReactiveController } from 'lit';
import type { ShapedHost } from '../element/shape.ts';

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
  :host([shape='custom']) .shell > .row,
  :host([shape='custom']) .open > slot,
  :host([shape='none']) .shell > :not([role='status']) {
    display: none !important;
  }
  :host([shape='custom']) .shell:not(.open) > slot {
    display: contents !important;
  }
`);

export function shape(host: ShapedHost, shell: HTMLElement): undefined {
  if (host.shadowRoot?.adoptedStyleSheets.includes(sheet)) return;
  host.shadowRoot?.adoptedStyleSheets.push(sheet);
  host.addController(new CustomButton(host, shell));
}

class CustomButton implements ReactiveController {
  readonly #host: ShapedHost;
  readonly #shell: HTMLElement;
  /** Where the focus was before the update: on the page's own button, or in the card. */
  #focusOnButton = false;
  #focusInCard = false;

  constructor(host: ShapedHost, shell: HTMLElement) {
    this.#host = host;
    this.#shell = shell;
    const slot = shell.querySelector(':scope > slot');
    const ifCustom = (action: () => void) => () => {
      if (host.getAttribute('shape') === 'custom') action();
    };
    for (const gesture of ['pointerover', 'pointerdown', 'focusin']) {
      slot?.addEventListener(
        gesture,
        ifCustom(() => host.preload()),
      );
    }
    // The hidden button decides what a press does: it calls, or shows that the office is closed.
    slot?.addEventListener(
      'click',
      ifCustom(() => shell.querySelector<HTMLElement>('.button')?.click()),
    );
  }

  hostUpdate(): void {
    this.#focusOnButton = this.#host.matches(':focus-within') && !this.#host.shadowRoot?.activeElement;
    this.#focusInCard = Boolean(this.#host.shadowRoot?.activeElement);
  }

  /** Moves the focus from the page's button to the card that replaces it, and back. */
  hostUpdated(): void {
    const open = this.#shell.classList.contains('open');
    if (open && this.#focusOnButton) this.#shell.querySelector<HTMLElement>('.card [data-next]')?.focus();
    if (!open && this.#focusInCard && this.#host.getAttribute('shape') === 'custom') {
      this.#host.querySelector<HTMLElement>(':scope > :not([slot])')?.focus();
    }
  }
}
