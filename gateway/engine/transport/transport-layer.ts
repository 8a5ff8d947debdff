// The transport layer (RFC 3261 18): owns the listen points and all flows, and finds the flow for a message. Must not
// depend on the content of messages.

import type { WebSocket } from 'ws';
import { canonicalAddress, endpointKey, type Family, familyOf, localAddressToward } from './endpoint.ts';
import { hostPortOf, type ListenPoint, type RemoteEndpoint } from './listen-point.ts';
import { type StreamLimits, streamLimits } from './stream-limits.ts';
import { TcpTransport } from './tcp.ts';
import { TlsTransport } from './tls.ts';
import type { Endpoint, Flow, FlowUser, TransportName } from './transport.ts';
import { TransportError } from './transport-error.ts';
import { type UdpLimits, UdpTransport, udpLimits } from './udp.ts';
import { acceptWebSocket, type WebSocketOptions } from './ws.ts';

export type { ListenPoint, RemoteEndpoint } from './listen-point.ts';

/** The part of a log that this layer uses; pino's loggers fit. */
export interface TransportLog {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
}

export interface TransportLimits {
  readonly udp?: UdpLimits;
  readonly stream?: StreamLimits;
}

/** Open flows by transport. For UDP, the remembered peers; they hold no resources. */
export type FlowCounts = Readonly<Record<TransportName, number>>;

type PointTransport = UdpTransport | TcpTransport | TlsTransport;

export class TransportLayer {
  readonly #user: FlowUser;
  readonly #log: TransportLog;
  readonly #limits: TransportLimits;
  readonly #transports: PointTransport[] = [];
  readonly #webSockets = new Map<string, Flow>();
  #points: ListenPoint[] = [];
  #drained: (() => void) | undefined;

  private constructor(user: FlowUser, log: TransportLog, limits: TransportLimits) {
    this.#user = user;
    this.#log = log;
    this.#limits = limits;
  }

  /** Listens on all points. If one fails, rejects with the operating system's error and listens on none. */
  static async listen(
    points: readonly ListenPoint[],
    user: FlowUser,
    log: TransportLog,
    limits: TransportLimits = {},
  ): Promise<TransportLayer> {
    const layer = new TransportLayer(user, log, limits);
    try {
      for (const point of points) await layer.#listenOn(point);
    } catch (error) {
      await layer.close();
      throw error;
    }
    return layer;
  }

  /** The points given to `listen`, with the ports that are really bound. */
  get points(): readonly ListenPoint[] {
    return this.#points;
  }

  /**
   * A flow for requests: an open connection to that endpoint, else a new one. Rejects if there is none (refused, timed
   * out, wrong certificate, no transport for that address family).
   */
  async flowTo(destination: RemoteEndpoint): Promise<Flow> {
    const remote = { address: canonicalAddress(destination.address), port: destination.port };
    const transport = this.#transportFor(destination.transport, remote.address);
    if (transport instanceof TlsTransport) return transport.flowTo(remote, destination.hostname);
    return transport.flowTo(remote);
  }

  /** A flow for responses. Over UDP it needs no socket. A closed connection is opened again. */
  async flowBack(destination: RemoteEndpoint): Promise<Flow> {
    const remote = { address: canonicalAddress(destination.address), port: destination.port };
    const transport = this.#transportFor(destination.transport, remote.address);
    return transport instanceof UdpTransport ? transport.flowBack(remote) : this.flowTo(destination);
  }

  /** The open flow on which this peer's messages arrive. */
  findFlow(transport: TransportName, remote: Endpoint): Flow | undefined {
    const endpoint = { address: canonicalAddress(remote.address), port: remote.port };
    if (transport === 'ws' || transport === 'wss') return this.#webSockets.get(endpointKey(endpoint));
    for (const candidate of this.#transports) {
      const flow = candidate.transport === transport ? candidate.findFlow(endpoint) : undefined;
      if (flow !== undefined) return flow;
    }
    return undefined;
  }

  /** Takes over a WebSocket that speaks SIP. */
  acceptWebSocket(
    socket: WebSocket,
    remote: Endpoint,
    secure: boolean,
    options: WebSocketOptions = {},
  ): Flow {
    const peer = { address: canonicalAddress(remote.address), port: remote.port };
    const key = endpointKey(peer);
    const user: FlowUser = {
      guard: work => this.#user.guard(work),
      received: (message, flow) => this.#user.received(message, flow),
      flowClosed: (flow, error) => {
        if (this.#webSockets.get(key) === flow) this.#webSockets.delete(key);
        this.#user.flowClosed(flow, error);
        if (this.#webSockets.size === 0) this.#drained?.();
      },
    };
    const { local = { address: localAddressToward(peer.address), port: secure ? 443 : 80 } } = options;
    const flow = acceptWebSocket(socket, peer, secure, user, { ...options, local });
    this.#webSockets.set(key, flow);
    return flow;
  }

  /** `host[:port]` for the sent-by of our Via on that flow. */
  viaFor(flow: Flow): string {
    return hostPortOf(flow, this.#points);
  }

  /** `host[:port]` for the URI of our Contact on that flow. */
  contactFor(flow: Flow): string {
    return hostPortOf(flow, this.#points);
  }

  counts(): FlowCounts {
    const counts = { udp: 0, tcp: 0, tls: 0, ws: 0, wss: 0 };
    for (const transport of this.#transports) counts[transport.transport] += transport.size;
    for (const flow of this.#webSockets.values()) counts[flow.transport]++;
    return counts;
  }

  /** Closes everything. Resolves when no socket is left. */
  async close(): Promise<void> {
    const closing = this.#transports.map(transport => transport.close());
    if (this.#webSockets.size > 0) closing.push(new Promise(resolve => (this.#drained = resolve)));
    for (const flow of this.#webSockets.values()) flow.close();
    await Promise.all(closing);
  }

  async #listenOn(point: ListenPoint): Promise<void> {
    const transport = this.#create(point);
    this.#transports.push(transport);
    await transport.listen(point.address, point.port);
    const port = transport.bound?.port ?? point.port;
    this.#points = [...this.#points, { ...point, port }];
    this.#log.info({ transport: point.transport, address: point.address, port }, 'listening for SIP');
  }

  #create(point: ListenPoint): PointTransport {
    const stream = this.#limits.stream ?? streamLimits;
    if (point.transport === 'udp') return new UdpTransport(this.#user, this.#limits.udp ?? udpLimits);
    if (point.transport === 'tcp') return new TcpTransport(this.#user, stream);
    return new TlsTransport(this.#user, point.tls, stream);
  }

  /**
   * The transport for an outgoing flow: one that listens in the peer's address family, first one near the peer; for
   * connections also one that only dials. UDP must listen, because otherwise no answer could arrive.
   */
  #transportFor(name: RemoteEndpoint['transport'], peer: string): PointTransport {
    const family: Family = familyOf(peer);
    const listening = this.#transports.filter(
      ({ transport, bound }) =>
        transport === name && bound !== undefined && familyOf(bound.address) === family,
    );
    const near = listening.find(({ bound }) =>
      this.#points.some(
        ({ transport, address, isNear }) =>
          transport === name && address === bound?.address && isNear?.(peer),
      ),
    );
    const chosen = near ?? listening[0];
    if (chosen !== undefined) return chosen;
    if (name === 'udp') throw new TransportError('ENOTRANSPORT', `no UDP listen point for IPv${family}`);
    const dialling = this.#transports.find(
      ({ transport, bound }) => transport === name && bound === undefined,
    );
    if (dialling !== undefined) return dialling;
    const stream = this.#limits.stream ?? streamLimits;
    const created =
      name === 'tcp' ? new TcpTransport(this.#user, stream) : new TlsTransport(this.#user, undefined, stream);
    this.#transports.push(created);
    this.#log.debug({ transport: name }, 'transport has no listen point: only outgoing connections');
    return created;
  }
}
