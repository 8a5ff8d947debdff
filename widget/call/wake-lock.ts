// Kept while a call is made or on: the screen stays awake, and a page that is about to be left asks first. Either
// may be refused by the browser, and the call goes on without.

export class WakeLock {
  #lock: WakeLockSentinel | undefined;
  #kept = true;

  constructor() {
    addEventListener('beforeunload', this.#ask);
    document.addEventListener('visibilitychange', this.#wake);
    this.#wake();
  }

  end(): void {
    this.#kept = false;
    removeEventListener('beforeunload', this.#ask);
    document.removeEventListener('visibilitychange', this.#wake);
    this.#lock?.release().catch(() => {});
  }

  /** The words of the question are the browser's. */
  readonly #ask = (event: Event) => event.preventDefault();

  /** The lock is lost whenever the page is hidden (Screen Wake Lock 7.3). */
  readonly #wake = async () => {
    if (document.visibilityState !== 'visible') return;
    try {
      this.#lock = await navigator.wakeLock?.request('screen');
      if (!this.#kept) await this.#lock?.release();
    } catch {
      // Low battery, or a policy of the page.
    }
  };
}
