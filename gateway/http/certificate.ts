// The certificate that the server shows: read from its files, tried before it is shown, and read again when the files
// are others. Connections that are open keep the one they began with.

import { createPrivateKey, X509Certificate } from 'node:crypto';
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
  const identity = { files, cert: read('certificate', files), key: read('key', files) };
  const problem = problemOf(identity);
  if (problem) throw new ConfigError([problem]);
  return identity;
}

/** In the owner's words, as far as it is one of the usual ones. */
function problemOf({ files: { certificate, key }, ...identity }: Identity): string | undefined {
  const [cert, secret] = [identity.cert.toString('latin1'), identity.key.toString('latin1')];
  if (!cert.includes('-----BEGIN CERTIFICATE-----'))
    return `tls.certificate: ${certificate} holds no certificate in PEM, beginning with -----BEGIN CERTIFICATE-----`;
  if (/ENCRYPTED/.test(secret))
    return `tls.key: the key in ${key} is encrypted; decrypt it, such as by openssl pkey -in ${key} -out NEW.key`;
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(secret))
    return `tls.key: ${key} holds no private key in PEM, beginning with -----BEGIN PRIVATE KEY-----`;
  try {
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(secret)))
      return `tls.key: the key in ${key} does not belong to the certificate in ${certificate}`;
    createSecureContext(identity);
    return undefined;
  } catch (error) {
    return `tls: ${certificate} with ${key}: ${(error as Error).message}`;
  }
}

export class Certificate {
  readonly #servers: Set<Server>;
  readonly #log: Log | undefined;
  readonly #everyMs: number;
  #identity: Identity;
  /** Called once another one is shown. */
  onShown = () => {};

  constructor(server: Server, identity: Identity, log?: Log, everyMs = LOOK_EVERY_MS) {
    this.#servers = new Set([server]);
    this.#identity = identity;
    this.#log = log;
    this.#everyMs = everyMs;
    this.#watch();
  }

  /** The one that is shown. */
  get pem(): Buffer {
    return this.#identity.cert;
  }

  get identity(): Identity {
    return this.#identity;
  }

  /** Shows the certificate on a further server, now and after each renewal. */
  add(server: Server): void {
    server.setSecureContext({ cert: this.#identity.cert, key: this.#identity.key });
    this.#servers.add(server);
  }

  /** Where it lies. */
  get file(): string {
    return this.#identity.files.certificate;
  }

  /** Shows this one to whoever connects from now on. */
  show(identity: Identity): void {
    for (const server of this.#servers) server.setSecureContext({ cert: identity.cert, key: identity.key });
    this.close();
    this.#identity = identity;
    this.#watch();
    this.onShown();
  }

  close(): void {
    for (const file of Object.values(this.#identity.files)) unwatchFile(file, this.#changed);
  }

  #watch(): void {
    for (const file of Object.values(this.#identity.files)) {
      watchFile(file, { interval: this.#everyMs, persistent: false }, this.#changed);
    }
  }

  readonly #changed = (): void => {
    try {
      this.show(readIdentity(this.#identity.files));
      this.#log?.info({ certificate: this.#identity.files.certificate }, 'certificate renewed');
    } catch (error) {
      // The two files are written one after the other: with the second comes another look.
      this.#log?.warn({ error: (error as Error).message }, 'certificate not renewed, the one before stays');
    }
  };
}

function read(key: keyof Files, files: Files): Buffer {
  const file = files[key];
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError([`tls.${key}: ${file}: cannot be read: ${code ?? error}`]);
  }
}
