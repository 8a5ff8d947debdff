// Why a request did not get to a server: error codes of the operating system, of OpenSSL and of the SIP engine, as the
// engine writes them into the Reason header of the response that it makes itself (engine/dialog/local-failure.ts).

import type { Destination } from '../directory/directory.ts';
import type { AttemptOutcome as TargetOutcome } from '../resolver/failover.ts';
import type { Target } from '../resolver/target.ts';
import { type Cause, cause } from './cause.ts';
import type { CauseCode } from './causes/catalogue.ts';
import { codecNames } from './codec-names.ts';

/** The server that was tried, as a sentence names it. */
export interface Tried {
  readonly server: string;
  readonly hostname: string;
  readonly domain: string;
  readonly user: string;
  /** Codecs that were offered. */
  readonly offered: string;
  /** How long it may say nothing. */
  readonly seconds: number;
}

export function triedAt(
  target: Target,
  { domain, user }: Destination,
  offer: string,
  seconds: number,
): Tried {
  const offered = codecNames(offer) ?? 'none';
  return { server: serverOf(target), hostname: target.hostname, domain, user, offered, seconds };
}

/** As in log and record: `udp:192.0.2.10:5060`. */
export function serverOf({ transport, address, port }: Target): string {
  return `${transport}:${address}:${port}`;
}

/** `reason`: the value of the Reason header, where the engine wrote one. */
export function transportCause(reason: string | undefined, tried: Tried): Cause {
  const text = /;text="([^"]*)"/.exec(reason ?? '')?.[1] ?? '';
  const [code = ''] = text.split(' ', 1);
  const detail = text.slice(code.length + 1) || code || 'the SIP engine does not say why';
  const known = byCode.get(code) ?? (code.startsWith('ERR_SSL_') ? 'tls-refused' : undefined);
  return cause(known ?? (isCertificateCode(code) ? 'certificate-bad' : 'transport-failed'), {
    ...tried,
    detail,
  });
}

/** What the failure says of the server, for failover to judge. */
export function spokenBy({ code }: Cause): TargetOutcome {
  if (code === 'pbx-refuses-connection') return { kind: 'refused' };
  if (code.startsWith('certificate-') || code === 'no-tls' || code === 'tls-refused')
    return { kind: 'not-trusted' };
  return { kind: 'unreachable' };
}

const codes = {
  ECONNREFUSED: 'pbx-refuses-connection',
  EHOSTUNREACH: 'pbx-no-route',
  ENETUNREACH: 'pbx-no-route',
  EHOSTDOWN: 'pbx-no-route',
  ENETDOWN: 'pbx-no-route',
  EADDRNOTAVAIL: 'pbx-no-route',
  EACCES: 'pbx-no-route',
  EPERM: 'pbx-no-route',
  EINVAL: 'pbx-no-route',
  ETIMEDOUT: 'pbx-connect-timeout',
  ECONNRESET: 'pbx-resets',
  ECONNABORTED: 'pbx-resets',
  EPIPE: 'pbx-resets',
  EABORTED: 'pbx-resets',
  ECLOSED: 'pbx-resets',
  ESTALLED: 'pbx-resets',
  EFRAMING: 'pbx-unreadable',
  EUNREADABLE: 'pbx-unreadable',
  ENOTRANSPORT: 'no-sip-port',
  EAFNOSUPPORT: 'no-sip-port',
  EFULL: 'engine-full',
  EMFILE: 'engine-full',
  ENFILE: 'engine-full',
  ENOTLS: 'no-tls',
  EPROTO: 'no-tls',
  ERR_SSL_WRONG_VERSION_NUMBER: 'no-tls',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'no-tls',
  ERR_SSL_RECORD_LAYER_FAILURE: 'no-tls',
  ERR_SSL_HTTP_REQUEST: 'no-tls',
  CERT_HAS_EXPIRED: 'certificate-expired',
  CERT_NOT_YET_VALID: 'certificate-not-yet-valid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate-name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate-self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate-unknown-authority',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate-unknown-authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate-unknown-authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate-unknown-authority',
} as const satisfies Readonly<Record<string, CauseCode>>;

type Known = (typeof codes)[keyof typeof codes];

const byCode: ReadonlyMap<string, Known> = new Map(Object.entries(codes));

/** OpenSSL's verdicts on certificates (X509_V_ERR_*), as Node names them. */
function isCertificateCode(code: string): boolean {
  return /CERT|CRL|ISSUER|_CA$|^INVALID_|^PATH_LENGTH|^(?:EE|CA)_/.test(code);
}
