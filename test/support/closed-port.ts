// A port at which nothing listens, over UDP and TCP, held until it is released: neither the system nor `freePort` gives it
// to another process, which would answer there.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { freePort } from './free-port.ts';

export interface ClosedPort {
  readonly port: number;
  /** From then on it may be listened at. */
  release(): Promise<void>;
}

/** A socket that is connected elsewhere owns its port; the system refuses what comes there from anybody else. */
export async function closedPort(address: string): Promise<ClosedPort> {
  const elsewhere = createServer().listen(0, address);
  await once(elsewhere, 'listening');
  const { port: far } = elsewhere.address() as { port: number };
  const accepted = once(elsewhere, 'connection');
  const port = await freePort(address);
  const udp = createSocket('udp4').bind(port, address);
  const tcp = connect({ host: address, port: far, localAddress: address, localPort: port });
  await Promise.all([once(udp, 'listening'), once(tcp, 'connect')]);
  udp.connect(far, address);
  await once(udp, 'connect');
  const [peer] = await accepted;
  peer.on('error', () => {});
  return {
    port,
    async release() {
      const closed = [udp, tcp, peer, elsewhere].map(socket => once(socket, 'close'));
      udp.close();
      // A connection that ends in order keeps its port for a minute more.
      tcp.resetAndDestroy();
      peer.destroy();
      elsewhere.close();
      await Promise.all(closed);
    },
  };
}
