// What is in the element: the pill, a fault's text, the place of the card, the other ways and the live region. Made
// once, by hand; shows what it is told and keeps the focus from falling out.
import { make, Pill, type PillFace } from './pill.ts';
import type { Shape } from './shape.ts';

/** What it needs of the card, which comes later. */
interface Drawing {
  readonly announcement: string;
  draw(place: HTMLElement, shown: boolean): void;
}

export interface Look {
  readonly shape: Shape | null;
  readonly pill: PillFace;
  /** Shown instead of the button when it is there. */
  readonly card: Drawing | undefined;
  readonly note: string;
  /** The page's own other ways to reach the person. */
  readonly otherWays: boolean;
}

export class Face {
  readonly element = make('div', { class: 'face' });
  readonly #pill = new Pill();
  readonly #note = make('p', { part: 'note', class: 'note' });
  readonly #place = make('div', {});
  /** The page's own: its button in the bare shape, else other ways to reach the person. */
  readonly #own = make('slot', {});
  readonly #live = make('p', { class: 'heard', role: 'status' });
  #bare = false;
  #drawn: Drawing | undefined;

  constructor(
    root: HTMLElement | DocumentFragment,
    press: () => void,
    intent: () => void,
    settings: (shown: boolean) => Promise<void>,
  ) {
    const { button, check } = this.#pill;
    for (const gesture of ['pointerover', 'pointerdown', 'focusin']) {
      button.addEventListener(gesture, intent);
      this.#own.addEventListener(gesture, () => this.#bare && intent());
    }
    button.addEventListener('click', press);
    this.#own.addEventListener('click', () => this.#bare && press());
    check.addEventListener('click', () =>
      // What cannot be fetched is not offered, for now.
      settings(check.ariaExpanded !== 'true').catch(() => {
        check.hidden = true;
      }),
    );
    this.element.append(button, check, this.#note, this.#place, this.#own, this.#live);
    root.append(this.element);
  }

  show({ shape, pill, card, note, otherWays }: Look, focused: HTMLElement | null | undefined): void {
    this.#bare = shape === 'bare';
    const unseen = shape === 'none';
    const drawn = unseen ? undefined : card;
    // Asked before it is hidden, for that would take the focus away.
    const ownFocus = this.#bare && this.#button?.matches(':focus-within');
    this.#pill.show(pill);
    this.#pill.button.hidden = this.#bare || unseen || Boolean(card);
    this.#pill.check.hidden = this.#pill.button.hidden || pill.off;
    this.#note.textContent = note;
    this.#note.hidden = unseen || !note;
    this.#own.hidden = this.#bare ? Boolean(card) : unseen || !otherWays;
    if (!drawn) this.#drawn?.draw(this.#place, false);
    drawn?.draw(this.#place, true);
    this.#drawn = drawn;
    this.element.classList.toggle('open', Boolean(drawn));
    this.#live.textContent = card ? card.announcement : note;
    // Focus that was on a control which the new state lacks goes to the one that follows from it.
    const lost = focused ? focused.hidden || !focused.isConnected : ownFocus && drawn;
    if (lost) (this.element.querySelector<HTMLElement>('[data-next]:not([hidden])') ?? this.#button)?.focus();
  }

  /** The page's own, in the bare shape. */
  get #button(): HTMLElement | undefined {
    return this.#own.assignedElements()[0] as HTMLElement | undefined;
  }
}
