// Records as lines of JSON, one file a day, each file deleted after a number of days. `calls.jsonl` is written as
// calls-2026-03-01.jsonl beside it; days are days in UTC. Does not depend on the fields of a record.

import { readdir, unlink } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { LineFile } from '../observe/line-file.ts';
import type { Log } from '../observe/log.ts';
import type { CallRecord } from './record.ts';
import type { RecordSink } from './sink.ts';

const DAY_MS = 86_400_000;
const EXPIRE_EVERY_MS = 3_600_000;

export interface JsonlOptions {
  readonly file: string;
  /** A file is deleted this number of days after its own day. */
  readonly days: number;
}

export class JsonlSink implements RecordSink {
  readonly #options: JsonlOptions;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #lines: LineFile;
  readonly #clock: NodeJS.Timeout;
  #expired: Promise<void>;

  /** `now` gives milliseconds since 1970. */
  constructor(options: JsonlOptions, log: Log, now: () => number = Date.now) {
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
    this.#clock = setInterval(() => this.expire(), EXPIRE_EVERY_MS).unref();
  }

  write(record: CallRecord): void {
    this.#lines.write(JSON.stringify(record));
  }

  /** Deletes files that are too old. Resolves when they are deleted. */
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
        const isOurs = name === head + day + tail && /^\d{4}-\d\d-\d\d$/.test(day);
        if (isOurs && day < oldest) await unlink(join(folder, name));
      }
    } catch (error) {
      this.#log.error({ folder, error: (error as Error).message }, 'old records cannot be deleted');
    }
  }
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
