// The certificate that the server shows: read from its files, tried before it is shown, and read again when the files
// are others. Connections that are open keep the one they began with.

import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { createSecureContext, type Server } from 'node:tls';
import { ConfigError } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import type { Log } from '../observe/log.ts';

type Files = NonNullable<Config['tls']>;

export interface Identity {
  readonly files: Files;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Looked at rather than watched: what renews certificates moves links, which tell nobody. */
const LOOK_EVERY_MS = 10_000;

/** @throws {ConfigError} when a file cannot be read, or the two do not belong together */
export function readIdentity(files: Files): Identity {
  const identity = { files, cert: read(files.certificate), key: read(files.key) };
  try {
    createSecureContext(identity);
  } catch (error) {
    throw new ConfigError([`tls: ${files.certificate} with ${files.key}: ${(error as Error).message}`]);
  }
  return identity;
}

export class Certificate {
  readonly #server: Server;
  readonly #log: Log | undefined;
  readonly #everyMs: number;
  #files: Files;

  constructor(server: Server, files: Files, log?: Log, everyMs = LOOK_EVERY_MS) {
    this.#server = server;
    this.#files = files;
    this.#log = log;
    this.#everyMs = everyMs;
    this.#watch();
  }

  /** Shows this one to whoever connects from now on. */
  show(identity: Identity): void {
    this.#server.setSecureContext({ cert: identity.cert, key: identity.key });
    this.close();
    this.#files = identity.files;
    this.#watch();
  }

  close(): void {
    for (const file of Object.values(this.#files)) unwatchFile(file, this.#changed);
  }

  #watch(): void {
    for (const file of Object.values(this.#files)) {
      watchFile(file, { interval: this.#everyMs, persistent: false }, this.#changed);
    }
  }

  readonly #changed = (): void => {
    try {
      this.show(readIdentity(this.#files));
      this.#log?.info({ certificate: this.#files.certificate }, 'certificate renewed');
    } catch (error) {
      // The two files are written one after the other: with the second comes another look.
      this.#log?.warn({ error: (error as Error).message }, 'certificate not renewed, the one before stays');
    }
  };
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new ConfigError([
      `tls: ${file}: cannot be read: ${(error as NodeJS.ErrnoException).code ?? error}`,
    ]);
  }
}
