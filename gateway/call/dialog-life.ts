// Whether the far end of a dialog is still there: a hang-up that comes too early to be heard,
// a silence that may be death.

import type { Dialog } from 'drachtio-srf';

/** How long the far end has to answer the question whether it is there. */
const PROBE_MS = 4_000;

/**
 * Tells when the far end hangs up, also when it did so before anybody could listen: drachtio-srf
 * hands a BYE on in the same breath as the dialog, ahead of the promise that yields it.
 */
export function onEnd(dialog: Dialog, ended: () => void): void {
  if (dialog.connected) dialog.on('destroy', ended);
  else ended();
}

/** Asks by OPTIONS in the dialog (RFC 3261 11); false when nothing, or nobody who knows the dialog, answers. */
export async function stillThere(dialog: Dialog): Promise<boolean> {
  const asked = dialog.request({ method: 'OPTIONS' }).then(
    response => response.status,
    () => 503,
  );
  const late = new Promise<number>(resolve => setTimeout(resolve, PROBE_MS, 408).unref());
  const status = await Promise.race([asked, late]);
  return status !== 408 && status !== 481 && status !== 503;
}
