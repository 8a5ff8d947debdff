// Answers a refused upgrade with plain HTTP and closes the connection.

import type { Duplex } from 'node:stream';
import type { UpgradeRefusal } from './admission.ts';

export function refuseUpgrade(socket: Duplex, { status, reason, retrySeconds = 10 }: UpgradeRefusal): void {
  const body = `${reason}\n`;
  const retry = status === 429 || status === 503 ? `Retry-After: ${retrySeconds}\r\n` : '';
  // RFC 9110 11.6.1: a 401 names the authentication scheme.
  const scheme = status === 401 ? 'WWW-Authenticate: SipCallToken\r\n' : '';
  // A peer that keeps its half of the connection open must not keep the other half open.
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: text/plain\r\n${retry}${scheme}` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
