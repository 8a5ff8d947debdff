// What is in the element: the pill, a fault's text, the place of the card, the other ways and the live region. Made
// once, by hand; shows what it is told and keeps the focus from falling out.
import { CallButton, type CallButtonContent, make } from './call-button.ts';

/** What it needs of the card, which comes later. */
interface Drawing {
  readonly announcement: string;
  draw(place: HTMLElement, shown: boolean): void;
}

export interface Look {
  readonly language: string;
  readonly pill: CallButtonContent;
  /** Shown instead of the button when it is there. */
  readonly card: Drawing | undefined;
  readonly note: string;
  /** The page's own other ways to reach the person. */
  readonly otherWays: boolean;
}

export class HostShell {
  readonly element = make('div', { class: 'face' });
  readonly #pill = new CallButton();
  readonly #note = make('p', { part: 'note', class: 'note' });
  readonly #place = make('div', {});
  readonly #otherWays = make('slot', {});
  readonly #live = make('p', { class: 'heard', role: 'status' });
  #drawn: Drawing | undefined;

  constructor(
    root: HTMLElement | DocumentFragment,
    press: () => void,
    intent: () => void,
    settings: (shown: boolean) => Promise<void>,
  ) {
    const { row, button, check } = this.#pill;
    for (const gesture of ['pointerenter', 'pointerdown', 'focus']) button.addEventListener(gesture, intent);
    button.addEventListener('click', press);
    check.addEventListener('click', () =>
      // What cannot be fetched is not offered, for now.
      settings(check.ariaExpanded !== 'true').catch(() => {
        check.hidden = true;
      }),
    );
    this.element.append(row, this.#note, this.#place, this.#otherWays, this.#live);
    root.append(this.element);
  }

  show({ language, pill, card, note, otherWays }: Look, focused: HTMLElement | null | undefined): void {
    this.element.lang = language;
    // Its words run as their language does, whatever the page does.
    this.element.dir = language === 'ar' ? 'rtl' : 'ltr';
    this.#pill.show(pill);
    this.#pill.button.hidden = Boolean(card);
    this.#pill.check.hidden = Boolean(card) || pill.off;
    this.#note.textContent = note;
    this.#note.hidden = !note;
    this.#otherWays.hidden = !otherWays;
    if (!card) this.#drawn?.draw(this.#place, false);
    card?.draw(this.#place, true);
    this.#drawn = card;
    this.element.classList.toggle('open', Boolean(card));
    const said = card ? card.announcement : note;
    const news = said !== this.#live.textContent;
    this.#live.textContent = said;
    // In the frame, which lays the card out anyway: to do so here would be to do it twice.
    if (focused) requestAnimationFrame(() => this.#attend(focused, news));
  }

  #attend(focused: HTMLElement, news: boolean): void {
    // Focus that was on a control which the new state lacks goes to the one that follows from it.
    if (focused.hidden || !focused.isConnected) {
      this.element.querySelector<HTMLElement>('[data-next]:not([hidden])')?.focus();
    }
    // The card grows with the call; whoever is at it has its controls before them (WCAG 2.4.11).
    if (news) this.#place.scrollIntoView({ block: 'nearest' });
  }
}
