// The photographs beside the configuration: each is read at its first request, and all answers share one buffer. A replaced
// photograph is read again after a reload of the configuration.

import { open } from 'node:fs/promises';
import type { Log } from '../observe/log.ts';

/** Of one photograph, and of all together. */
const MOST_BYTES = 4 * 1024 * 1024;
const MOST_BYTES_IN_ALL = 64 * 1024 * 1024;

export class Photos {
  readonly #log: Log | undefined;
  readonly #read = new Map<string, Promise<Buffer | undefined>>();
  readonly #logged = new Set<string>();
  #bytes = 0;

  constructor(log?: Log) {
    this.#log = log;
  }

  /** Undefined when it cannot be read or is too large. `file` is a path from the configuration. */
  async of(file: string): Promise<Buffer | undefined> {
    let reading = this.#read.get(file);
    if (!reading) {
      reading = this.#keep(file);
      this.#read.set(file, reading);
    }
    const photo = await reading;
    // The owner may add the file later.
    if (!photo) this.#read.delete(file);
    return photo;
  }

  async #keep(file: string): Promise<Buffer | undefined> {
    try {
      const photo = await readAtMost(file, MOST_BYTES);
      if (this.#bytes + photo.length > MOST_BYTES_IN_ALL) {
        throw new Error(`all photographs together exceed ${MOST_BYTES_IN_ALL} bytes`);
      }
      this.#bytes += photo.length;
      return photo;
    } catch (error) {
      if (!this.#logged.has(file))
        this.#log?.warn({ file, why: (error as Error).message }, 'photograph not served');
      this.#logged.add(file);
      return undefined;
    }
  }
}

async function readAtMost(file: string, most: number): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    if (size > most) throw new Error(`it has ${size} bytes; at most ${most} are served`);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size), 0, size, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
