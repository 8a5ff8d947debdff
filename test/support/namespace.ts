// Machines on a wire, for what must not happen on the host: firewalls, bans, floods. Each is a network namespace that
// lives as long as the process that holds it, and that ends with the test at the latest; nothing is left behind.

import { readlinkSync } from 'node:fs';
import { eventually } from './eventually.ts';
import { underCi } from './parts.ts';
import { PeerProcess, run } from './peer-process.ts';

/** Why there are no namespaces here, or false. Throws under CI. */
export async function namespacesMissing(): Promise<string | false> {
  try {
    await run('unshare', ['-n', 'true']);
    return false;
  } catch (error) {
    const reason = `network namespaces are not permitted here: ${error instanceof Error ? error.message : error}`;
    if (underCi()) throw new Error(reason);
    return reason;
  }
}

export class Namespace {
  readonly #holder: PeerProcess;

  static async start(name: string): Promise<Namespace> {
    const holder = new PeerProcess(name, 'unshare', ['-n', 'sleep', 'infinity']);
    const network = (pid: number | 'self') => readlinkSync(`/proc/${pid}/ns/net`);
    await eventually(`${name} has a network`, () => network(holder.pid) !== network('self'), { every: 10 });
    return new Namespace(holder);
  }

  private constructor(holder: PeerProcess) {
    this.#holder = holder;
  }

  get pid(): number {
    return this.#holder.pid;
  }

  /** Runs lines of shell in it; resolves with what they printed. */
  async shell(lines: string): Promise<string> {
    return await run('sh', ['-ec', lines], { inside: this, within: 60_000 });
  }

  async stop(): Promise<void> {
    await this.#holder.kill();
  }
}

/** A switch that machines are plugged into. */
export class Wire {
  readonly #middle: Namespace;
  readonly #machines: Namespace[] = [];
  #ports = 0;

  static async start(): Promise<Wire> {
    const middle = await Namespace.start('the wire');
    await middle.shell('ip link add br0 type bridge && ip link set br0 up');
    return new Wire(middle);
  }

  private constructor(middle: Namespace) {
    this.#middle = middle;
  }

  /** Addresses come with the length of the wire's prefix, such as 198.51.100.7/24. */
  async machine(name: string, ...addresses: readonly string[]): Promise<Namespace> {
    const machine = await Namespace.start(name);
    this.#machines.push(machine);
    await machine.shell('ip link set lo up');
    await this.plug(machine, 'eth0', ...addresses);
    return machine;
  }

  /** Connects a machine of another wire to this one as well. */
  async plug(machine: Namespace, device: string, ...addresses: readonly string[]): Promise<void> {
    const port = `port${++this.#ports}`;
    await this.#middle.shell(
      `ip link add ${port} type veth peer name ${device} netns ${machine.pid}; ip link set ${port} master br0 up`,
    );
    const lines = addresses.map(
      address => `ip addr add ${address} dev ${device}${address.includes(':') ? ' nodad' : ''}`,
    );
    await machine.shell([...lines, `ip link set ${device} up`].join('\n'));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#machines, this.#middle].map(machine => machine.stop()));
  }
}
