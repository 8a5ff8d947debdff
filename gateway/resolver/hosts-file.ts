// /etc/hosts: its entries take precedence over DNS, as in other programs. The file is read again after a change, and
// checked at most every few seconds.

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

  /** @param now milliseconds of a monotonic clock */
  constructor(path: string, now: () => number) {
    this.#path = path;
    this.#now = now;
  }

  /** The addresses of a name, of both families. Undefined if the name is not in the file. */
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
      // A missing file counts as an empty one.
      this.#names = new Map();
      this.#changedAt = 0;
    }
    this.#lookAgainAt = this.#now() + lookEveryMs;
  }
}

/** hosts(5): an address, then its names. The rest of a line after # is a comment. */
export function namesIn(text: string): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...hosts] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (isIP(address) === 0 || address.includes('%')) continue;
    for (const host of hosts) {
      // The DNS form of an internationalized name. A name that cannot be converted matches nothing.
      const name = /^[\0-\x7f]*$/.test(host) ? host.toLowerCase() : domainToASCII(host);
      const known = names.get(name);
      if (known) known.push(address);
      else names.set(name, [address]);
    }
  }
  return names;
}
