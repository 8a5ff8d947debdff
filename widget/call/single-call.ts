// One call at a time for a visitor, across tabs: a lock of the origin (Web Locks), which the browser releases when the
// tab is closed or crashes.

const lockName = 'sip-call';

/** Resolves with a function that releases the lock, or with nothing while another tab has it. */
export function claimCall(): Promise<(() => void) | undefined> {
  return new Promise(resolve => {
    // A frame without an origin cannot hold locks; then two calls are allowed.
    const withoutLock = () => resolve(() => {});
    if (!navigator.locks) return withoutLock();
    navigator.locks
      .request(lockName, { ifAvailable: true }, async lock => {
        if (!lock) return resolve(undefined);
        await new Promise<void>(release => resolve(release));
      })
      .catch(withoutLock);
  });
}
