// Who may open a WebSocket: decided on the HTTP upgrade request alone, before anything is parsed as SIP.

import type { IncomingMessage } from 'node:http';
import type { Config } from '../config/schema.ts';
import type { Offence } from '../observe/security-log.ts';
import type { Visitors } from './visitor.ts';

export const SIP_PATH = '/sip';

export interface Refusal {
  readonly status: 400 | 403 | 404 | 405 | 429 | 503;
  readonly reason: string;
  /** What the security log calls it, where it is the caller's doing. */
  readonly offence?: Offence;
}

export interface Admission {
  readonly origin: string;
  /** The gateway has served the page itself. */
  readonly ownPage: boolean;
}

/** Whose page it is when it may enter, else why not. RFC 7118 4 asks for the `sip` subprotocol. */
export function admit(
  request: IncomingMessage,
  address: string,
  visitors: Visitors,
  config: Config,
): Admission | Refusal {
  if (request.method !== 'GET')
    return { status: 405, reason: 'only GET can be upgraded', offence: 'malformed' };
  if (request.url?.split('?', 1)[0] !== SIP_PATH) {
    return { status: 404, reason: `the WebSocket is at ${SIP_PATH}`, offence: 'malformed' };
  }
  const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map(name => name.trim());
  if (!protocols.includes('sip'))
    return { status: 400, reason: 'the subprotocol must be sip', offence: 'malformed' };

  const origin = request.headers.origin ?? '';
  const ownPage = isOwn(origin, request.headers.host);
  if (!ownPage && !originAllowed(origin, config))
    return { status: 403, reason: 'no site lists this origin', offence: 'wrong-origin' };

  if (visitors.size >= config.limits.visitors) return { status: 503, reason: 'too many visitors' };
  if (visitors.countFrom(address) >= config.limits.visitorsPerAddress) {
    return { status: 429, reason: 'too many connections from this address', offence: 'rate' };
  }
  return { origin, ownPage };
}

/**
 * Whether the page is from where its WebSocket leads. A name that a stranger points at this machine gets that far,
 * and no further: browsers give the microphone to `https` only, and there the certificate must be for that name.
 */
function isOwn(origin: string, host: string | undefined): boolean {
  return /^https?:\/\/[^/]+$/.test(origin) && origin.replace(/^https?:\/\//, '') === host?.toLowerCase();
}

function originAllowed(origin: string, config: Config): boolean {
  return config.sites.some(site => site.origins.includes('*') || site.origins.includes(origin));
}
