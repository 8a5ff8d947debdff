// Reads the body of a request up to a maximum length.

import type { IncomingMessage } from 'node:http';

/** Undefined when it is longer than `most` bytes. */
export async function bodyOf(request: IncomingMessage, most: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // A longer body is read to its end too, so that the client can read the answer; requestTimeout bounds the time.
    if (bytes <= most) chunks.push(chunk);
  }
  return bytes > most ? undefined : Buffer.concat(chunks).toString('utf8');
}
