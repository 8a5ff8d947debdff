// During a call: the screen stays on, and the browser asks before the page is left. The browser may refuse either; the
// call continues.

export class WakeLock {
  #lock: WakeLockSentinel | undefined;
  #wanted = true;

  constructor() {
    addEventListener('beforeunload', this.#confirmLeaving);
    document.addEventListener('visibilitychange', this.#request);
    this.#request();
  }

  end(): void {
    this.#wanted = false;
    removeEventListener('beforeunload', this.#confirmLeaving);
    document.removeEventListener('visibilitychange', this.#request);
    this.#lock?.release().catch(() => {});
  }

  /** The browser chooses the text of the question. */
  readonly #confirmLeaving = (event: Event) => event.preventDefault();

  /** The lock is lost whenever the page is hidden (Screen Wake Lock 7.3). */
  readonly #request = async () => {
    if (document.visibilityState !== 'visible') return;
    try {
      this.#lock = await navigator.wakeLock?.request('screen');
      if (!this.#wanted) await this.#lock?.release();
    } catch {
      // Low battery, or a policy of the page.
    }
  };
}
