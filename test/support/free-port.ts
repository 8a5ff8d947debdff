// A port nobody uses now, over UDP and TCP alike, for peers that cannot choose their own.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

export async function freePort(address: string): Promise<number> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const server = createServer().listen(0, address);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const socket = createSocket('udp4').bind(port, address);
    try {
      await once(socket, 'listening');
      return port;
    } catch {
      // Taken over UDP: try another.
    } finally {
      socket.close();
      server.close();
      await once(server, 'close');
    }
  }
  throw new Error(`no port of ${address} is free over both UDP and TCP`);
}
