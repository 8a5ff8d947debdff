// Work that the gateway may ask for before it gives a token. Fetched only where it does; the browser does it in threads
// of its own (WebCrypto), so that the page stays as quick as it was.
import { type Challenge, solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/web/pbkdf2';

const PATIENCE_MS = 30_000;

/** What the gateway is to be shown. */
export async function solveWork(challenge: Challenge): Promise<string> {
  const solution = await solveChallenge({ challenge, deriveKey, timeout: PATIENCE_MS });
  return JSON.stringify({ challenge, solution });
}
