// Servers that each have one fault, and the records that lead to them.

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import type { ZoneRecord } from '../../../demo-site/dns/zone.ts';
import { type ClosedPort, closedPort } from '../../support/closed-port.ts';
import { PeerProcess } from '../../support/peer-process.ts';
import { RawPeer } from '../../support/raw-peer.ts';

export type Way = 'udp' | 'tcp' | 'tls';

const labels = {
  udp: ['_sip._udp', 'SIP+D2U'],
  tcp: ['_sip._tcp', 'SIP+D2T'],
  tls: ['_sips._tcp', 'SIPS+D2T'],
} as const;

/** Records of a domain whose one server is at `address` and `port`. */
export function leadTo(domain: string, way: Way, address: string, port: number): ZoneRecord[] {
  const [label, services] = labels[way];
  const replacement = `${label}.${domain}`;
  const target = `pbx.${domain}`;
  return [
    {
      name: domain,
      type: 'NAPTR',
      data: { order: 1, preference: 1, flags: 's', services, regexp: '', replacement },
    },
    { name: replacement, type: 'SRV', data: { priority: 1, weight: 0, port, target } },
    { name: target, type: 'A', data: address },
  ];
}

export class Peers {
  readonly address: string;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #peers: RawPeer[] = [];
  readonly #stopped: PeerProcess[] = [];
  readonly #closed: ClosedPort[] = [];

  constructor(address: string) {
    this.address = address;
  }

  async closedPort(): Promise<number> {
    const closed = await closedPort(this.address);
    this.#closed.push(closed);
    return closed.port;
  }

  /** A UDP server that does what the test makes of it. */
  async udp(): Promise<RawPeer> {
    const peer = await RawPeer.pbx(this.address);
    this.#peers.push(peer);
    return peer;
  }

  async tcp(take: (socket: Socket) => void): Promise<number> {
    return await this.#listen(createServer(take));
  }

  /** A TCP port at which connections are never completed: a stopped process whose queue is full drops every SYN. */
  async blackHole(): Promise<number> {
    const listen = `const s=require('net').createServer();s.listen(0,'${this.address}',1,()=>console.log(s.address().port))`;
    const process_ = new PeerProcess('the black hole', process.execPath, ['-e', listen]);
    this.#stopped.push(process_);
    const port = Number((await process_.waitFor(/^\d+$/))[0]);
    process_.signal('SIGSTOP');
    const filling = Array.from({ length: 4 }, () => {
      const socket = connect(port, this.address).on('error', () => {});
      this.#sockets.add(socket);
      return once(socket, 'connect');
    });
    for (const connecting of filling) connecting.catch(() => {});
    await Promise.all(filling.slice(0, 2));
    return port;
  }

  /** A TLS server that would take any message. */
  async tls(options: TlsOptions): Promise<number> {
    const server = createTlsServer(options, socket => void socket.on('error', () => {}));
    server.on('tlsClientError', () => {});
    return await this.#listen(server);
  }

  async #listen(server: Server): Promise<number> {
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
    });
    server.listen(0, this.address);
    await once(server, 'listening');
    this.#servers.push(server);
    return (server.address() as { port: number }).port;
  }

  async close(): Promise<void> {
    for (const peer of this.#peers) peer.close();
    for (const socket of this.#sockets) socket.destroy();
    for (const server of this.#servers) server.close();
    for (const process_ of this.#stopped) process_.signal('SIGKILL');
    await Promise.all(this.#closed.map(closed => closed.release()));
  }
}
