// A file to which lines are appended: the only code that writes files apart from the log. The file is opened again for
// each batch of lines, so it may be renamed, truncated or deleted at any time without a signal. A full disk loses lines
// of this file only.

import { appendFile } from 'node:fs/promises';

/** Limit of bytes that wait for the disk. Further lines are lost. */
const MOST_WAITING = 256 * 1024;

export interface LineFileOptions {
  /** The file for the next lines. */
  path(): string;
  /** Called once when writing starts to fail, with the system's error, and once when it works again. */
  trouble(error: Error | undefined, lost: number): void;
}

export class LineFile {
  readonly #options: LineFileOptions;
  #waiting: string[] = [];
  #bytes = 0;
  #lost = 0;
  #failing = false;
  /** Whether the disk accepted only a part of the last line. The next line must start on a new line. */
  #incompleteLine = false;
  #writing: Promise<void> | undefined;

  constructor(options: LineFileOptions) {
    this.#options = options;
  }

  /** Appends one line, which must not contain a line break. Does not wait for the disk. */
  write(line: string): void {
    const bytes = Buffer.byteLength(line) + 1;
    if (this.#bytes + bytes > MOST_WAITING) {
      this.#lost++;
      return;
    }
    this.#waiting.push(line);
    this.#bytes += bytes;
    this.#writing ??= this.#writeAll();
  }

  /** Resolves when everything written so far is in the file or lost. */
  async flushed(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#waiting;
      this.#waiting = [];
      this.#bytes = 0;
      await this.#append(lines);
    }
    this.#writing = undefined;
  }

  async #append(lines: readonly string[]): Promise<void> {
    try {
      const text = `${this.#incompleteLine ? '\n' : ''}${lines.join('\n')}\n`;
      await appendFile(this.#options.path(), text, { mode: 0o640 });
      this.#incompleteLine = false;
      if (this.#failing) this.#options.trouble(undefined, this.#lost);
      this.#failing = false;
      this.#lost = 0;
    } catch (error) {
      this.#incompleteLine = true;
      this.#lost += lines.length;
      if (!this.#failing) this.#options.trouble(error as Error, this.#lost);
      this.#failing = true;
    }
  }
}
