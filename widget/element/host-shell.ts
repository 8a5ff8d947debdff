// The fixed content of the element's shadow root: the button, an error text, the place of the card, the slot and the live
// region. Built once, without templates. Shows what it is given and keeps the focus inside the element.
import { CallButton, type CallButtonContent, make } from './call-button.ts';

/** What the shell needs of the card, which is loaded later. */
interface ShellCard {
  readonly announcement: string;
  draw(place: HTMLElement, shown: boolean): void;
}

/** What the shell requests of its element. */
interface ShellHost {
  /** The visitor may press soon. */
  preload(): void;
  openSettings(shown: boolean): Promise<void>;
}

export interface ShellContent {
  readonly language: string;
  readonly button: CallButtonContent;
  readonly card: ShellCard | undefined;
  /** The card replaces the button. */
  readonly open: boolean;
  readonly error: string;
  /** Shows the page's own other ways to reach the person. */
  readonly showSlot: boolean;
}

export class HostShell {
  readonly element = make('div', { class: 'shell' });
  readonly #button = new CallButton();
  readonly #error = make('p', { part: 'error', class: 'error' });
  readonly #cardPlace = make('div', {});
  readonly #slot = make('slot', {});
  readonly #live = make('p', { class: 'sr-only', role: 'status' });
  readonly #root: ShadowRoot;

  constructor(root: ShadowRoot, host: ShellHost, onPress: () => void) {
    this.#root = root;
    const { row, button, toggle } = this.#button;
    for (const gesture of ['pointerenter', 'pointerdown', 'focus'])
      button.addEventListener(gesture, () => host.preload());
    button.addEventListener('click', onPress);
    toggle.addEventListener('click', () =>
      // Hidden when the panel cannot be loaded.
      host.openSettings(toggle.ariaExpanded !== 'true').catch(() => {
        toggle.hidden = true;
      }),
    );
    this.element.append(row, this.#error, this.#cardPlace, this.#slot, this.#live);
    root.append(this.element);
  }

  show({ language, button, card, open, error, showSlot }: ShellContent): void {
    const focused = this.#root.activeElement as HTMLElement | null;
    this.element.lang = language;
    // The widget's text has the direction of its language, whatever the page's direction is.
    this.element.dir = language === 'ar' ? 'rtl' : 'ltr';
    this.#button.show(button);
    this.#button.button.hidden = open;
    this.#button.toggle.hidden = open || button.disabled;
    this.#error.textContent = error;
    this.#error.hidden = !error;
    this.#slot.hidden = !showSlot;
    card?.draw(this.#cardPlace, open);
    this.element.classList.toggle('open', open);
    const announcement = card && open ? card.announcement : error;
    const announced = announcement !== this.#live.textContent;
    this.#live.textContent = announcement;
    // In the next frame, which computes the layout anyway; doing it here would compute it twice.
    if (focused) requestAnimationFrame(() => this.#keepFocus(focused, announced));
  }

  #keepFocus(focused: HTMLElement, announced: boolean): void {
    // When the new state has no control that had the focus, the focus moves to the next step.
    if (focused.hidden || !focused.isConnected) {
      this.element.querySelector<HTMLElement>('[data-next]:not([hidden])')?.focus();
    }
    // The card grows during a call; its controls must stay visible to a visitor who uses them (WCAG 2.4.11).
    if (announced) this.#cardPlace.scrollIntoView({ block: 'nearest' });
  }
}
