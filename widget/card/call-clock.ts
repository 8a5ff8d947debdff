// Updates its host once a second during a call, in step with the call's seconds.
import type { ReactiveController, ReactiveControllerHost } from 'lit';

export class CallClock implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #startedAt: () => number | undefined;
  #tick: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost, startedAt: () => number | undefined) {
    this.#host = host;
    this.#startedAt = startedAt;
    host.addController(this);
  }

  hostUpdated(): void {
    clearTimeout(this.#tick);
    const startedAt = this.#startedAt();
    if (startedAt === undefined) return;
    const untilNext = 1000 - ((Date.now() - startedAt) % 1000);
    this.#tick = setTimeout(() => this.#host.requestUpdate(), untilNext);
  }

  hostDisconnected(): void {
    clearTimeout(this.#tick);
  }
}

/** Whole seconds from `from` to `to`, both in milliseconds; never negative. */
export function secondsBetween(from: number, to: number): number {
  return Math.max(0, Math.floor((to - from) / 1000));
}

/** `0:07`, `12:34`, `1:02:03`. */
export function clockFace(seconds: number): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes}:${two(seconds % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}
