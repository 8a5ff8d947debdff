// The photographs beside the configuration: each read once, when it is asked for first, and one buffer for all answers.
// A photograph that is replaced is read again when the configuration is.

import { open } from 'node:fs/promises';
import type { Log } from '../observe/log.ts';

/** Of one, and of all. */
const MOST_BYTES = 4 * 1024 * 1024;
const MOST_BYTES_IN_ALL = 64 * 1024 * 1024;

export class Photos {
  readonly #log: Log | undefined;
  readonly #read = new Map<string, Promise<Buffer | undefined>>();
  readonly #told = new Set<string>();
  #bytes = 0;

  constructor(log?: Log) {
    this.#log = log;
  }

  /** Undefined when it cannot be read, or is too large to be kept. `file` is one that the configuration names. */
  async of(file: string): Promise<Buffer | undefined> {
    let reading = this.#read.get(file);
    if (!reading) {
      reading = this.#keep(file);
      this.#read.set(file, reading);
    }
    const photo = await reading;
    // The owner may put it there later.
    if (!photo) this.#read.delete(file);
    return photo;
  }

  async #keep(file: string): Promise<Buffer | undefined> {
    try {
      const photo = await readAtMost(file, MOST_BYTES);
      if (this.#bytes + photo.length > MOST_BYTES_IN_ALL) {
        throw new Error(`the photographs are more than ${MOST_BYTES_IN_ALL} bytes`);
      }
      this.#bytes += photo.length;
      return photo;
    } catch (error) {
      if (!this.#told.has(file))
        this.#log?.warn({ file, why: (error as Error).message }, 'a photograph is not served');
      this.#told.add(file);
      return undefined;
    }
  }
}

async function readAtMost(file: string, most: number): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    if (size > most) throw new Error(`it is ${size} bytes, more than ${most}`);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size), 0, size, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
