// What a request brings along, as far as it is no longer than it has any reason to be.

import type { IncomingMessage } from 'node:http';

/** Undefined when it is longer than `most` bytes. */
export async function bodyOf(request: IncomingMessage, most: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Read to its end all the same, so that the answer can be heard; node's own limit of time bounds it.
    if (bytes <= most) chunks.push(chunk);
  }
  return bytes > most ? undefined : Buffer.concat(chunks).toString('utf8');
}
