// One file that grows by lines: the only writer of files in the gateway, for what must not be mixed with its log.
// The file is opened anew for whatever has gathered, so that it may be renamed, truncated or taken away beneath it
// at any time, without a signal. A disk that is full loses lines of this file, and nothing else.

import { appendFile } from 'node:fs/promises';

/** Bytes that may wait for the disk; what comes on top is lost. */
const MOST_WAITING = 256 * 1024;

export interface LineFileOptions {
  /** Where the next lines go. */
  path(): string;
  /** Told once when writing begins to fail, with the system's error, and once when it is well again. */
  trouble(error: Error | undefined, lost: number): void;
}

export class LineFile {
  readonly #options: LineFileOptions;
  #waiting: string[] = [];
  #bytes = 0;
  #lost = 0;
  #failing = false;
  /** A disk may take half of a line before it is full: the next line must not stand behind that. */
  #torn = false;
  #writing: Promise<void> | undefined;

  constructor(options: LineFileOptions) {
    this.#options = options;
  }

  /** Appends one line, which must hold no line break; returns at once. */
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

  /** Resolves once what was written until now is in the file, or lost. */
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
      const text = `${this.#torn ? '\n' : ''}${lines.join('\n')}\n`;
      await appendFile(this.#options.path(), text, { mode: 0o640 });
      this.#torn = false;
      if (this.#failing) this.#options.trouble(undefined, this.#lost);
      this.#failing = false;
      this.#lost = 0;
    } catch (error) {
      this.#torn = true;
      this.#lost += lines.length;
      if (!this.#failing) this.#options.trouble(error as Error, this.#lost);
      this.#failing = true;
    }
  }
}
