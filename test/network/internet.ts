// An internet of few machines, whose addresses are the documentation's: a PBX, visitors, and a gateway that stands in it,
// behind a NAT, or in a container.

import { join } from 'node:path';
import type { ConfigInput } from '../../gateway/config/schema.ts';
import { Asterisk } from '../support/asterisk.ts';
import { eventually } from '../support/eventually.ts';
import { ADMIN_TOKEN, Gateway } from '../support/gateway.ts';
import { type Namespace, Wire } from '../support/namespace.ts';
import { PeerProcess, run } from '../support/peer-process.ts';
import { repository } from '../support/repository.ts';

export const PAGE = 'https://mysite.test';

export const address = {
  gateway: '198.51.100.7',
  gateway6: '2001:db8:66::7',
  pbx: '198.51.100.22',
  pbx6: '2001:db8:66::22',
  visitor: '198.51.100.50',
  visitor6: '2001:db8:66::50',
} as const;

/** Ports of the gateway, in its file. */
export const ports = {
  web: 8443,
  admin: 8444,
  sip: 5060,
  browsers: 19_000,
  rtp: [20_000, 20_998] as [number, number],
};

export class Internet {
  readonly wire: Wire;
  readonly #others: Wire[] = [];
  readonly #peers: { stop(): Promise<void> }[] = [];
  #dns: PeerProcess | undefined;

  static async start(): Promise<Internet> {
    return new Internet(await Wire.start());
  }

  private constructor(wire: Wire) {
    this.wire = wire;
  }

  /** A network behind a machine of the internet's. */
  async inner(): Promise<Wire> {
    const wire = await Wire.start();
    this.#others.push(wire);
    return wire;
  }

  /** An Asterisk whose `echo` gives back what it hears. */
  async pbx(machine: Namespace, at: string): Promise<Asterisk> {
    return this.add(await Asterisk.start(22, { address: at, inside: machine }));
  }

  /** DNS of mysite.test on the gateway's own machine, whose PBX has these addresses. */
  dns(machine: Namespace, ...pbx: readonly string[]): void {
    const records = pbx.map(one => `--host-record=pbx.mysite.test,${one}`);
    this.#dns = this.add(
      new PeerProcess(
        'dnsmasq',
        'dnsmasq',
        [
          ...['-k', '-C', '/dev/null', '--no-hosts', '--no-resolv', '--user=root', '--pid-file='],
          ...['--local=/test/', '--srv-host=_sip._udp.mysite.test,pbx.mysite.test,5060', ...records],
        ],
        { inside: machine },
      ),
    );
  }

  async stopDns(): Promise<void> {
    await this.#dns?.stop();
  }

  async gateway(
    machine: Namespace,
    own: ConfigInput['address'],
    more: Partial<ConfigInput> = {},
  ): Promise<Gateway> {
    const allow = ['198.51.100.0/24', '2001:db8::/32', '10.0.0.0/8', '172.16.0.0/12'];
    return this.add(
      await Gateway.start({
        ...{ address: address.gateway, dns: '127.0.0.1:53', sites: [SITE] },
        file: {
          listen: `[::]:${ports.web}`,
          admin: { listen: `127.0.0.1:${ports.admin}`, token: ADMIN_TOKEN },
          address: own,
          dns: { servers: ['127.0.0.1:53'], allow },
          sip: { udp: ports.sip, tcp: ports.sip },
          media: { browserPort: ports.browsers, pbxPorts: ports.rtp },
          ...more,
        },
        under: ['nsenter', '-t', String(machine.pid), '-n'],
      }),
    );
  }

  /** The program of test/support/namespace-caller.ts, on a machine. */
  caller(machine: Namespace, ...words: readonly string[]): PeerProcess {
    const program = join(repository, 'dist/test/support/namespace-caller.js');
    return this.add(
      new PeerProcess(`caller ${words.join(' ')}`, process.execPath, [program, ...words], {
        inside: machine,
      }),
    );
  }

  /** A visitor calls, is heard and hears; resolves with the candidates that the page got, and the one that it used. */
  async talk(
    machine: Namespace,
    gateway: string,
    family: 4 | 6,
  ): Promise<{ candidates: string; by: string }> {
    const caller = this.caller(machine, 'talk', gateway, PAGE, 'echo@mysite.test', String(family));
    const [, by = ''] = await caller.waitFor(/^heard \d+ by (\S+)$/, { within: 60_000 });
    const [, candidates = ''] = await caller.waitFor(/^candidates (.*)$/);
    await gone(caller);
    return { candidates, by };
  }

  /** Resolves once the gateway on that machine has no call, dialog or media left. */
  async quiet(machine: Namespace): Promise<void> {
    const ask = `fetch('http://127.0.0.1:${ports.admin}/health', { headers: { Authorization: 'Bearer ${ADMIN_TOKEN}' } }).then(answer => answer.text()).then(console.log)`;
    await eventually(
      'the gateway has no call, dialog or media left',
      async () => {
        const text = await run(process.execPath, ['-e', ask], { inside: machine });
        const { calls, dialogs, media } = JSON.parse(text) as Record<string, unknown>;
        if (calls === 0 && dialogs === 0 && (media as { calls?: number }).calls === 0) return true;
        throw new Error(text);
      },
      { within: 60_000, every: 200 },
    );
  }

  add<T extends { stop(): Promise<void> }>(peer: T): T {
    this.#peers.push(peer);
    return peer;
  }

  async close(): Promise<void> {
    await Promise.all(this.#peers.reverse().map(peer => peer.stop()));
    await Promise.all([this.wire, ...this.#others].map(wire => wire.stop()));
  }
}

/** Resolves once a program has ended by itself; a timer keeps this process waiting for it. */
export async function gone(program: PeerProcess): Promise<void> {
  await eventually(`${program.name} has ended`, () => !program.alive);
}

const SITE = {
  domain: 'mysite.test',
  origins: [PAGE],
  callable: ['echo'],
  // The caller of these tests shows no token.
  tokens: false as const,
};
