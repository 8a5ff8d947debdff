// The URL by which visitors reach this gateway, for the first line of the log and for the check of the certificate.

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Live } from '../config/live.ts';
import type { OwnAddress } from '../config/own-address.ts';
import type { Config } from '../config/schema.ts';
import type { Log } from '../observe/log.ts';
import type { Certificate } from './certificate.ts';
import { CertificateHealth } from './certificate-health.ts';

/**
 * `url` of the configuration. Without it, a gateway that listens on all addresses uses the name in its certificate, or its
 * announced address. Behind a proxy only the configuration determines it.
 */
export function visitorsUrl(config: Config, addresses: readonly OwnAddress[], listening: string): string {
  if (config.url !== undefined) return config.url;
  const bound = new URL(listening);
  const [own] = addresses;
  if (config.proxy || own === undefined || !/^(?:0\.0\.0\.0|\[::\])$/.test(bound.hostname)) return listening;
  const [address = own.bind] = own.announced;
  const name = config.tls && nameIn(config.tls.certificate);
  const host = name ?? (address.includes(':') ? `[${address}]` : address);
  const port = Number(bound.port || (bound.protocol === 'https:' ? 443 : 80));
  return new URL(`${bound.protocol}//${host}:${own.outside('tcp', port)}`).origin;
}

/** Checks the certificate in use, and each one that replaces it. */
export function watchCertificate(
  certificate: Certificate,
  config: Live<Config>,
  log: Log,
): CertificateHealth {
  const health = new CertificateHealth({
    current: () => ({ file: certificate.file, pem: certificate.pem }),
    host: () => config.current.url && new URL(config.current.url).hostname,
    log,
  });
  certificate.onReplaced = () => health.check();
  return health;
}

/** The first name of a certificate that is not a wildcard. */
function nameIn(file: string): string | undefined {
  const { subjectAltName = '' } = new X509Certificate(readFileSync(file));
  return /(?:^|, )DNS:([a-z0-9.-]+)/i.exec(subjectAltName)?.[1];
}
