// The HTTP routes for visitors before a call, and when no call is possible. Connects the routes with their
// dependencies.

import type { IncomingMessage } from 'node:http';
import { AddressRate, type AddressRateOptions } from './auth/address-rate.ts';
import type { Authorization } from './auth/authorization.ts';
import { EnumerationGuard } from './auth/enumeration-guard.ts';
import { countsAsOffence } from './auth/offence.ts';
import { TokenIssuer } from './auth/token-issuer.ts';
import { Availability } from './availability/availability.ts';
import { CallbackRequests } from './availability/callback.ts';
import type { Reach } from './availability/reachability.ts';
import { asciiAddress } from './config/host-name.ts';
import { derived, type Live } from './config/live.ts';
import type { Config } from './config/schema.ts';
import { directoryOf } from './directory/directory.ts';
import { callPageRoute } from './http/call-page.ts';
import { callbackRoute } from './http/callback.ts';
import { cardRoute } from './http/card-pages.ts';
import type { AskingPage } from './http/page-origin.ts';
import type { PersonLookups } from './http/person-lookups.ts';
import { firstOf, type Route } from './http/route.ts';
import { statusRoute } from './http/status.ts';
import { tokenRoute } from './http/token.ts';
import { clientAddressOf } from './net/client-address.ts';
import type { Log } from './observe/log.ts';
import type { ReportRefusal } from './observe/security-log.ts';
import { redactUri } from './observe/uri-redaction.ts';

/** Each visible button asks once a minute: enough for an office of 60 people with five buttons on a page. */
const statusRate = { burst: 300, everyMs: 200 };
/** A person requests one callback. */
const callbackRate = { burst: 5, everyMs: 60_000 };
/** Above callbackRate, a visitor that tries again must wait. Only a flood above this rate is an offence. */
const callbackFloodRate = { burst: 20, everyMs: 60_000 };
/**
 * Pages may list addresses that no longer exist and ask about each repeatedly. A client that asks about more is
 * guessing names.
 */
const nobodyRate = { burst: 10, everyMs: 60_000 };
/** A token is requested when a visitor points at a button. All listeners of a seminar may arrive in the same minute. */
const tokenRate = ({ connectionsPerAddress }: Config['limits']) => {
  const burst = Math.max(60, 3 * connectionsPerAddress);
  return { burst, everyMs: 60_000 / burst };
};
/**
 * A page of a person: /call takes one request, a card three, and browsers cache them for five minutes. An office of 80
 * people may open a card that was sent to all of them.
 */
const personRate = { burst: 240, everyMs: 500 };
/**
 * Above those rates, an office with many visible buttons must wait; only a flood is an offence. An office of 600 people
 * with five buttons asks 50 times per second.
 */
const floodRate = { burst: 900, everyMs: 20 };

export function publicRoutes(
  config: Live<Config>,
  reach: (domain: string) => Promise<Reach>,
  entrance: Authorization,
  log: Log,
  refused: ReportRefusal,
): Route[] {
  const limit = (options: AddressRateOptions, excess: AddressRateOptions) => {
    const rate = new AddressRate(options);
    const flood = new AddressRate(excess);
    // Requests from pages of other sites must not use up the budget of their reader for pages of a configured site.
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
  const names = new AddressRate(nobodyRate);
  const asking = new EnumerationGuard();
  const onNobody = (request: IncomingMessage, to: string) => {
    // Requests from pages of other sites must not count against their reader.
    if (!countsAsOffence(request, config.current)) return;
    const address = clientAddressOf(request);
    const name = redactUri(to.replace(/^sip:/i, '')).toLowerCase();
    if (asking.isFirst(address, name) && !names.take(address)) refused(address, 'wrong-destination');
  };
  const people = new AddressRate(personRate);
  const lookups: PersonLookups = {
    allows: request => people.take(clientAddressOf(request)),
    missed: onNobody,
  };
  const pages = derived(config, present =>
    firstOf([callPageRoute(present, lookups), cardRoute(present, lookups, log)]),
  );
  const reception = derived(config, present => new Availability({ config: present, reach }));
  /** A page may ask only about persons that it may call. */
  const find = (to: string, page: AskingPage) =>
    directoryOf(config.current).destination(`sip:${asciiAddress(to.replace(/^sip:/i, ''))}`, page);
  const tokens = new TokenIssuer(entrance, config, log);
  const callbacks = new CallbackRequests({
    fallback: (to, page) => {
      const destination = find(to, page);
      return destination && reception.current.callback(destination.domain, destination.user);
    },
    log,
  });
  return [
    (request, response, path) => pages.current(request, response, path),
    statusRoute(
      async (to, page) => {
        const destination = find(to, page);
        return destination && (await reception.current.status(destination.domain, destination.user));
      },
      limit(statusRate, floodRate),
      onNobody,
    ),
    tokenRoute(
      (to, page, address, proofOfWork) =>
        tokens.give({ to, destination: find(to, page), origin: page.origin, address, proofOfWork }),
      limit(tokenRate(config.current.limits), floodRate),
      onNobody,
    ),
    callbackRoute((body, page) => callbacks.take(body, page), limit(callbackRate, callbackFloodRate)),
  ];
}
