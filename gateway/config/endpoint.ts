// Ports, and where on the network something listens, as an owner writes them.

import { z } from 'zod';

export const port = z
  .int('expected a port number')
  .min(0, 'expected a port from 0 (any free one) to 65535')
  .max(65535, 'expected a port from 0 (any free one) to 65535');

export function isEndpoint(text: string): boolean {
  return (
    /^(\[[0-9a-f:.]+\]|[^:\s]+):\d{1,5}$/i.test(text) &&
    Number(text.slice(text.lastIndexOf(':') + 1)) <= 65535
  );
}

/** HOST:PORT of somebody else: no URL, and not just any port. */
export function isPlace(text: string): boolean {
  return isEndpoint(text) && !/[/@]/.test(text) && !/:0+$/.test(text);
}
