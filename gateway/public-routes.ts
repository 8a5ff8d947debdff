// The HTTP routes for visitors before a call: status, token, callback, and the pages of people. Connects each route to the
// component that answers it, and applies rate limits.

import type { IncomingMessage } from 'node:http';
import { AddressRate, type AddressRateOptions } from './auth/address-rate.ts';
import type { Authorization } from './auth/authorization.ts';
import { EnumerationGuard } from './auth/enumeration-guard.ts';
import { countsAsOffence } from './auth/offence.ts';
import { TokenIssuer } from './auth/token-issuer.ts';
import { Availability } from './availability/availability.ts';
import { CallbackRequests } from './availability/callback.ts';
import type { ReachabilityState } from './availability/reachability.ts';
import { asciiAddress } from './config/host-name.ts';
import { derived, type Live } from './config/live.ts';
import type { Config } from './config/schema.ts';
import { directoryOf } from './directory/directory.ts';
import { callPageRoute } from './http/call-page.ts';
import { callbackRoute } from './http/callback.ts';
import { cardRoute } from './http/card-pages.ts';
import type { RequestingPage } from './http/page-origin.ts';
import type { PersonRequestLimit } from './http/person-request-limit.ts';
import { firstOf, type Route } from './http/route.ts';
import { statusRoute } from './http/status.ts';
import { tokenRoute } from './http/token.ts';
import { clientAddressOf } from './net/client-address.ts';
import type { Log } from './observe/log.ts';
import type { ReportRefusal } from './observe/security-log.ts';
import { redactUri } from './observe/uri-redaction.ts';

/** Each visible button requests its status once a minute: an office of 60 with five buttons on a page. */
const statusRate = { burst: 300, everyMs: 200 };
/** A visitor normally sends one callback request. */
const callbackRate = { burst: 5, everyMs: 60_000 };
/** Beyond the rate above the answer is 429, so a retry is no offence; beyond this rate it is an offence. */
const callbackFloodRate = { burst: 20, everyMs: 60_000 };
/** Pages may contain some stale names, and repeat each of them; more names from one address are guesses. */
const unknownNameRate = { burst: 10, everyMs: 60_000 };
/** A page requests a token when its visitor points at a button; participants of a seminar do so in the same minute. */
const tokenRate = ({ connectionsPerAddress }: Config['limits']) => {
  const burst = Math.max(60, 3 * connectionsPerAddress);
  return { burst, everyMs: 60_000 / burst };
};
/**
 * The page of a person: /call needs one request, a card three, and browsers cache them for five minutes. An office of 80
 * may open a card that was sent to all of them.
 */
const personRate = { burst: 240, everyMs: 500 };
/**
 * Beyond the rates above the answer is 429; beyond this rate it is an offence. An office of 600 with five visible buttons
 * sends 50 requests a second.
 */
const floodRate = { burst: 900, everyMs: 20 };

export function publicRoutes(
  config: Live<Config>,
  reachabilityOf: (domain: string) => Promise<ReachabilityState>,
  authorization: Authorization,
  log: Log,
  refused: ReportRefusal,
): Route[] {
  const limit = (options: AddressRateOptions, excess: AddressRateOptions) => {
    const rate = new AddressRate(options);
    const flood = new AddressRate(excess);
    // A page that no site lists must not use up the rate of its reader on listed pages.
    const foreign = new AddressRate(options);
    const take = (request: IncomingMessage) => {
      const address = clientAddressOf(request);
      if (!countsAsOffence(request, config.current)) return foreign.take(address);
      const allowed = rate.take(address);
      if (!(allowed || flood.take(address))) refused(address, 'rate-limit');
      return allowed;
    };
    return { take };
  };
  const unknownNames = new AddressRate(unknownNameRate);
  const enumeration = new EnumerationGuard();
  const onUnknown = (request: IncomingMessage, to: string) => {
    // Requests of pages that no site lists must not count against their reader.
    if (!countsAsOffence(request, config.current)) return;
    const address = clientAddressOf(request);
    const name = redactUri(to.replace(/^sip:/i, '')).toLowerCase();
    if (enumeration.isFirst(address, name) && !unknownNames.take(address))
      refused(address, 'wrong-destination');
  };
  const personPages = new AddressRate(personRate);
  const requestLimit: PersonRequestLimit = {
    allows: request => personPages.take(clientAddressOf(request)),
    notFound: onUnknown,
  };
  const pages = derived(config, current =>
    firstOf([callPageRoute(current, requestLimit), cardRoute(current, requestLimit, log)]),
  );
  const availability = derived(config, current => new Availability({ config: current, reachabilityOf }));
  /** A page gets information only about people that it may call. */
  const find = (to: string, page: RequestingPage) =>
    directoryOf(config.current).destination(`sip:${asciiAddress(to.replace(/^sip:/i, ''))}`, page);
  const tokens = new TokenIssuer(authorization, config, log);
  const callbacks = new CallbackRequests({
    fallback: (to, page) => {
      const destination = find(to, page);
      return destination && availability.current.callback(destination.domain, destination.user);
    },
    log,
  });
  return [
    (request, response, path) => pages.current(request, response, path),
    statusRoute(
      async (to, page) => {
        const destination = find(to, page);
        return destination && (await availability.current.status(destination.domain, destination.user));
      },
      limit(statusRate, floodRate),
      onUnknown,
    ),
    tokenRoute(
      (to, page, address, proofOfWork) =>
        tokens.issue({ to, destination: find(to, page), origin: page.origin, address, proofOfWork }),
      limit(tokenRate(config.current.limits), floodRate),
      onUnknown,
    ),
    callbackRoute((body, page) => callbacks.take(body, page), limit(callbackRate, callbackFloodRate)),
  ];
}
