// Where the packets of one port come from, and where ours go (RFC 7362, with its cautions). A PBX is believed at the
// address and port that its SDP names, always. Before it has spoken from there, the first packet of the same host, or of
// a network that the owner named, decides for good: RTP may leave from another port, or cross a NAT. Nobody else's
// packet decides anything. When the SDP names another address, all of that begins anew.

import { type BlockList, isIPv6, SocketAddress } from 'node:net';

export interface Place {
  readonly address: string;
  readonly port: number;
}

/** After a new address, packets of the old one are on their way for so long. */
const straysMs = 1000;

export class Latch {
  readonly #networks: BlockList | null;
  #signalled: Place | null = null;
  /** The SDP's address may be told packets of ours: it is not behind the fence. */
  #reachable = false;
  #latched: Place | null = null;
  #before: Place | null = null;
  #beforeUntil = 0;
  #prefersSignalled = false;

  /** `networks` are the owner's; null when there are none. */
  constructor(networks: BlockList | null) {
    this.#networks = networks;
  }

  /** What the SDP names; null for nothing, and then nothing is heard. */
  expect(signalled: Place | null, reachable: boolean, now: number): void {
    this.#before = this.#latched;
    this.#beforeUntil = now + straysMs;
    this.#signalled = signalled && { address: plain(signalled.address), port: signalled.port };
    this.#reachable = reachable;
    this.#latched = null;
    this.#prefersSignalled = false;
  }

  get expects(): boolean {
    return this.#signalled !== null;
  }

  /** Where to send; null when that is not known: the address of the SDP is behind the fence, and nothing has come. */
  get target(): Place | null {
    const signalled = this.#reachable ? this.#signalled : null;
    return this.#prefersSignalled ? signalled : (this.#latched ?? signalled);
  }

  accepts(address: string, port: number, now: number): boolean {
    const signalled = this.#signalled;
    if (signalled === null) return false;
    const latched = this.#latched;
    if (latched !== null && port === latched.port && address === latched.address) return true;
    // What is behind the fence is not believed either, unless the owner named it: ours would go there.
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
   * What is sent does not arrive: a PBX that sends from one port may listen at the one that it named. True when there is
   * such a port and it is tried from now on.
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

/** As sockets write it: IPv6 has several ways. */
function plain(address: string): string {
  return isIPv6(address) ? new SocketAddress({ address, family: 'ipv6' }).address : address;
}
