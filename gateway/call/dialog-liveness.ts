// Checks by OPTIONS whether a dialog still exists, after silence or after the loss of the engine (RFC 3261 11).

import type { Socket } from 'node:net';

export interface Asked {
  readonly req: { socket: Socket | undefined };
  request(request: { method: string }): Promise<{ readonly status: number }>;
}

/** Time for the far end to answer OPTIONS. */
const PROBE_MS = 4_000;

/**
 * Whether a dialog is still known after the connection to its engine was made anew: a server that was only out
 * of reach knows it, one that was started again does not. From then on the dialog uses the new connection.
 */
export async function outlivedItsEngine(dialog: Asked): Promise<boolean> {
  // drachtio-srf sends where the dialog was made; a request that names no connection goes over the one there is.
  dialog.req.socket = undefined;
  const asked = dialog.request({ method: 'OPTIONS' }).then(
    response => response.status !== 481,
    () => false,
  );
  // An engine that does not refuse the request has the dialog, also while the far end takes its time.
  const late = new Promise<boolean>(resolve => setTimeout(resolve, PROBE_MS, true).unref());
  return await Promise.race([asked, late]);
}

/** False when no answer comes, or when the peer that answers does not have the dialog. */
export async function stillThere(dialog: Asked): Promise<boolean> {
  const asked = dialog.request({ method: 'OPTIONS' }).then(
    response => response.status,
    () => 503,
  );
  const late = new Promise<number>(resolve => setTimeout(resolve, PROBE_MS, 408).unref());
  const status = await Promise.race([asked, late]);
  return status !== 408 && status !== 481 && status !== 503;
}
