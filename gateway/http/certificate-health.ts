// Checks whether browsers accept the certificate, and for how long: at the start, when it is replaced, and once a day. The
// owner must correct each problem, so it is logged at `warn`.

import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Log } from '../observe/log.ts';

const DAY_MS = 86_400_000;
/** Renewal happens weeks before expiry: with less time left, it has failed. */
const SOON_DAYS = 14;

/** The problems of a certificate in PEM for a host; `host` is undefined where the configuration has no `url`. */
export function certificateProblems(pem: Buffer, host: string | undefined, now: number): string[] {
  const certificate = new X509Certificate(pem);
  const { validFrom, validTo } = certificate;
  const [from, until] = [Date.parse(validFrom), Date.parse(validTo)];
  const problems: string[] = [];
  if (now > until) problems.push(`it expired on ${dayOf(until)}: renew it`);
  else if (now < from) problems.push(`it is valid from ${dayOf(from)}: check the clock of this machine`);
  else if (until - now < SOON_DAYS * DAY_MS) {
    const days = Math.floor((until - now) / DAY_MS);
    problems.push(`it expires on ${dayOf(until)}, in ${days === 1 ? '1 day' : `${days} days`}: renew it`);
  }
  if (host !== undefined && !isFor(certificate, host)) {
    const names = certificate.subjectAltName ?? certificate.subject;
    problems.push(`it is not valid for the host of url, ${host}, but for ${names.slice(0, 200)}`);
  }
  return problems;
}

export interface CertificateHealthOptions {
  /** The current certificate. */
  readonly current: () => { readonly file: string; readonly pem: Buffer };
  /** The host by which visitors reach the gateway, if known. */
  readonly host: () => string | undefined;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly everyMs?: number;
}

export class CertificateHealth {
  readonly #options: CertificateHealthOptions;
  readonly #timer: NodeJS.Timeout;

  constructor(options: CertificateHealthOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.check(), options.everyMs ?? DAY_MS).unref();
    this.check();
  }

  check(): void {
    const { current, host, log, now = Date.now } = this.#options;
    const { file, pem } = current();
    for (const problem of certificateProblems(pem, host(), now())) {
      log.warn(
        { certificate: file, problem },
        'browsers reject this certificate, or will soon: visitors cannot call',
      );
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

function isFor(certificate: X509Certificate, host: string): boolean {
  const literal = host.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0) return certificate.checkIP(literal) !== undefined;
  return certificate.checkHost(host) !== undefined;
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
