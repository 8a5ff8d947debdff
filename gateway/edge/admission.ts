// Who may open a WebSocket: decided on the HTTP upgrade request alone, before anything is parsed as SIP.

import type { IncomingMessage } from 'node:http';
import type { Allowed, Authorization, Denial, DenialReason } from '../auth/authorization.ts';
import type { Grant } from '../auth/grant.ts';
import { countsAsOffence } from '../auth/offence.ts';
import type { Config } from '../config/schema.ts';
import { directoryOf } from '../directory/directory.ts';
import type { Offence } from '../observe/security-log.ts';
import type { Visitors } from './visitor.ts';

export const SIP_PATH = '/sip';

export interface UpgradeRefusal {
  readonly status: 400 | 401 | 403 | 404 | 405 | 429 | 503;
  /** Told to whoever asked. */
  readonly reason: string;
  /** What the security log calls it, where it counts as one of its address. */
  readonly offence?: Offence | undefined;
  /** A page that no site lists may have caused it (auth/offence.ts). */
  readonly foreign?: true;
  /** For the log alone: a scanner learns nothing from which of them it was. */
  readonly denial?: DenialReason;
  /** Which limit was met; for the log alone. */
  readonly limit?: string;
  /** When it is worth another try. */
  readonly retrySeconds?: number;
  /** For a page that has to know of it: no browser tells one the status of a refused WebSocket. */
  readonly closeCode?: number;
}

/** Of a WebSocket for a call that is no more: SIP's 481, among the codes for private use (RFC 6455 7.4.2). */
export const NO_SUCH_CALL = 4481;

export interface Admission {
  readonly origin: string;
  /** The gateway has served the page itself. */
  readonly ownPage: boolean;
  /** What comes over the WebSocket counts as an offence of its address (auth/offence.ts). */
  readonly accountable: boolean;
  /** The call that it may make; undefined where its site asks for no token. */
  readonly grant: Grant | undefined;
  /** What is wrong with its token by the owner's fault: it is let in for its call to be refused with the cause. */
  readonly denial?: DenialReason;
}

/** What the edge judges by. */
export interface Threshold {
  readonly config: Config;
  readonly visitors: Visitors;
  readonly entrance: Authorization;
  /** What the gateway has too little of to take anybody on. */
  readonly exhausted: string | undefined;
}

/**
 * Whose page it is when it may enter, else why not. A token is used up by that, and by nothing less.
 * RFC 7118 4 asks for the `sip` subprotocol.
 */
export async function admit(
  request: IncomingMessage,
  address: string,
  threshold: Threshold,
): Promise<Admission | UpgradeRefusal> {
  const verdict = await judge(request, address, threshold);
  const accountable = countsAsOffence(request, threshold.config);
  if (!('status' in verdict)) return { ...verdict, accountable };
  return accountable ? verdict : { ...verdict, offence: undefined, foreign: true };
}

async function judge(
  request: IncomingMessage,
  address: string,
  threshold: Threshold,
): Promise<Omit<Admission, 'accountable'> | UpgradeRefusal> {
  const { config, entrance } = threshold;
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
  if (!ownPage && !directoryOf(config).isListed(origin))
    return { status: 403, reason: 'no site lists this origin', offence: 'missing-origin' };

  // Who comes back to a call takes the place of a WebSocket that is broken, though it may still count for a while.
  const returns = entrance.returns(protocols, { origin });
  if (threshold.exhausted && !returns) return { status: 503, reason: threshold.exhausted };
  // Before what costs something, and after it, when others may have come in.
  const crowded = returns ? undefined : crowd(address, threshold);
  const right = await entrance.look(protocols, { address, origin, ownPage });
  // Pages connect while their visitors only point at the button: those of a large office are no flood.
  const fair = 'enter' in right || (!right.offence && right.denial !== 'no-token');
  if (crowded) return fair ? { ...crowded, offence: undefined } : crowded;
  if ('denial' in right && !right.byOwner) return unauthorized(right, config);
  const known = 'enter' in right ? right : undefined;
  const stillCrowded = returns ? undefined : crowd(address, threshold, known);
  if (stillCrowded) return { ...stillCrowded, offence: undefined };
  const entered = 'enter' in right ? right.enter() : right;
  if (!entered || !('denial' in entered)) return { origin, ownPage, grant: entered };
  const { byOwner, denial } = entered;
  if (!byOwner || isFull(threshold)) return unauthorized(entered, config);
  return { origin, ownPage, grant: undefined, denial };
}

function unauthorized({ denial, offence }: Denial, { tokens }: Config): UpgradeRefusal {
  const refusal = { status: 401, reason: 'a fresh token is needed', denial } as const;
  // Where several gateways stand behind one name, another of them may know the call.
  if (denial === 'no-such-call' && !tokens.secret) return { ...refusal, closeCode: NO_SUCH_CALL };
  return offence ? { ...refusal, offence: 'bad-token' } : refusal;
}

/** Who has no right to call takes a tenth of the places at most: the others are for those who have. */
function isFull({ config, visitors }: Threshold): boolean {
  return visitors.objected >= Math.max(1, Math.floor(config.limits.connections / 10));
}

/** `right`: once it is known. */
function crowd(address: string, threshold: Threshold, right?: Allowed): UpgradeRefusal | undefined {
  const { config, visitors, entrance } = threshold;
  if (visitors.size >= config.limits.connections) return { status: 503, reason: 'too many visitors' };
  if (visitors.countFrom(address) >= config.limits.connectionsPerAddress) {
    return { status: 429, reason: 'too many connections from this address', offence: 'rate-limit' };
  }
  const excess = right?.called && entrance.quotas.refusal(address, right.called);
  if (!excess) return undefined;
  const { scope, bound, retrySeconds } = excess;
  const status = scope === 'perAddress' ? 429 : 503;
  return { status, reason: 'too many calls', limit: `${scope}.${bound}`, retrySeconds };
}

/**
 * Whether the page is from where its WebSocket leads. A name that a stranger points at this machine gets that far,
 * and no further: browsers give the microphone to `https` only, and there the certificate must be for that name.
 */
function isOwn(origin: string, host: string | undefined): boolean {
  return /^https?:\/\/[^/]+$/.test(origin) && origin.replace(/^https?:\/\//, '') === host?.toLowerCase();
}
