// Shows how loud both sides are, as two custom properties of the card that its style sheet makes light of. Not a
// part of what is drawn: ten times a second is too often for a template.
import type { ReactiveController, ReactiveControllerHost } from 'lit';

export interface Levels {
  /** 0 to 1. */
  readonly mine: number;
  readonly theirs: number;
}

export class LevelLights implements ReactiveController {
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
    const style = this.#card()?.style;
    if (!levels) this.hostDisconnected();
    style?.setProperty('--_mine', (levels?.mine ?? 0).toFixed(2));
    style?.setProperty('--_theirs', (levels?.theirs ?? 0).toFixed(2));
  }
}
