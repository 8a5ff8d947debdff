// A way for datagrams that misbehaves as networks do: the visitor's way to the gateway's media port in stories where
// it is cut, where a NAT forgets who spoke, and where the visitor walks out of one network into another.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

export class UdpPath {
  readonly address: string;
  readonly #near: Socket;
  /** By the visitor's address and port: our end toward the gateway. Undefined: of a network that is gone. */
  readonly #flows = new Map<string, Socket | undefined>();
  #cut = false;

  /** A way from `address` to the gateway's `port`, which is its own as well. */
  static async to(gateway: string, port: number, address: string): Promise<UdpPath> {
    const near = createSocket('udp4');
    near.bind(port, address);
    await once(near, 'listening');
    return new UdpPath(near, address, { address: gateway, port });
  }

  private constructor(
    near: Socket,
    address: string,
    far: { readonly address: string; readonly port: number },
  ) {
    this.address = address;
    this.#near = near;
    near.on('message', (datagram, from) => {
      if (this.#cut) return;
      const name = `${from.address} ${from.port}`;
      if (!this.#flows.has(name)) this.#flows.set(name, this.#flow(from.address, from.port));
      this.#flows.get(name)?.send(datagram, far.port, far.address);
    });
  }

  /** Nothing passes until {@link mend}. */
  cut(): void {
    this.#cut = true;
  }

  mend(): void {
    this.#cut = false;
  }

  /** The network that the visitor was in is gone: nothing passes of the sockets seen until now. */
  leave(): void {
    for (const [name, flow] of this.#flows) {
      flow?.close();
      this.#flows.set(name, undefined);
    }
  }

  /** A NAT forgets: everybody seen until now comes from another port. */
  forget(): void {
    for (const flow of this.#flows.values()) flow?.close();
    this.#flows.clear();
  }

  async stop(): Promise<void> {
    this.leave();
    this.#near.close();
  }

  #flow(address: string, port: number): Socket {
    const flow = createSocket('udp4');
    flow.bind(0, this.address);
    flow.on('message', datagram => {
      if (!this.#cut) this.#near.send(datagram, port, address);
    });
    return flow;
  }
}
