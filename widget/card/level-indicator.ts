// Shows how loud both sides are, as two custom properties that the card's style sheet makes light of. Not a part of
// what is drawn: ten times a second is too often for a template.
import type { ReactiveController, ReactiveControllerHost } from 'lit';

export interface Levels {
  /** 0 to 1. */
  readonly mine: number;
  readonly theirs: number;
}

/** Set where the sheets use them and nowhere above: all that inherits a property is styled anew with it. */
export function light(card: HTMLElement | null | undefined, { mine, theirs }: Levels): void {
  const show = (users: string, name: string, level: number) => {
    for (const { style } of card?.querySelectorAll<HTMLElement>(users) ?? []) {
      const value = level.toFixed(2);
      if (style.getPropertyValue(name) !== value) style.setProperty(name, value);
    }
  };
  show('.mine, .bar:not(.back) i', '--_mine', mine);
  show('.badge, .back i', '--_theirs', theirs);
}

export class LevelIndicator implements ReactiveController {
  readonly #card: () => HTMLElement | null | undefined;
  readonly #levels: () => Levels | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    host: ReactiveControllerHost,
    card: () => HTMLElement | null | undefined,
    levels: () => Levels | undefined,
  ) {
    this.#card = card;
    this.#levels = levels;
    host.addController(this);
  }

  hostUpdated(): void {
    if (!this.#levels() || !this.#card()) this.hostDisconnected();
    else this.#timer ??= setInterval(() => this.#show(), 100);
  }

  hostDisconnected(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #show(): void {
    const levels = this.#levels();
    if (!levels) this.hostDisconnected();
    light(this.#card(), levels ?? { mine: 0, theirs: 0 });
  }
}
