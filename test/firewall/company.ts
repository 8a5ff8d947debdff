// A company on a wire: its gateway, its two PBXs, and people of the internet, each on a machine of its own. Zones,
// firewalls, dialplans and what fail2ban reads are what `sip-call pbx` wrote, in force from the start; the PBXs have the
// configuration of their Debian package, which includes the kit's files as in its README.txt.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { ConfigInput } from '../../gateway/config/schema.ts';
import { Asterisk } from '../support/asterisk.ts';
import { Gateway } from '../support/gateway.ts';
import { NameServer } from '../support/name-server.ts';
import { type Namespace, Wire } from '../support/namespace.ts';
import { PeerProcess, run } from '../support/peer-process.ts';
import { privateFolder } from '../support/private-folder.ts';
import { repository } from '../support/repository.ts';

export const PAGE = 'https://mysite.test';

/** TEST-NET-2 and the documentation's IPv6, on a wire that leads nowhere. */
export const address = {
  gateway: '198.51.100.7',
  /** chan_pjsip, for mysite.test and its shop.mysite.test. */
  pbx22: '198.51.100.22',
  /** chan_sip, for old.mysite.test. */
  pbx16: '198.51.100.16',
  good: '198.51.100.50',
  guesser: '198.51.100.66',
  guesser6: '2001:db8:66::66',
  forger: '198.51.100.99',
} as const;

/** Folders of the kit. */
export const folderOf = {
  gateway: 'gateway',
  pbx22: 'asterisk.mysite.test',
  pbx16: 'asterisk.old.mysite.test',
} as const;

/** What an office has of its own: 105 answers, 106 is unplugged, 108 is busy; 107 is an extension it never made. */
const office = (technology: string) =>
  [
    '[office]',
    'exten => 105,1,Answer()',
    ' same => n,Echo()',
    ...[106, 108].map(number => `exten => ${number},1,Dial(${technology}/${number})`),
    'exten => 205,1,Playback(demo-congrats)',
    ' same => n,Hangup()',
  ].join('\n');

/** The machine of the telephone that is always busy: see test/support/namespace-caller.ts. */
export const BUSY_PORT = 5098;

const phones22 = [
  ...['106', '108'].flatMap(number => [
    ...[`[${number}]`, 'type=endpoint', 'context=office', 'disallow=all', 'allow=alaw', `aors=${number}`],
    ...[`[${number}]`, 'type=aor', 'max_contacts=1'],
  ]),
  `contact=sip:108@127.0.0.1:${BUSY_PORT}`,
].join('\n');

const phones16 = [
  ...['[106]', 'type=friend', 'host=dynamic', 'context=office'],
  ...['[108]', 'type=friend', 'host=127.0.0.1', `port=${BUSY_PORT}`, 'context=office'],
].join('\n');

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
      machine('an honest caller', `${address.good}/24`),
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
    writeFileSync(join(this.#folder, 'gateway.yaml'), stringify(this.#config([])));
  }

  /** What `sip-call pbx` writes. */
  async kit(firewall: 'iptables' | 'nftables' = 'iptables'): Promise<Kit> {
    const out = this.#kitFolder(firewall);
    const program = [join(repository, 'dist/gateway/main.js'), 'pbx'];
    const from = ['--config', join(this.#folder, 'gateway.yaml')];
    await run(process.execPath, [...program, ...from, '--firewall', firewall, '--out', out], {
      within: 60_000,
    });
    return path => readFileSync(join(out, path), 'utf8');
  }

  #kitFolder(firewall: string): string {
    return join(this.#folder, `kit-${firewall}`);
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

  /** Whether the gateway answers that machine. */
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
    const kit = await this.kit();
    const { gateway: machine } = this.machines;
    for (const which of ['gateway', 'pbx22', 'pbx16'] as const) {
      const rules = (name: string) => kit(`${folderOf[which]}/etc/${name}.up`);
      await this.load(this.machines[which], 'iptables-restore', rules('iptables'));
      await this.load(this.machines[which], 'ip6tables-restore', rules('ip6tables'));
    }
    const zones = ['mysite.test', 'shop.mysite.test', 'old.mysite.test'];
    const files = zones.map(zone => [zone, join(this.#kitFolder('iptables'), `dns/${zone}.zone`)] as const);
    this.#with(await NameServer.start('127.0.0.1', 53, Object.fromEntries(files), machine));
    const [asterisk22, asterisk16] = await Promise.all(
      (['pbx22', 'pbx16'] as const).map(async which => this.#with(await this.#asterisk(which, kit))),
    );
    if (asterisk22) this.pbx22 = asterisk22;
    if (asterisk16) this.pbx16 = asterisk16;
    // The gateway also lists people that no PBX has.
    const { dns: asked, sites, ...file } = this.#config(['gone']);
    this.gateway = this.#with(
      await Gateway.start({
        ...{ address: address.gateway, dns: asked?.servers?.[0] ?? '', sites, file },
        file: { ...file, dns: asked ?? {} },
        under: ['nsenter', '-t', String(machine.pid), '-n'],
      }),
    );
  }

  async #asterisk(which: 'pbx22' | 'pbx16', kit: Kit): Promise<Asterisk> {
    const isNew = which === 'pbx22';
    const own = isNew ? ['pjsip.conf', 'pjsip-transports.conf'] : ['sip.conf'];
    const path = (name: string) => `sip-call/${name}`;
    const file = (name: string) => kit(`${folderOf[which]}/etc/asterisk/${path(name)}`);
    const includes = (...names: readonly string[]) => names.map(name => `#include ${path(name)}`).join('\n');
    return await Asterisk.start(isNew ? 22 : 16, {
      address: address[which],
      inside: this.machines[which],
      stock: {
        files: Object.fromEntries(['extensions.conf', ...own].map(name => [path(name), file(name)])),
        endings: {
          // A line that is added at the very end later.
          'extensions.conf': `${office(isNew ? 'PJSIP' : 'SIP')}\n${includes('extensions.conf')}\nexten => 999,1,Answer()`,
          [isNew ? 'pjsip.conf' : 'sip.conf']: `${isNew ? phones22 : phones16}\n${includes(...own)}`,
        },
      },
    });
  }

  /** `more`: further users that the gateway lets visitors call. */
  #config(more: readonly string[]): ConfigInput {
    const many = { callsPerMinute: 10_000, minutesPerDay: 1_000 };
    const ringing = {
      director: 105,
      'anna.petrova': 105,
      'front-desk': 105,
      unplugged: 106,
      lost: 107,
      busy: 108,
    };
    const callable = [
      ...Object.entries(ringing).map(([user, extension]) => ({ user, extension })),
      'seminar',
      'nowhere',
      ...more,
    ];
    const pbx22 = { servers: [address.pbx22], context: 'office', guests: { calls: 2, seconds: 15 } };
    const one = { origins: [PAGE], tokens: false as const };
    return {
      listen: '[::]:443',
      address: address.gateway,
      dns: { servers: ['127.0.0.1:53'], allow: ['198.51.100.0/24'] },
      media: { browserPort: 19000, pbxPorts: [20000, 21998] },
      log: { securityFile: this.securityLog },
      sip: {},
      // The good caller calls again and again, without an end. One page tries many names here; with a right to call, it
      // would get no further than the first.
      limits: { perAddress: many, perDestination: many, perSite: many, overall: many },
      sites: [
        { domain: 'mysite.test', ...one, callable, pbx: pbx22 },
        {
          ...{ domain: 'shop.mysite.test', ...one },
          callable: [{ user: 'director', extension: 205 }],
          pbx: { ...pbx22, servers: [{ name: 'asterisk.mysite.test', addresses: [address.pbx22] }] },
        },
        {
          ...{ domain: 'old.mysite.test', ...one, callable },
          pbx: {
            ...{ servers: [address.pbx16], driver: 'chan_sip', context: 'office' },
            ...{ wrongNumber: 'bad-user', guests: { calls: 2, seconds: 15 } },
          },
        },
      ],
    };
  }
}
