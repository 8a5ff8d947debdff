// SIP over TCP (RFC 3261 18): a listener, and outgoing connections with reuse.

import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { endpointKey, isWildcard } from './endpoint.ts';
import { StreamFlows } from './stream-flows.ts';
import { type StreamLimits, streamLimits } from './stream-limits.ts';
import type { Endpoint, Flow, FlowUser } from './transport.ts';

export class TcpTransport {
  readonly transport = 'tcp';
  readonly #flows: StreamFlows;
  readonly #limits: StreamLimits;
  #server: Server | undefined;
  #bound: Endpoint | undefined;

  constructor(user: FlowUser, limits: StreamLimits = streamLimits) {
    this.#flows = new StreamFlows('tcp', user, limits);
    this.#limits = limits;
  }

  /** The listening address with the real port. Undefined for a transport that only dials. */
  get bound(): Endpoint | undefined {
    return this.#bound;
  }

  get size(): number {
    return this.#flows.size;
  }

  /** @throws the operating system's error: EADDRINUSE, EACCES, EADDRNOTAVAIL. */
  async listen(address: string, port: number): Promise<void> {
    const server = createServer(socket => {
      // Without a listener an early reset would be an uncaught exception.
      socket.on('error', () => {});
      if (this.#flows.admit(socket)) this.#flows.add(socket);
    });
    server.maxConnections = this.#limits.connections;
    server.listen({ host: address, port, ipv6Only: true });
    await once(server, 'listening');
    server.on('error', () => {});
    this.#server = server;
    this.#bound = { address, port: (server.address() as { port: number }).port };
  }

  /** An open connection to that endpoint, else a new one. Rejects if there is no connection. */
  flowTo(remote: Endpoint): Promise<Flow> {
    const existing = this.#flows.find(remote);
    if (existing !== undefined && !existing.closed) return Promise.resolve(existing);
    return this.#flows.reuse(
      endpointKey(remote),
      () => connect({ host: remote.address, port: remote.port, ...sourceAddress(this.#bound) }),
      'connect',
    );
  }

  findFlow(remote: Endpoint): Flow | undefined {
    return this.#flows.find(remote);
  }

  close(): Promise<void> {
    return this.#flows.close(this.#server);
  }
}

/** Outgoing connections use the listening address as their source, if it is a single one. */
export function sourceAddress(bound: Endpoint | undefined): { localAddress?: string } {
  return bound === undefined || isWildcard(bound.address) ? {} : { localAddress: bound.address };
}
