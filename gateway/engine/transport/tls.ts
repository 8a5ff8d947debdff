// SIP over TLS (RFC 3261 26.2.1, RFC 5922): like TCP, with a certificate for the requested name. The check cannot be
// turned off.

import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import { connect, createServer, type SecureVersion, type Server, type TLSSocket } from 'node:tls';
import { certificateError, describeCertificate } from './certificate.ts';
import { endpointKey } from './endpoint.ts';
import { StreamFlows } from './stream-flows.ts';
import { type StreamLimits, streamLimits } from './stream-limits.ts';
import { sourceAddress } from './tcp.ts';
import type { Endpoint, Flow, FlowUser } from './transport.ts';

export interface TlsIdentity {
  /** PEM. */
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  /** PEM of the trusted authorities, instead of the system's. */
  readonly ca?: string | Buffer;
}

const MIN_VERSION: SecureVersion = 'TLSv1.2';
const HANDSHAKE_MS = 5_000;

export class TlsTransport {
  readonly transport = 'tls';
  readonly #flows: StreamFlows;
  readonly #limits: StreamLimits;
  readonly #identity: TlsIdentity | undefined;
  #server: Server | undefined;
  #bound: Endpoint | undefined;

  /** Without an identity it only dials. */
  constructor(user: FlowUser, identity?: TlsIdentity, limits: StreamLimits = streamLimits) {
    this.#flows = new StreamFlows('tls', user, limits);
    this.#identity = identity;
    this.#limits = limits;
  }

  get bound(): Endpoint | undefined {
    return this.#bound;
  }

  get size(): number {
    return this.#flows.size;
  }

  /** @throws the operating system's error, or OpenSSL's error about the certificate or key. */
  async listen(address: string, port: number): Promise<void> {
    const server = createServer({
      ...this.#identity,
      minVersion: MIN_VERSION,
      handshakeTimeout: HANDSHAKE_MS,
    });
    server.maxConnections = this.#limits.connections;
    // Before the handshake, so that unfinished handshakes count for their source too.
    server.on('connection', (socket: Socket) => {
      socket.on('error', () => {});
      this.#flows.admit(socket);
    });
    server.on('secureConnection', socket => {
      socket.on('error', () => {});
      this.#flows.add(socket);
    });
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    server.listen({ host: address, port, ipv6Only: true });
    await once(server, 'listening');
    server.on('error', () => {});
    this.#server = server;
    this.#bound = { address, port: (server.address() as { port: number }).port };
  }

  /**
   * An open connection to that endpoint whose certificate is for `hostname`, else a new one. Rejects if the certificate
   * is for another name; there is no fallback to another transport.
   */
  flowTo(remote: Endpoint, hostname: string = remote.address): Promise<Flow> {
    // RFC 5922 7.3: a connection is reused only for the identity it was checked against.
    return this.#flows.reuse(
      `${endpointKey(remote)} ${hostname.toLowerCase()}`,
      () => this.#connect(remote, hostname),
      'secureConnect',
    );
  }

  #connect(remote: Endpoint, hostname: string): TLSSocket {
    const socket = connect({
      host: remote.address,
      port: remote.port,
      ...sourceAddress(this.#bound),
      ...this.#identity,
      minVersion: MIN_VERSION,
      servername: isIP(hostname) === 0 ? hostname : '',
      checkServerIdentity: (_name, certificate) => certificateError(hostname, certificate),
    });
    // Node checks the certificate in the same event, and a refused certificate can no longer be read afterwards.
    socket.prependOnceListener('secure', () => {
      const words = describeCertificate(socket.getPeerCertificate());
      socket.prependOnceListener('error', (error: Error) => {
        if (words !== undefined && !socket.authorized) error.message += `; ${words}`;
      });
    });
    return socket;
  }

  findFlow(remote: Endpoint): Flow | undefined {
    return this.#flows.find(remote);
  }

  close(): Promise<void> {
    return this.#flows.close(this.#server);
  }
}
