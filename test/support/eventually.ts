// Waiting for something to become true, with a bound and with words for when it does not.

import { setTimeout as pause } from 'node:timers/promises';

/**
 * Far longer than anything takes that is at once, on whatever machine; less than the 30 s of the gateway's graces and of
 * RFC 3261's transactions, by which what should have ended at once would end after all.
 */
export const PATIENCE_MS = 25_000;

/** What a sound takes to come back through browsers, gateways and PBXs that all wait for their turn. */
export const SOUND_MS = 60_000;

export interface Patience {
  /** Milliseconds until giving up; {@link PATIENCE_MS} unless told. */
  readonly within?: number;
  /** Milliseconds between two looks. */
  readonly every?: number;
}

/**
 * Resolves with the first truthy value of `look`. Rejects after the bound with `what` and the last thing seen:
 * the last falsy value, or the last error thrown.
 */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  patience: Patience = {},
): Promise<NonNullable<T>> {
  const { within = PATIENCE_MS, every = 50 } = patience;
  const deadline = Date.now() + within;
  let last: unknown;
  do {
    try {
      const value = await look();
      if (value) return value as NonNullable<T>;
      last = value;
    } catch (error) {
      last = error instanceof Error ? error.message : error;
    }
    await pause(every);
  } while (Date.now() < deadline);
  throw new Error(`not within ${within / 1000} s: ${what} (last: ${String(last)})`);
}
