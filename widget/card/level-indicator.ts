// Shows how loud both sides are, as two custom properties that the style sheets use. Not part of a template: ten
// updates a second would be too many.
import type { ReactiveController, ReactiveControllerHost } from 'lit';

export interface Levels {
  /** 0 to 1. */
  readonly local: number;
  readonly remote: number;
}

/** Set only on the elements whose styles use them: the browser restyles everything that inherits a changed property. */
export function showLevels(card: HTMLElement | null | undefined, { local, remote }: Levels): void {
  const show = (selector: string, name: string, level: number) => {
    for (const { style } of card?.querySelectorAll<HTMLElement>(selector) ?? []) {
      const value = level.toFixed(2);
      if (style.getPropertyValue(name) !== value) style.setProperty(name, value);
    }
  };
  show('.microphone-level, .bar:not(.returned-level) i', '--_local-level', local);
  show('.badge, .returned-level i', '--_remote-level', remote);
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
    showLevels(this.#card(), levels ?? { local: 0, remote: 0 });
  }
}
