// Whether browsers will take the certificate, and for how much longer: looked at when it is shown first, when another one
// takes its place, and once a day. What is wrong is the owner's to mend, and is said at `warn`.

import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Log } from '../observe/log.ts';

const DAY_MS = 86_400_000;
/** What renews certificates does so weeks before: with less left, it has failed. */
const SOON_DAYS = 14;

/** What is wrong with a certificate in PEM for a host; `host` is undefined where the configuration names none. */
export function certificateProblems(pem: Buffer, host: string | undefined, now: number): string[] {
  const certificate = new X509Certificate(pem);
  const { validFrom, validTo } = certificate;
  const [from, until] = [Date.parse(validFrom), Date.parse(validTo)];
  const problems: string[] = [];
  if (now > until) problems.push(`it has expired on ${dayOf(until)}: renew it`);
  else if (now < from)
    problems.push(`it is good from ${dayOf(from)} on: is the clock of this machine right?`);
  else if (until - now < SOON_DAYS * DAY_MS) {
    const days = Math.floor((until - now) / DAY_MS);
    problems.push(`it expires on ${dayOf(until)}, in ${days === 1 ? '1 day' : `${days} days`}: renew it`);
  }
  if (host !== undefined && !isFor(certificate, host)) {
    const names = certificate.subjectAltName ?? certificate.subject;
    problems.push(`it is not for ${host}, which url names, but for ${names.slice(0, 200)}`);
  }
  return problems;
}

export interface CertificateHealthOptions {
  /** The one that is shown now. */
  readonly shown: () => { readonly file: string; readonly pem: Buffer };
  /** By which name visitors reach it, where that is known. */
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
    this.#timer = setInterval(() => this.look(), options.everyMs ?? DAY_MS).unref();
    this.look();
  }

  look(): void {
    const { shown, host, log, now = Date.now } = this.#options;
    const { file, pem } = shown();
    for (const problem of certificateProblems(pem, host(), now())) {
      log.warn({ certificate: file, problem }, 'visitors will not be able to call with this certificate');
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
