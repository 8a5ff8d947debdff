// Decides from the HTTP upgrade request alone whether a page may open a WebSocket, before any SIP is parsed.

import type { IncomingMessage } from 'node:http';
import type { GatewayPath } from '../../contract/http.ts';
import type { NoSuchCallCode, SipSubprotocol } from '../../contract/websocket.ts';
import type { Allowed, Authorization, Denial, DenialReason } from '../auth/authorization.ts';
import type { Grant } from '../auth/grant.ts';
import { countsAsOffence } from '../auth/offence.ts';
import { STORE_RETRY_SECONDS } from '../auth/store-failures.ts';
import type { Config } from '../config/schema.ts';
import { directoryOf } from '../directory/directory.ts';
import type { Offence } from '../observe/security-log.ts';
import type { Place, Visitors } from './visitors.ts';

export const SIP_PATH = '/sip' satisfies `/${GatewayPath}`;
/** RFC 7118 4. */
export const SUBPROTOCOL = 'sip' satisfies SipSubprotocol;

export interface UpgradeRefusal {
  readonly status: 400 | 401 | 403 | 404 | 405 | 429 | 503;
  /** Sent to the client. */
  readonly reason: string;
  /** The word of the security log, where the request counts as an offence of its address. */
  readonly offence?: Offence | undefined;
  /** A page that no site lists may have caused it (auth/offence.ts). */
  readonly foreign?: true;
  /** For the log only: a scanner learns nothing from it. */
  readonly denial?: DenialReason;
  /** The limit that was reached. For the log only. */
  readonly limit?: string;
  /** When to try again. */
  readonly retrySeconds?: number;
  /** For a page that needs the reason: browsers do not show a page the HTTP status of a refused WebSocket. */
  readonly closeCode?: number;
}

export const NO_SUCH_CALL = 4481 satisfies NoSuchCallCode;

export interface Admission {
  readonly origin: string;
  /** The gateway has served the page itself. */
  readonly ownPage: boolean;
  /** Protocol errors on the WebSocket count as offences of its address (auth/offence.ts). */
  readonly accountable: boolean;
  /** The call that the page may make; undefined where its site requires no token. */
  readonly grant: Grant | undefined;
  /** What is wrong with its token by the owner's fault: the page is admitted, and its call is refused with the cause. */
  readonly denial?: DenialReason;
  /** Counted since the decision. The edge releases it with the connection. */
  readonly place: Place;
}

/** What the decision depends on beside the request. */
export interface AdmissionContext {
  readonly config: Config;
  readonly visitors: Visitors;
  readonly authorization: Authorization;
  /** The exhausted resource because of which the gateway accepts no new visitor. */
  readonly exhausted: string | undefined;
}

/**
 * The admission, or the refusal with its reason. Only an admission uses the token.
 * RFC 7118 4 requires the `sip` subprotocol.
 */
export async function admit(
  request: IncomingMessage,
  address: string,
  context: AdmissionContext,
): Promise<Admission | UpgradeRefusal> {
  const verdict = await decide(request, address, context);
  const accountable = countsAsOffence(request, context.config);
  if (!('status' in verdict)) return { ...verdict, accountable };
  return accountable ? verdict : { ...verdict, offence: undefined, foreign: true };
}

async function decide(
  request: IncomingMessage,
  address: string,
  context: AdmissionContext,
): Promise<Omit<Admission, 'accountable'> | UpgradeRefusal> {
  const { config, authorization } = context;
  if (request.method !== 'GET')
    return { status: 405, reason: 'only GET can be upgraded', offence: 'malformed' };
  if (request.url?.split('?', 1)[0] !== SIP_PATH) {
    return { status: 404, reason: `the WebSocket is at ${SIP_PATH}`, offence: 'malformed' };
  }
  const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map(name => name.trim());
  if (!protocols.includes(SUBPROTOCOL))
    return { status: 400, reason: `the subprotocol must be ${SUBPROTOCOL}`, offence: 'malformed' };

  const origin = request.headers.origin ?? '';
  const ownPage = isOwnPage(origin, request.headers.host);
  if (!ownPage && !directoryOf(config).isListed(origin))
    return { status: 403, reason: 'no site lists this origin', offence: 'missing-origin' };

  // A page that resumes its call replaces a WebSocket that is broken, but may still be counted for a while.
  const resumes = authorization.resumes(protocols, { origin });
  if (context.exhausted && !resumes) return { status: 503, reason: context.exhausted };
  // Checked before the signature, which costs CPU time, and again after it, because others may have connected meanwhile.
  const limited = resumes ? undefined : connectionRefusal(address, context);
  const right = await authorization.check(protocols, { address, origin, ownPage });
  // Pages connect when a visitor points at the button: many connections of a large office are no offence.
  const legitimate = 'use' in right || (!right.offence && right.denial !== 'no-token');
  if (limited) return legitimate ? { ...limited, offence: undefined } : limited;
  if ('denial' in right && !right.byOwner) return unauthorized(right, config);
  const place = resumes ? context.visitors.take(address) : takePlace(address, context);
  if ('status' in place) return { ...place, offence: undefined };
  const used = await presentRight(right, address, context, place).catch((error: unknown) => {
    place.release();
    throw error;
  });
  if (!('status' in used)) return { origin, ownPage, place, ...used };
  place.release();
  return used;
}

/** Uses the token, after the last check that may refuse the page. */
async function presentRight(
  right: Allowed | Denial,
  address: string,
  context: AdmissionContext,
  place: Place,
): Promise<Pick<Admission, 'grant' | 'denial'> | UpgradeRefusal> {
  const refusal = 'use' in right ? await callRefusal(right, address, context) : undefined;
  if (refusal) return refusal;
  const used = 'use' in right ? await right.use() : right;
  if (!used || !('denial' in used)) return { grant: used };
  const { byOwner, denial } = used;
  if (!byOwner || isFull(context)) return unauthorized(used, context.config);
  place.deny();
  return { grant: undefined, denial };
}

function unauthorized({ denial, offence }: Denial, { tokens }: Config): UpgradeRefusal {
  if (denial === 'store-unavailable') {
    return { status: 503, reason: 'try again later', denial, retrySeconds: STORE_RETRY_SECONDS };
  }
  const refusal = { status: 401, reason: 'a fresh token is needed', denial } as const;
  // With several gateways behind one name, another gateway may have the call.
  if (denial === 'no-such-call' && !tokens.secret) return { ...refusal, closeCode: NO_SUCH_CALL };
  return offence ? { ...refusal, offence: 'bad-token' } : refusal;
}

/** Pages without a right to call get at most a tenth of the connections. */
function isFull({ config, visitors }: AdmissionContext): boolean {
  return visitors.denied >= Math.max(1, Math.floor(config.limits.connections / 10));
}

function connectionRefusal(
  address: string,
  { config: { limits }, visitors }: AdmissionContext,
): UpgradeRefusal | undefined {
  if (visitors.places >= limits.connections) return { status: 503, reason: 'too many visitors' };
  if (visitors.placesOf(address) >= limits.connectionsPerAddress) {
    return { status: 429, reason: 'too many connections from this address', offence: 'rate-limit' };
  }
  return undefined;
}

/** The check and the place are one synchronous step. */
function takePlace(address: string, context: AdmissionContext): Place | UpgradeRefusal {
  return connectionRefusal(address, context) ?? context.visitors.take(address);
}

/** The quotas of the call that the token names. */
async function callRefusal(
  { callee }: Allowed,
  address: string,
  { authorization }: AdmissionContext,
): Promise<UpgradeRefusal | undefined> {
  const refusal = callee && (await authorization.quotas.refusal(address, callee));
  return refusal && { ...refusal, reason: 'too many calls' };
}

/**
 * Whether the origin of the page is the host of its WebSocket. A third party can point another name at this machine and
 * pass this check, but browsers give the microphone to `https` only, and there the certificate must be for that name.
 */
function isOwnPage(origin: string, host: string | undefined): boolean {
  return /^https?:\/\/[^/]+$/.test(origin) && origin.replace(/^https?:\/\//, '') === host?.toLowerCase();
}
