// A real DNS server, dnsmasq, with the founding document's records for mysite.test: four NAPTR, then SRV, then A.

import { Resolver } from 'node:dns/promises';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { programPath } from './parts.ts';
import { PeerProcess } from './peer-process.ts';
import { privateFolder } from './private-folder.ts';

export const domain = 'mysite.test';

/**
 * What the domain publishes:
 * - `naptr`: the document's four NAPTR records and the SRV records they name;
 * - `srv`: SRV records alone ("many SIP clients check only SRV records");
 * - `address`: an A record alone.
 */
export type Published = 'naptr' | 'srv' | 'address';

export interface Zone {
  readonly published: Published;
  /** Address of asterisk.mysite.test, the best target. */
  readonly first: string;
  /** Address of asterisk.second.mysite.test, the next one over UDP. */
  readonly second: string;
  /** Address of asterisk.tcp.mysite.test, where TCP goes; the best target's own unless told. */
  readonly overTcp?: string;
}

export class DnsServer {
  /** ADDRESS:PORT, as configurations have it. */
  readonly endpoint: string;
  readonly #process: PeerProcess;

  /** Resolves once it answers. */
  static async start(address: string, zone: Zone): Promise<DnsServer> {
    const port = await freePort(address);
    const server = new DnsServer(address, port, zone);
    const resolver = new Resolver({ timeout: 500, tries: 1 });
    resolver.setServers([server.endpoint]);
    await eventually('dnsmasq answers', async () => {
      if (!server.#process.alive) throw new Error(server.#process.output());
      return (await resolver.resolve4(`asterisk.${domain}`)).length > 0;
    });
    return server;
  }

  private constructor(address: string, port: number, zone: Zone) {
    this.endpoint = `${address}:${port}`;
    const folder = privateFolder('dns');
    const file = join(folder, 'dnsmasq.conf');
    writeFileSync(file, [...settings(folder, address, port), ...records(zone), ''].join('\n'));
    this.#process = new PeerProcess('dnsmasq', programPath('dnsmasq') ?? 'dnsmasq', [
      '-C',
      file,
      '--keep-in-foreground',
    ]);
  }

  /** Names asked for so far, as `NAPTR mysite.test`. */
  get questions(): string[] {
    return [...this.#process.output().matchAll(/query\[(\w+)\] (\S+) from/g)].map(
      ([, type, name]) => `${type} ${name}`,
    );
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }
}

function settings(folder: string, address: string, port: number): string[] {
  const user = process.getuid?.() === 0 ? ['user=root'] : [];
  return [
    ...['no-resolv', 'no-hosts', 'bind-interfaces', 'log-queries', 'log-facility=-'],
    ...[`port=${port}`, `listen-address=${address}`, `pid-file=${join(folder, 'pid')}`, `local=/${domain}/`],
    ...user,
  ];
}

function records({ published, first, second, overTcp = first }: Zone): string[] {
  const addresses = [
    `host-record=asterisk.${domain},${first}`,
    `host-record=asterisk.second.${domain},${second}`,
    `host-record=asterisk.tcp.${domain},${overTcp}`,
  ];
  if (published === 'address') return [...addresses, `host-record=${domain},${first}`];

  const services = [
    `srv-host=_sip._udp.${domain},asterisk.${domain},5060,10,0`,
    `srv-host=_sip._tcp.${domain},asterisk.tcp.${domain},5060,10,0`,
    `srv-host=_sips._tcp.${domain},asterisk.${domain},5061,10,0`,
  ];
  if (published === 'srv') {
    return [...addresses, ...services, `srv-host=_sip._udp.${domain},asterisk.second.${domain},5060,20,0`];
  }
  return [
    ...addresses,
    ...services,
    `srv-host=_sip._udp.second.${domain},asterisk.second.${domain},5060,10,0`,
    `naptr-record=${domain},10,50,s,SIP+D2U,,_sip._udp.${domain}`,
    `naptr-record=${domain},10,51,s,SIP+D2U,,_sip._udp.second.${domain}`,
    `naptr-record=${domain},20,50,s,SIP+D2T,,_sip._tcp.${domain}`,
    `naptr-record=${domain},20,50,s,SIPS+D2T,,_sips._tcp.${domain}`,
  ];
}
