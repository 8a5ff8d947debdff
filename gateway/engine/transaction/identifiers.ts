// Unguessable identifiers: branches, tags, Call-IDs (RFC 3261 8.1.1.7, 19.3: at least 32 bits of cryptographic
// randomness). Taken from a pool of random bytes, because a system call per identifier is too slow.

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

/** RFC 3261's prefix of a branch. It marks the branch as unique. */
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
