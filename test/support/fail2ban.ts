// Real fail2ban in a machine of its own, with Debian's configuration and ours upon it, in a private folder.

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { eventually } from './eventually.ts';
import type { Namespace } from './namespace.ts';
import { PeerProcess, run } from './peer-process.ts';
import { privateFolder } from './private-folder.ts';

/** Debian's configuration with `files` upon it, by their paths below /etc/fail2ban. */
export function fail2banConfiguration(files: Readonly<Record<string, string>>): string {
  const folder = privateFolder('f2b');
  cpSync('/etc/fail2ban', folder, { recursive: true });
  // It watches this host's ssh.
  rmSync(join(folder, 'jail.d/defaults-debian.conf'), { force: true });
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

  /** Resolves once it watches. */
  static async start(machine: Namespace, files: Readonly<Record<string, string>>): Promise<Fail2ban> {
    const fail2ban = new Fail2ban(machine, fail2banConfiguration(files));
    await eventually(
      'fail2ban watches',
      () => {
        if (!fail2ban.#process.alive) throw new Error(fail2ban.#process.output());
        return /Jail '[\w-]+' started/.test(fail2ban.log);
      },
      { within: 60_000 },
    );
    return fail2ban;
  }

  private constructor(machine: Namespace, folder: string) {
    this.#machine = machine;
    this.#folder = folder;
    const args = [
      ...this.#where(),
      '-p',
      join(folder, 'pid'),
      '--logtarget',
      join(folder, 'log'),
      '-f',
      'start',
    ];
    this.#process = new PeerProcess('fail2ban', 'fail2ban-server', args, { inside: machine });
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
