// Decides which source of packets one port accepts, and where it sends (latching, RFC 7362). Packets from the
// address and port in the SDP are always accepted. Until one has arrived, the first packet from another port
// of that address, or from a network that the administrator configured, latches: only that source is accepted
// from then on. Other hosts never latch. A new address in the SDP starts over.

import { BlockList, isIPv6, SocketAddress } from 'node:net';

export interface TransportAddress {
  readonly address: string;
  readonly port: number;
}

/** The list of configured networks, such as 203.0.113.0/24; null when there are none. */
export function latchNetworks(networks: readonly string[]): BlockList | null {
  if (networks.length === 0) return null;
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix = ''] = network.split('/');
    list.addSubnet(address, Number(prefix), isIPv6(address) ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** After a new address, packets from the old source may still arrive for this long. */
const oldSourceMs = 1000;

export class Latch {
  readonly #networks: BlockList | null;
  #signalled: TransportAddress | null = null;
  /** Whether packets may be sent to the address in the SDP: the fence allows it. */
  #reachable = false;
  #latched: TransportAddress | null = null;
  #before: TransportAddress | null = null;
  #beforeUntil = 0;
  #prefersSignalled = false;

  /** `networks` come from the configuration; null when there are none. */
  constructor(networks: BlockList | null) {
    this.#networks = networks;
  }

  /** Sets the address from the SDP; with null no packet is accepted. */
  expect(signalled: TransportAddress | null, reachable: boolean, now: number): void {
    this.#before = this.#latched;
    this.#beforeUntil = now + oldSourceMs;
    this.#signalled = signalled && { address: plain(signalled.address), port: signalled.port };
    this.#reachable = reachable;
    this.#latched = null;
    this.#prefersSignalled = false;
  }

  get expects(): boolean {
    return this.#signalled !== null;
  }

  /**
   * Where to send; null while unknown: the fence forbids the address in the SDP and no packet has arrived.
   */
  get target(): TransportAddress | null {
    const signalled = this.#reachable ? this.#signalled : null;
    return this.#prefersSignalled ? signalled : (this.#latched ?? signalled);
  }

  /** Whether a source other than the address in the SDP has latched. */
  get elsewhere(): boolean {
    return this.#latched !== null && this.#latched !== this.#signalled;
  }

  accepts(address: string, port: number, now: number): boolean {
    const signalled = this.#signalled;
    if (signalled === null) return false;
    const latched = this.#latched;
    if (latched !== null && port === latched.port && address === latched.address) return true;
    // A source that the fence forbids must be in a configured network, because packets are sent to it.
    const sameHost = this.#reachable && address === signalled.address;
    if (sameHost && port === signalled.port) {
      this.#latched = signalled;
      return true;
    }
    if (latched !== null || !(sameHost || this.#isNamed(address))) return false;
    const before = this.#before;
    if (before !== null && port === before.port && address === before.address && now < this.#beforeUntil) {
      return false;
    }
    this.#latched = { address, port };
    return true;
  }

  /**
   * Packets do not arrive: a PBX may send from one port and receive on the port in its SDP. Switches between
   * the two. Returns false when there is only one.
   */
  tryOther(): boolean {
    const [signalled, latched] = [this.#signalled, this.#latched];
    if (!this.#reachable || signalled === null || latched === null || latched === signalled) return false;
    if (latched.address !== signalled.address) return false;
    this.#prefersSignalled = !this.#prefersSignalled;
    return true;
  }

  #isNamed(address: string): boolean {
    return this.#networks?.check(address, isIPv6(address) ? 'ipv6' : 'ipv4') ?? false;
  }
}

/** The notation of sockets: IPv6 has several notations. */
function plain(address: string): string {
  return isIPv6(address) ? new SocketAddress({ address, family: 'ipv6' }).address : address;
}
