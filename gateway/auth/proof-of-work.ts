// Proof of work before a page gets a token: some hundred key derivations, half a second in a visitor's browser, and
// expensive for a client that wants 1,000 tokens. Challenges are signed, not stored; solved challenges are stored.

import { randomBytes } from 'node:crypto';
import { type Challenge, createChallenge, type Payload, verifySolution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { MemoryTokenLedger } from './memory-token-ledger.ts';
import type { TokenLedger } from './token-ledger.ts';

export type { Challenge };

/** A page computes 256 derivations on average. One takes a browser about 2 ms, outside the page's main thread. */
const work = { algorithm: 'PBKDF2/SHA-256', cost: 5_000, keyPrefix: '00', deriveKey };
const SECONDS = 120;

export class ProofOfWork {
  readonly #secret = randomBytes(32).toString('hex');
  readonly #now: () => number;
  readonly #solved: TokenLedger;

  /** `now` in milliseconds since 1970. `solved` has the signatures of solved challenges. */
  constructor(now: () => number = Date.now, solved: TokenLedger = new MemoryTokenLedger(now)) {
    this.#now = now;
    this.#solved = solved;
  }

  /** `purpose` binds the solution to one page and one callee. */
  challenge(purpose: string): Promise<Challenge> {
    const expiresAt = Math.floor(this.#now() / 1000) + SECONDS;
    return createChallenge({ ...work, expiresAt, data: { purpose }, hmacSignatureSecret: this.#secret });
  }

  /**
   * Whether `text` is a correct solution of a challenge for `purpose` that was not presented before. Rejects when the
   * ledger of solved challenges fails.
   */
  async isSolved(text: string, purpose: string): Promise<boolean> {
    const challenge = await this.#verified(text, purpose);
    if (!challenge) return false;
    const { signature = '', parameters } = challenge;
    return (await this.#solved.use(signature, (parameters.expiresAt ?? 0) * 1000)) === 'fresh';
  }

  /** A verified challenge was signed here: its signature and its expiry are the gateway's. */
  async #verified(text: string, purpose: string): Promise<Challenge | undefined> {
    try {
      const { challenge, solution } = JSON.parse(text) as Payload;
      if (challenge.parameters.data?.purpose !== purpose) return undefined;
      const { verified } = await verifySolution({
        challenge,
        solution,
        deriveKey,
        hmacSignatureSecret: this.#secret,
      });
      return verified ? challenge : undefined;
    } catch {
      return undefined;
    }
  }
}
