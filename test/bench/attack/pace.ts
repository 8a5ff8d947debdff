// Calls a function at an even rate, and opens sockets on given addresses.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** The interval between two batches. */
const BEAT_MS = 10;

/**
 * Calls `blow` so many times a second for `ms`; resolves with the number of calls. Errors of `blow` are
 * ignored.
 */
export async function pace(perSecond: number, ms: number, blow: (index: number) => void): Promise<number> {
  const begun = performance.now();
  let dealt = 0;
  for (;;) {
    const passed = performance.now() - begun;
    const due = Math.floor((Math.min(passed, ms) / 1000) * perSecond);
    for (; dealt < due; dealt++) {
      try {
        blow(dealt);
      } catch {
        // The gateway has closed the connection.
      }
    }
    if (passed >= ms) return dealt;
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
