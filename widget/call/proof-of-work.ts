// Proof of work that the gateway may require before it gives a token. Loaded only then; WebCrypto runs it in other
// threads, so that the page stays responsive.
import { type Challenge, solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/web/pbkdf2';

const TIMEOUT_MS = 30_000;

/** The solution in the gateway's format. */
export async function solveWork(challenge: Challenge): Promise<string> {
  const solution = await solveChallenge({ challenge, deriveKey, timeout: TIMEOUT_MS });
  return JSON.stringify({ challenge, solution });
}
