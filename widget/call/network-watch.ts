// What the browser says of the network while a call is on: that it is another one, and that the page is looked at
// again, before which its timers may have slept. Decides nothing.

export interface NetworkSigns {
  /** Back after none, or of another kind: addresses that were good are good no more. */
  changed(): void;
  seen(): void;
}

/** Chromium's on a mobile device; elsewhere there is none, or it has no type (Network Information API). */
type Connection = EventTarget & { readonly type?: string };

/** Watches until what it returns is called. */
export function watchNetwork({ changed, seen }: NetworkSigns): () => void {
  const watching = new AbortController();
  const { signal } = watching;
  addEventListener('online', changed, { signal });
  document.addEventListener('visibilitychange', () => document.hidden || seen(), { signal });
  const { connection } = navigator as Navigator & { readonly connection?: Connection };
  let type = connection?.type;
  // It also tells of every new estimate of the speed.
  const compare = () => {
    if (connection?.type === type) return;
    type = connection?.type;
    if (type !== 'none') changed();
  };
  connection?.addEventListener('change', compare, { signal });
  return () => watching.abort();
}
