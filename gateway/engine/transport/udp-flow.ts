// The pair of our UDP port and one peer's address. It needs no resources, but may own a connected socket while outgoing
// requests are under way (see udp-socket.ts).

import type { Socket } from 'node:dgram';
import type { Endpoint, Flow } from './transport.ts';

/** What a flow needs from its transport. */
export interface UdpFlowOwner {
  /** Sends from the listener, which receives no ICMP errors. */
  sendFromListener(message: Buffer, flow: UdpFlow): void;
  localToward(remote: Endpoint): Endpoint;
  /** Monotonic, in ms. */
  now(): number;
  /** The messages of the flow do not arrive. */
  failed(flow: UdpFlow, error: Error): void;
  closedByUs(flow: UdpFlow): void;
}

export class UdpFlow implements Flow {
  readonly transport = 'udp';
  readonly remote: Endpoint;
  readonly reliable = false;
  /** When it was used last, on the transport's clock, in ms. */
  usedAt: number;
  unreadable: string | undefined;
  readonly #owner: UdpFlowOwner;
  #local: Endpoint | undefined;
  #socket: Socket | undefined;
  #closed = false;

  constructor(owner: UdpFlowOwner, remote: Endpoint) {
    this.#owner = owner;
    this.remote = remote;
    this.usedAt = owner.now();
  }

  get local(): Endpoint {
    this.#local ??= this.#owner.localToward(this.remote);
    return this.#local;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get connected(): boolean {
    return this.#socket !== undefined;
  }

  send(message: Buffer): void {
    if (this.#closed) return;
    this.usedAt = this.#owner.now();
    if (this.#socket === undefined) this.#owner.sendFromListener(message, this);
    else this.#socket.send(message, error => this.#sent(error));
  }

  close(): void {
    if (this.#closed) return;
    this.end();
    this.#owner.closedByUs(this);
  }

  /** From now on sends and receives through this socket. */
  attach(socket: Socket): void {
    this.#socket = socket;
    const { address, port } = socket.address();
    this.#local = { address, port };
    socket.on('error', error => this.#sent(error));
  }

  /** Returns the socket. The flow continues on the listener. */
  detach(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  end(): void {
    this.#closed = true;
    this.detach();
  }

  #sent(error: Error | null): void {
    if (error !== null && !this.#closed) this.#owner.failed(this, error);
  }
}
