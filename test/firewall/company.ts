// A company on a wire: its gateway, its two PBXs, and people of the internet, each on a machine of its own. Firewalls,
// fail2ban and dialplans are what `sip-call pbx` wrote, in force from the start.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { ConfigInput } from '../../gateway/config/schema.ts';
import { Asterisk } from '../support/asterisk.ts';
import { Gateway } from '../support/gateway.ts';
import { type Namespace, Wire } from '../support/namespace.ts';
import { PeerProcess, run } from '../support/peer-process.ts';
import { privateFolder } from '../support/private-folder.ts';
import { repository } from '../support/repository.ts';

export const PAGE = 'https://mysite.test';

/** TEST-NET-2 and the documentation's IPv6, on a wire that leads nowhere. */
export const address = {
  gateway: '198.51.100.7',
  /** chan_pjsip, for mysite.test. */
  pbx22: '198.51.100.22',
  /** chan_sip, for old.mysite.test. */
  pbx16: '198.51.100.16',
  good: '198.51.100.50',
  guesser: '198.51.100.66',
  guesser6: '2001:db8:66::66',
  forger: '198.51.100.99',
} as const;

/** What a real dialplan has besides: somebody who answers. */
const colleagues = ['[default]', 'exten => 105,1,Answer()', ' same => n,Echo()', ''].join('\n');

export type Kit = (path: string) => string;

export class Company {
  readonly machines: Readonly<
    Record<'gateway' | 'pbx22' | 'pbx16' | 'good' | 'guesser' | 'forger', Namespace>
  >;
  readonly securityLog: string;
  readonly #folder: string;
  readonly #wire: Wire;
  #loaded = 0;
  readonly #peers: { stop(): Promise<void> }[] = [];
  gateway!: Gateway;
  pbx22!: Asterisk;
  pbx16!: Asterisk;

  static async open(): Promise<Company> {
    const wire = await Wire.start();
    const machine = (name: string, ...own: string[]) => wire.machine(name, ...own);
    const [gateway, pbx22, pbx16, good, guesser, forger] = await Promise.all([
      machine('the gateway', `${address.gateway}/24`, '2001:db8:66::7/48'),
      machine('the PBX', `${address.pbx22}/24`),
      machine('the old PBX', `${address.pbx16}/24`),
      machine('somebody good', `${address.good}/24`),
      machine('a guesser', `${address.guesser}/24`, `${address.guesser6}/48`),
      machine('a forger', `${address.forger}/24`),
    ]);
    const company = new Company(wire, { gateway, pbx22, pbx16, good, guesser, forger });
    try {
      await company.#start();
      return company;
    } catch (error) {
      await company.close();
      throw error;
    }
  }

  private constructor(wire: Wire, machines: Company['machines']) {
    this.#wire = wire;
    this.machines = machines;
    this.#folder = privateFolder('kit');
    this.securityLog = join(this.#folder, 'security.log');
    writeFileSync(join(this.#folder, 'gateway.yaml'), stringify(this.#config()));
  }

  /** What `sip-call pbx` writes for one of the PBXs. */
  async kit(which: 'pbx22' | 'pbx16', firewall: 'iptables' | 'nftables' = 'iptables'): Promise<Kit> {
    const out = join(this.#folder, `${which}-${firewall}`);
    const domain = which === 'pbx22' ? 'mysite.test' : 'old.mysite.test';
    const program = [join(repository, 'dist/gateway/main.js'), 'pbx'];
    const from = ['--config', join(this.#folder, 'gateway.yaml'), '--domain', domain];
    const to = ['--pbx', address.pbx22, address.pbx16, '--firewall', firewall, '--out', out];
    await run(process.execPath, [...program, ...from, ...to], { within: 60_000 });
    return path => readFileSync(join(out, path), 'utf8');
  }

  /** Loads rules in a machine, as a file that one of its tools reads. */
  async load(machine: Namespace, command: string, rules: string): Promise<string> {
    const file = join(this.#folder, `rules-${++this.#loaded}`);
    writeFileSync(file, rules);
    return await machine.shell(`${command} ${file}`);
  }

  /** The program of test/support/namespace-caller.ts, on a machine. */
  caller(machine: Namespace, ...words: readonly string[]): PeerProcess {
    const program = join(repository, 'dist/test/support/namespace-caller.js');
    const caller = new PeerProcess(`caller ${words.join(' ')}`, process.execPath, [program, ...words], {
      inside: machine,
    });
    return this.#with(caller);
  }

  /** Whether the gateway answers somebody there. */
  async isOpenTo(machine: Namespace, url = this.gateway.url): Promise<boolean> {
    const [line] = await this.caller(machine, 'knock', url).waitFor(/^(?:open|shut)$/, { within: 60_000 });
    return line === 'open';
  }

  add<T extends { stop(): Promise<void> }>(peer: T): T {
    return this.#with(peer);
  }

  async close(): Promise<void> {
    await Promise.all(this.#peers.reverse().map(peer => peer.stop()));
    await this.#wire.stop();
  }

  #with<T extends { stop(): Promise<void> }>(peer: T): T {
    this.#peers.push(peer);
    return peer;
  }

  async #start(): Promise<void> {
    const { gateway: machine, pbx22, pbx16 } = this.machines;
    const [kit22, kit16] = await Promise.all([this.kit('pbx22'), this.kit('pbx16')]);
    for (const [own, part] of [
      [machine, 'gateway'],
      [pbx22, 'pbx'],
      [pbx16, 'pbx'],
    ] as const) {
      await this.load(own, 'iptables-restore', kit22(`${part}/iptables.up`));
      await this.load(own, 'ip6tables-restore', kit22(`${part}/ip6tables.up`));
    }
    const records = Object.entries({
      'mysite.test': address.pbx22,
      'old.mysite.test': address.pbx16,
    }).flatMap(([domain, pbx]) => [
      `--srv-host=_sip._udp.${domain},pbx.${domain},5060`,
      `--host-record=pbx.${domain},${pbx}`,
    ]);
    const dns = new PeerProcess(
      'dnsmasq',
      'dnsmasq',
      [
        '-k',
        '-C',
        '/dev/null',
        '--no-hosts',
        '--no-resolv',
        '--user=root',
        '--pid-file=',
        '--local=/test/',
        ...records,
      ],
      { inside: machine },
    );
    this.#with(dns);
    const extensions = (kit: Kit, channel: string) => kit(`pbx/${channel}/extensions.conf`) + colleagues;
    const starting = [
      Asterisk.start(22, {
        address: address.pbx22,
        inside: pbx22,
        extensions: extensions(kit22, 'chan_pjsip'),
      }),
      Asterisk.start(16, {
        address: address.pbx16,
        inside: pbx16,
        extensions: extensions(kit16, 'chan_sip'),
      }),
    ].map(async one => this.#with(await one));
    const [asterisk22, asterisk16] = await Promise.all(starting);
    if (asterisk22) this.pbx22 = asterisk22;
    if (asterisk16) this.pbx16 = asterisk16;
    const { dns: asked, sites, ...file } = this.#config();
    this.gateway = this.#with(
      await Gateway.start({
        ...{ address: address.gateway, dns: asked?.servers?.[0] ?? '', sites, file },
        file: { ...file, dns: asked ?? {} },
        under: ['nsenter', '-t', String(machine.pid), '-n'],
      }),
    );
  }

  #config(): ConfigInput {
    const many = { callsPerMinute: 10_000, minutesPerDay: 1_000 };
    // One page tries many names here; without a right to call it would get no further than the first.
    const callable = [{ user: 'director', extension: 105 }, 'gone', 'front-desk'];
    return {
      listen: '[::]:443',
      address: address.gateway,
      dns: { servers: ['127.0.0.1:53'], allow: ['198.51.100.0/24'] },
      media: { browserPort: 19000, pbxPorts: [20000, 21998] },
      log: { security: this.securityLog },
      sip: {},
      // Somebody good calls again and again, without an end.
      limits: { perAddress: many, perDestination: many, perSite: many, overall: many },
      sites: ['mysite.test', 'old.mysite.test'].map(domain => ({
        domain,
        origins: [PAGE],
        callable,
        tokens: false as const,
      })),
    };
  }
}
