// Call records: lines of JSON, one file per day, each file kept for a number of days. `calls.jsonl` is written as
// calls-2026-03-01.jsonl in the same folder; days are in UTC. Must not depend on the content of a record.

import { readdir, unlink } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { LineFile } from './line-file.ts';
import type { Log } from './log.ts';

const DAY_MS = 86_400_000;
const LOOK_EVERY_MS = 3_600_000;

export interface RecordsOptions {
  readonly file: string;
  /** Days that a record is kept after its own day. Then it is deleted. */
  readonly days: number;
}

export class DailyRecords {
  readonly #options: RecordsOptions;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #lines: LineFile;
  readonly #clock: NodeJS.Timeout;
  #expired: Promise<void>;

  /** `now` returns milliseconds since 1970. */
  constructor(options: RecordsOptions, log: Log, now: () => number = Date.now) {
    this.#options = options;
    this.#log = log;
    this.#now = now;
    this.#lines = new LineFile({
      path: () => this.#fileOf(now()),
      trouble: (error, lost) => {
        const { file } = options;
        if (error) log.error({ file, error: error.message }, 'records cannot be written');
        else log.info({ file, lost }, 'records are written again');
      },
    });
    this.#expired = this.#expire();
    this.#clock = setInterval(() => this.expire(), LOOK_EVERY_MS).unref();
  }

  write(record: object): void {
    this.#lines.write(JSON.stringify({ time: new Date(this.#now()).toISOString(), ...record }));
  }

  /** Deletes expired files. Resolves when it is done. */
  async expire(): Promise<void> {
    this.#expired = this.#expired.then(() => this.#expire());
    await this.#expired;
  }

  /** Resolves when everything is in the file. */
  async close(): Promise<void> {
    clearInterval(this.#clock);
    await this.#expired;
    await this.#lines.flushed();
  }

  #fileOf(time: number): string {
    const { file } = this.#options;
    const end = extname(file);
    return join(dirname(file), `${basename(file, end)}-${dayOf(time)}${end}`);
  }

  async #expire(): Promise<void> {
    const folder = dirname(this.#options.file);
    const [head = '', tail = ''] = basename(this.#fileOf(0)).split(dayOf(0));
    const oldest = dayOf(this.#now() - this.#options.days * DAY_MS);
    try {
      for (const name of await readdir(folder)) {
        const day = name.slice(head.length, name.length - tail.length);
        const ours = name === head + day + tail && /^\d{4}-\d\d-\d\d$/.test(day);
        if (ours && day < oldest) await unlink(join(folder, name));
      }
    } catch (error) {
      this.#log.error({ folder, error: (error as Error).message }, 'old records cannot be deleted');
    }
  }
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
