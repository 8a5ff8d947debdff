// Whether a dialog is still there: a hang-up that comes too early to be heard, a silence that may be death,
// an engine that was away.

import type { Dialog, SrfResponse } from 'drachtio-srf';

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

/** The final response to a re-INVITE. The promise of drachtio-srf settles with a provisional one, which decides nothing. */
export function reinvite(dialog: Dialog, body: string): Promise<SrfResponse> {
  return new Promise((resolve, reject) => {
    dialog.request({ method: 'INVITE', body }, (error, response) => {
      if (error || !response) reject(error ?? new Error('no response'));
      else if (response.status >= 200) resolve(response);
    });
  });
}

/**
 * Whether a dialog is still known after the connection to its engine was made anew: a server that was only out
 * of reach knows it, one that was started again does not. From then on the dialog uses the new connection.
 */
export async function outlivedItsEngine(dialog: Dialog): Promise<boolean> {
  // drachtio-srf sends where the dialog was made; a request that names no connection goes over the one there is.
  dialog.req.socket = undefined;
  const asked = dialog.request({ method: 'OPTIONS' }).then(
    response => response.status !== 481,
    () => false,
  );
  // An engine that does not refuse the request knows the dialog, however long its far end thinks.
  const late = new Promise<boolean>(resolve => setTimeout(resolve, PROBE_MS, true).unref());
  return await Promise.race([asked, late]);
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
