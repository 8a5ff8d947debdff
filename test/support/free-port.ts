// A port that is free over UDP and TCP alike, for peers that cannot choose their own. It is not one that the system
// gives to whoever asks for any port: another process would get it before the peer has it.

import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the system's own ports, and below those that tests and gateways name: 19000 and up. */
const [FIRST, LAST] = [10_000, 18_999];

export async function freePort(address: string): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = randomInt(FIRST, LAST + 1);
    if (await isFree(address, port)) return port;
  }
  throw new Error(`no port of ${address} is free over both UDP and TCP`);
}

async function isFree(address: string, port: number): Promise<boolean> {
  const server = createServer();
  const socket = createSocket('udp4');
  try {
    server.listen(port, address);
    await once(server, 'listening');
    socket.bind(port, address);
    await once(socket, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
    if (server.listening) {
      server.close();
      await once(server, 'close');
    }
  }
}
