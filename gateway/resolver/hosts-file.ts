// /etc/hosts: what the owner of this machine says of names goes before what DNS says, as everywhere else.
// The file is read again when it changed, looked at no more often than every few seconds.

import { readFile, stat } from 'node:fs/promises';
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';

const lookEveryMs = 5_000;

export class HostsFile {
  readonly #path: string;
  readonly #now: () => number;
  #names: ReadonlyMap<string, readonly string[]> = new Map();
  #changedAt = 0;
  #lookAgainAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  /** @param now milliseconds of a clock that never steps back */
  constructor(path: string, now: () => number) {
    this.#path = path;
    this.#now = now;
  }

  /** Addresses of a name, of both families; undefined where the file does not know it. */
  async find(name: string): Promise<readonly string[] | undefined> {
    if (this.#now() >= this.#lookAgainAt) {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined;
      });
      await this.#looking;
    }
    return this.#names.get(name.toLowerCase());
  }

  async #look(): Promise<void> {
    try {
      const { mtimeMs } = await stat(this.#path);
      if (mtimeMs !== this.#changedAt) this.#names = namesIn(await readFile(this.#path, 'utf8'));
      this.#changedAt = mtimeMs;
    } catch {
      // No such file is as good as an empty one.
      this.#names = new Map();
      this.#changedAt = 0;
    }
    this.#lookAgainAt = this.#now() + lookEveryMs;
  }
}

/** hosts(5): an address, then its names; the rest of a line from # on is a comment. */
export function namesIn(text: string): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...hosts] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (isIP(address) === 0 || address.includes('%')) continue;
    for (const host of hosts) {
      // What DNS calls a name that is written in other letters; what cannot be converted is nobody's.
      const name = /^[\0-\x7f]*$/.test(host) ? host.toLowerCase() : domainToASCII(host);
      const known = names.get(name);
      if (known) known.push(address);
      else names.set(name, [address]);
    }
  }
  return names;
}
