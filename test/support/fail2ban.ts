// Real fail2ban on a bare machine of its own: Debian's configuration with ours upon it in /etc/fail2ban, and a /var/log
// that holds nothing but what a test puts there.

import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { eventually } from './eventually.ts';
import type { Namespace } from './namespace.ts';
import { PeerProcess, run } from './peer-process.ts';
import { privateFolder } from './private-folder.ts';

/** Debian's configuration with `files` upon it, by their paths below /etc/fail2ban. */
export function fail2banConfiguration(files: Readonly<Record<string, string>>): string {
  const folder = privateFolder('f2b');
  cpSync('/etc/fail2ban', folder, { recursive: true });
  for (const [path, text] of Object.entries({
    'fail2ban.local': '[Definition]\ndbfile = None\n',
    ...files,
  })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

export class Fail2ban {
  readonly #folder: string;
  readonly #machine: Namespace;
  readonly #process: PeerProcess;

  /**
   * Resolves once it has started, or has ended because it could not. `files` by their paths below /etc/fail2ban; `logs`
   * are the folders and files that are seen below /var/log.
   */
  static async start(
    machine: Namespace,
    files: Readonly<Record<string, string>>,
    logs: Readonly<Record<string, string>> = {},
  ): Promise<Fail2ban> {
    const fail2ban = new Fail2ban(machine, fail2banConfiguration(files), logs);
    await eventually(
      'fail2ban has started',
      () => {
        if (!fail2ban.#process.alive) throw new Error(fail2ban.#process.output());
        return fail2ban.#process.output().includes('Server ready');
      },
      { within: 60_000 },
    );
    return fail2ban;
  }

  private constructor(machine: Namespace, folder: string, logs: Readonly<Record<string, string>>) {
    this.#machine = machine;
    this.#folder = folder;
    const varLog = join(folder, 'var-log');
    const mounts = Object.entries(logs).map(([path, source]) => {
      const target = join(varLog, path);
      mkdirSync(dirname(target), { recursive: true });
      if (statSync(source).isDirectory()) mkdirSync(target);
      else writeFileSync(target, '');
      return `mount --bind ${source} /var/log/${path}`;
    });
    mkdirSync(varLog, { recursive: true });
    const server = ['fail2ban-server', '-s', join(folder, 'socket'), '-p', join(folder, 'pid')];
    const script = [
      ...[`mount --bind ${varLog} /var/log`, ...mounts, `mount --bind ${folder} /etc/fail2ban`],
      `exec ${server.join(' ')} --logtarget ${join(folder, 'log')} -f start`,
    ].join(' && ');
    this.#process = new PeerProcess('fail2ban', 'unshare', ['-m', 'sh', '-c', script], { inside: machine });
  }

  /** Its log so far. */
  get log(): string {
    const file = join(this.#folder, 'log');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** Runs one command of its command line; resolves with the answer. */
  async client(...command: readonly string[]): Promise<string> {
    return await run('fail2ban-client', [...this.#where(), ...command], { inside: this.#machine });
  }

  /** The jails that `fail2ban-client status` names. */
  async jails(): Promise<string[]> {
    const [, list = ''] = /Jail list:\s*(.*)/.exec(await this.client('status')) ?? [];
    return list.split(/,\s*/).filter(Boolean).sort();
  }

  /** Addresses that the jail bans now. */
  async banned(jail: string): Promise<string[]> {
    return (await this.client('get', jail, 'banip')).split(/\s+/).filter(Boolean);
  }

  /** Resolves once it has banned this address. Its log is asked: each question by its client is a program of its own. */
  async isBanning(jail: string, address: string): Promise<void> {
    await eventually(
      `${jail} bans ${address}`,
      () => {
        if (this.log.includes(`[${jail}] Ban ${address}`)) return true;
        throw new Error(this.log.split('\n').slice(-5).join('\n'));
      },
      { within: 60_000 },
    );
  }

  async stop(): Promise<void> {
    await this.#process.stop(10_000);
  }

  #where(): string[] {
    return ['-c', this.#folder, '-s', join(this.#folder, 'socket')];
  }
}
