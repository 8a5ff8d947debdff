// The certificate of the server: read from its files, checked before use, and read again when the files change. Open
// connections keep the certificate of their handshake.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { createSecureContext, type Server } from 'node:tls';
import { ConfigError } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import type { Log } from '../observe/log.ts';

type CertificateFiles = NonNullable<Config['tls']>;

export interface Identity {
  readonly files: CertificateFiles;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Polled, not watched: renewal replaces symbolic links, for which file watching reports no event. */
const POLL_EVERY_MS = 10_000;

/** @throws {ConfigError} when a file cannot be read, or when key and certificate do not match */
export function readIdentity(files: CertificateFiles): Identity {
  const identity = { files, cert: read('certificate', files), key: read('key', files) };
  const problem = problemOf(identity);
  if (problem) throw new ConfigError([problem]);
  return identity;
}

/** The usual mistakes have a message of their own; for others it contains OpenSSL's. */
function problemOf({ files: { certificate, key }, ...identity }: Identity): string | undefined {
  const [cert, secret] = [identity.cert.toString('latin1'), identity.key.toString('latin1')];
  if (!cert.includes('-----BEGIN CERTIFICATE-----'))
    return `tls.certificate: ${certificate} contains no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----`;
  if (/ENCRYPTED/.test(secret))
    return `tls.key: the key in ${key} is encrypted; decrypt it, for example with openssl pkey -in ${key} -out NEW.key`;
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(secret))
    return `tls.key: ${key} contains no private key in PEM, which begins with -----BEGIN PRIVATE KEY-----`;
  try {
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(secret)))
      return `tls.key: the key in ${key} does not match the certificate in ${certificate}`;
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
  /** Called when another certificate is in use. */
  onReplaced = () => {};

  constructor(server: Server, identity: Identity, log?: Log, everyMs = POLL_EVERY_MS) {
    this.#servers = new Set([server]);
    this.#identity = identity;
    this.#log = log;
    this.#everyMs = everyMs;
    this.#watch();
  }

  /** The current certificate. */
  get pem(): Buffer {
    return this.#identity.cert;
  }

  get identity(): Identity {
    return this.#identity;
  }

  /** Uses the certificate on a further server too, now and after each renewal. */
  add(server: Server): void {
    server.setSecureContext({ cert: this.#identity.cert, key: this.#identity.key });
    this.#servers.add(server);
  }

  /** The path of the certificate. */
  get file(): string {
    return this.#identity.files.certificate;
  }

  /** Uses this one for new connections. */
  replace(identity: Identity): void {
    for (const server of this.#servers) server.setSecureContext({ cert: identity.cert, key: identity.key });
    this.close();
    this.#identity = identity;
    this.#watch();
    this.onReplaced();
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
      this.replace(readIdentity(this.#identity.files));
      this.#log?.info({ certificate: this.#identity.files.certificate }, 'certificate renewed');
    } catch (error) {
      // The two files are written one after the other: the change of the second file triggers another attempt.
      this.#log?.warn(
        { error: (error as Error).message },
        'new certificate refused, the previous one stays in use',
      );
    }
  };
}

function read(key: keyof CertificateFiles, files: CertificateFiles): Buffer {
  const file = files[key];
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError([`tls.${key}: ${file}: cannot be read: ${code ?? error}`]);
  }
}
