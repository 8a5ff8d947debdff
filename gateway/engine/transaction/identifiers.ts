// Unguessable identifiers: branches, tags, Call-IDs (RFC 3261 8.1.1.7, 19.3: at least 32 bits of
// cryptographic randomness). Drawn from a pool, since each call to the system costs more than a call does.

import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(8192);
let used = pool.length;

/** `bytes` random bytes in hexadecimal. */
export function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}

/** What RFC 3261 puts before every branch so that it can be trusted to be unique. */
export const magicCookie = 'z9hG4bK';

export function newBranch(): string {
  return magicCookie + randomHex(12);
}

export function newTag(): string {
  return randomHex(8);
}

export function newCallId(): string {
  return randomHex(16);
}
