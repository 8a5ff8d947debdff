// Observes the browser's network during a call: that it has changed, and that the page is visible again, after which
// timers may be late. Decides nothing.

export interface NetworkObserver {
  /** Online again, or another kind of network: the old addresses no longer work. */
  changed(): void;
  shown(): void;
}

/** Only Chromium on mobile devices has its type (Network Information API). */
type Connection = EventTarget & { readonly type?: string };

/** Returns a function that stops it. */
export function watchNetwork({ changed, shown }: NetworkObserver): () => void {
  const abort = new AbortController();
  const { signal } = abort;
  addEventListener('online', changed, { signal });
  document.addEventListener('visibilitychange', () => document.hidden || shown(), { signal });
  const { connection } = navigator as Navigator & { readonly connection?: Connection };
  let type = connection?.type;
  // The event also reports every new estimate of the speed.
  const compare = () => {
    if (connection?.type === type) return;
    type = connection?.type;
    if (type !== 'none') changed();
  };
  connection?.addEventListener('change', compare, { signal });
  return () => abort.abort();
}
