// How sockets name addresses, and how everybody else does.

import { isIP } from 'node:net';

/** A dual-stack socket names IPv4 peers as ::ffff:1.2.3.4; everyone else says 1.2.3.4. */
export function plainAddress(address: string): string {
  const mapped = address.startsWith('::ffff:') ? address.slice(7) : address;
  return isIP(mapped) ? mapped : address;
}
