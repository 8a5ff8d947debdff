// One call at a time for a visitor, whichever tab it is in: a lock of the origin (Web Locks), which the browser gives
// back by itself when the tab is closed or crashes.

const name = 'sip-call';

/** Resolves with what gives the lock back, or with nothing while another tab has it. */
export function claimCall(): Promise<(() => void) | undefined> {
  return new Promise(resolve => {
    // A frame without an origin of its own may hold no locks; then two calls are better than none.
    const anyway = () => resolve(() => {});
    if (!navigator.locks) return anyway();
    navigator.locks
      .request(name, { ifAvailable: true }, async lock => {
        if (!lock) return resolve(undefined);
        await new Promise<void>(release => resolve(release));
      })
      .catch(anyway);
  });
}
