// A real name server, BIND's named, with zones that include the records of a file.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianRoot, loaderOf } from './debian-root.ts';
import { PeerProcess, type ProgramOptions } from './peer-process.ts';
import { privateFolder } from './private-folder.ts';

export class NameServer {
  readonly #process: PeerProcess;

  /** `files`: by zone, the file whose records it has beside SOA and NS. Resolves once it answers at `address`. */
  static async start(
    address: string,
    port: number,
    files: Readonly<Record<string, string>>,
    inside?: ProgramOptions['inside'],
  ): Promise<NameServer> {
    const server = new NameServer(address, port, files, inside);
    await server.#process.waitFor(/all zones loaded/);
    await server.#process.waitFor(/ running$/);
    return server;
  }

  private constructor(
    address: string,
    port: number,
    files: Readonly<Record<string, string>>,
    inside: ProgramOptions['inside'],
  ) {
    const folder = privateFolder('named');
    const zones = Object.entries(files).map(([domain, file]) => {
      const path = join(folder, `${domain}.zone`);
      writeFileSync(path, zoneFile(domain, file));
      return `zone "${domain}" { type primary; file "${path}"; };`;
    });
    const listens = (family: string, on: boolean) => `${family} port ${port} { ${on ? address : 'none'}; };`;
    writeFileSync(
      join(folder, 'named.conf'),
      [
        `options { directory "${folder}"; pid-file none; session-keyfile none; recursion no; dnssec-validation no;`,
        listens('listen-on', !address.includes(':')),
        listens('listen-on-v6', address.includes(':')),
        '};',
        'controls { };',
        ...zones,
        '',
      ].join('\n'),
    );
    const root = debianRoot('bind');
    const { loader, libraries } = loaderOf(root);
    const args = ['--library-path', libraries, join(root, 'usr/sbin/named'), '-g', '-n', '1'];
    this.#process = new PeerProcess('named', loader, [...args, '-c', join(folder, 'named.conf')], {
      inside,
    });
  }

  get log(): string {
    return this.#process.output();
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }
}

/** What a zone has before the kit's records are added. */
export function zoneFile(domain: string, file: string): string {
  return [
    `$ORIGIN ${domain}.`,
    '$TTL 60',
    '@ IN SOA ns hostmaster 1 3600 600 86400 60',
    '@ IN NS ns',
    'ns IN A 192.0.2.53',
    `$INCLUDE ${file}`,
    '',
  ].join('\n');
}
