// Work that a page does before it gets a token: some hundred derivations of a key, half a second of a visitor's browser
// and dear to whoever wants a thousand tokens. A challenge is signed, not remembered; which were solved, is.

import { randomBytes } from 'node:crypto';
import { type Challenge, createChallenge, type Payload, verifySolution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { UsedTokens } from './used-tokens.ts';

export type { Challenge };

/** One derivation takes a browser some two milliseconds, outside the page's own thread; a page makes 256 of them. */
const work = { algorithm: 'PBKDF2/SHA-256', cost: 5_000, keyPrefix: '00', deriveKey };
const SECONDS = 120;

export class ProofOfWork {
  readonly #secret = randomBytes(32).toString('hex');
  readonly #now: () => number;
  readonly #solved: UsedTokens;

  /** `now` in milliseconds since 1970. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#solved = new UsedTokens(now);
  }

  /** `purpose`: what the work is for, and good for nothing else. */
  ask(purpose: string): Promise<Challenge> {
    const expiresAt = Math.floor(this.#now() / 1000) + SECONDS;
    return createChallenge({ ...work, expiresAt, data: { purpose }, hmacSignatureSecret: this.#secret });
  }

  /** Whether `text` is work that was asked for this, done, and not shown before. */
  async isDone(text: string, purpose: string): Promise<boolean> {
    try {
      const { challenge, solution } = JSON.parse(text) as Payload;
      const { data, expiresAt = 0 } = challenge.parameters;
      if (data?.purpose !== purpose) return false;
      const { verified } = await verifySolution({
        challenge,
        solution,
        deriveKey,
        hmacSignatureSecret: this.#secret,
      });
      // What is verified was signed here, and so are its signature and its time ours.
      return verified && this.#solved.use(challenge.signature ?? '', expiresAt * 1000) === 'fresh';
    } catch {
      return false;
    }
  }
}
