// Calls a function at an even rate, and opens sockets on given addresses.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** The interval between two batches. */
const BEAT_MS = 10;

/**
 * Calls `attempt` so many times a second for `ms`; resolves with the number of calls. Errors of `attempt` are
 * ignored.
 */
export async function pace(perSecond: number, ms: number, attempt: (index: number) => void): Promise<number> {
  const begun = performance.now();
  let attempts = 0;
  for (;;) {
    const passed = performance.now() - begun;
    const due = Math.floor((Math.min(passed, ms) / 1000) * perSecond);
    for (; attempts < due; attempts++) {
      try {
        attempt(attempts);
      } catch {
        // The gateway has closed the connection.
      }
    }
    if (passed >= ms) return attempts;
    await new Promise(resolve => setTimeout(resolve, BEAT_MS));
  }
}

export async function udpFrom(address: string, heard?: (datagram: Buffer) => void): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.on('error', () => {});
  if (heard) socket.on('message', heard);
  socket.bind(0, address);
  await once(socket, 'listening');
  return socket;
}
