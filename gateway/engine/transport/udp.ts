// SIP over UDP (RFC 3261 18.1.1, 18.2.1): one listening socket, one flow per peer. A peer that receives our requests
// gets a connected socket, so that a closed port there is reported immediately (udp-socket.ts).

import type { Socket } from 'node:dgram';
import { canonicalAddress, endpointKey, isWildcard, localAddressToward } from './endpoint.ts';
import type { Endpoint, Flow, FlowUser } from './transport.ts';
import { UdpFlow, type UdpFlowOwner } from './udp-flow.ts';
import { bindConnected, bindListener, type Datagrams, sharesPorts } from './udp-socket.ts';
import { type SourceLimits, sourceLimits, UdpSources } from './udp-sources.ts';

export interface UdpLimits {
  /** Number of peers that are remembered. The oldest is removed first, which has no effect on that peer. */
  readonly flows: number;
  /** Peers with a separate socket. */
  readonly connected: number;
  /** A flow that is unused for this long is removed and its socket closed: twice RFC 3261's 64*T1. */
  readonly idleMs: number;
  /** Limits for unknown sources. Default `sourceLimits`. */
  readonly perSource?: SourceLimits;
}

export const udpLimits: UdpLimits = { flows: 8_192, connected: 256, idleMs: 64_000 };

export class UdpTransport implements UdpFlowOwner {
  readonly transport = 'udp';
  readonly #user: FlowUser;
  readonly #limits: UdpLimits;
  readonly now: () => number;
  readonly #flows = new Map<string, UdpFlow>();
  readonly #connecting = new Map<string, Promise<void>>();
  readonly #sources: UdpSources;
  readonly #sweeper: NodeJS.Timeout;
  #listener: Socket | undefined;
  #bound: Endpoint = { address: '', port: 0 };

  /** `now` in ms, monotonic. */
  constructor(user: FlowUser, limits: UdpLimits = udpLimits, now: () => number = () => performance.now()) {
    this.#user = user;
    this.#limits = limits;
    this.#sources = new UdpSources(limits.perSource ?? sourceLimits);
    this.now = now;
    this.#sweeper = setInterval(() => this.sweep(), limits.idleMs / 4).unref();
  }

  get bound(): Endpoint {
    return this.#bound;
  }

  get size(): number {
    return this.#flows.size;
  }

  get connectedSize(): number {
    let connected = 0;
    for (const flow of this.#flows.values()) if (flow.connected) connected++;
    return connected;
  }

  /** @throws the operating system's error: EADDRINUSE, EACCES, EADDRNOTAVAIL. */
  async listen(address: string, port: number): Promise<void> {
    const listener = await bindListener({ address, port }, this.#heard);
    listener.on('error', () => {});
    this.#listener = listener;
    this.#bound = { address, port: listener.address().port };
  }

  /** Datagrams dropped because their source sent too many. */
  get dropped(): number {
    return this.#sources.dropped;
  }

  /** A flow for requests. A closed port there is reported by `flowClosed` within a round trip. */
  async flowTo(remote: Endpoint): Promise<Flow> {
    const flow = this.#flowFor(remote);
    if (!flow.connected && sharesPorts) {
      const key = endpointKey(remote);
      let connecting = this.#connecting.get(key);
      if (connecting === undefined) {
        connecting = this.#connect(flow).finally(() => this.#connecting.delete(key));
        this.#connecting.set(key, connecting);
      }
      await connecting;
    }
    return flow;
  }

  /**
   * A flow for responses. It gets no separate socket: the port comes from the peer's Via, and a peer may name a
   * thousand ports.
   */
  flowBack(remote: Endpoint): Flow {
    return this.#flows.get(endpointKey(remote)) ?? new UdpFlow(this, remote);
  }

  findFlow(remote: Endpoint): Flow | undefined {
    return this.#flows.get(endpointKey(remote));
  }

  /** Removes flows that were unused for `idleMs`. */
  sweep(): void {
    const before = this.now() - this.#limits.idleMs;
    this.#sources.sweep(this.now());
    for (const [key, flow] of this.#flows) {
      if (flow.usedAt >= before) continue;
      this.#flows.delete(key);
      flow.detach();
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    await Promise.allSettled(this.#connecting.values());
    for (const flow of this.#flows.values()) flow.end();
    this.#flows.clear();
    const listener = this.#listener;
    this.#listener = undefined;
    if (listener !== undefined) await new Promise<void>(resolve => listener.close(resolve));
  }

  sendFromListener(message: Buffer, flow: UdpFlow): void {
    this.#listener?.send(message, flow.remote.port, flow.remote.address, error => {
      if (error !== null && !flow.closed) this.failed(flow, error);
    });
  }

  localToward(remote: Endpoint): Endpoint {
    const { address, port } = this.#bound;
    return { address: isWildcard(address) ? localAddressToward(remote.address) : address, port };
  }

  failed(flow: UdpFlow, error: Error): void {
    // A message that is too large for a datagram says nothing about the peer: the address in it may be forged.
    if (codeOf(error) === 'EMSGSIZE') return;
    flow.end();
    this.#forget(flow);
    this.#user.flowClosed(flow, error);
  }

  closedByUs(flow: UdpFlow): void {
    this.#forget(flow);
    this.#user.flowClosed(flow);
  }

  readonly #heard: Datagrams = (message, source) =>
    void this.#user.guard(() => this.#receive(message, source));

  #receive(message: Buffer, source: { address: string; port: number }): void {
    // Keep-alives by which phones keep NAT bindings open: blank lines, zeros, an empty datagram, STUN.
    if (message.length <= 4 || message[0]! < 0x0d) return;
    // RFC 3261 18.2.1: port 0 cannot be answered.
    if (source.port === 0 || this.#listener === undefined) return;
    const remote = { address: canonicalAddress(source.address), port: source.port };
    // A peer that we call may send any number of requests.
    const known = this.#flows.get(endpointKey(remote))?.connected === true;
    if (!known && !this.#sources.admits(message, remote.address, this.now())) return;
    const flow = this.#flowFor(remote);
    this.#user.received(message, flow);
  }

  #flowFor(remote: Endpoint): UdpFlow {
    const key = endpointKey(remote);
    let flow = this.#flows.get(key);
    if (flow === undefined) {
      if (this.#flows.size >= this.#limits.flows) this.#forgetOldest();
      flow = new UdpFlow(this, remote);
      this.#flows.set(key, flow);
    }
    flow.usedAt = this.now();
    return flow;
  }

  /** A failure here only means that the transaction's timer, later, detects the peer's closed port. */
  async #connect(flow: UdpFlow): Promise<void> {
    if (this.connectedSize >= this.#limits.connected) this.#detachLeastUsed();
    try {
      const socket = await bindConnected(this.#bound, flow.remote, this.#heard);
      if (flow.closed || this.#listener === undefined) socket.close();
      else flow.attach(socket);
    } catch (error) {
      // The host lacks the address family or route: as final as a refusal, and known sooner.
      if (['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL', 'EINVAL'].includes(codeOf(error))) {
        flow.end();
        this.#forget(flow);
        throw error;
      }
    }
  }

  #detachLeastUsed(): void {
    let least: UdpFlow | undefined;
    for (const flow of this.#flows.values()) {
      if (flow.connected && (least === undefined || flow.usedAt < least.usedAt)) least = flow;
    }
    least?.detach();
  }

  /** Peers with a socket were chosen by us and stay: a flood from unknown sources must not remove them. */
  #forgetOldest(): void {
    for (const flow of this.#flows.values()) {
      if (flow.connected) continue;
      this.#forget(flow);
      return;
    }
  }

  #forget(flow: UdpFlow): void {
    const key = endpointKey(flow.remote);
    if (this.#flows.get(key) === flow) this.#flows.delete(key);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
