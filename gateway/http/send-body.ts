// Sends a body from memory in pieces, no faster than the peer reads. TLS copies what is written, so a file that is written
// whole would be in memory once for each peer that does not read.

import type { ServerResponse } from 'node:http';

const PIECE = 32 * 1024;

/** Ends the response with `body`, whose headers are written. */
export function sendBody(response: ServerResponse, body: Buffer): void {
  let from = 0;
  const more = () => {
    for (; body.length - from > PIECE; from += PIECE) {
      if (response.write(body.subarray(from, from + PIECE))) continue;
      from += PIECE;
      response.once('drain', more);
      return;
    }
    response.end(body.subarray(from));
  };
  more();
}
