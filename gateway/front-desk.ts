// What visitors may ask before there is a call, and when there cannot be one: introduces the routes to those who know.

import type { IncomingMessage } from 'node:http';
import { createDirectory } from './call/directory.ts';
import { asciiAddress } from './config/host-name.ts';
import { type Live, madeOf } from './config/live.ts';
import type { Config } from './config/schema.ts';
import { AddressRate, type AddressRateOptions } from './entrance/address-rate.ts';
import type { Entrance } from './entrance/entrance.ts';
import { addressOf } from './entrance/far-end.ts';
import { FirstAsking } from './entrance/first-asking.ts';
import { countsAsOffence } from './entrance/offence.ts';
import { TokenDesk } from './entrance/token-desk.ts';
import { callPageRoute } from './http/call-page.ts';
import { callbackRoute } from './http/callback.ts';
import { cardRoute } from './http/card-pages.ts';
import type { Lookups } from './http/lookups.ts';
import type { AskingPage } from './http/page-origin.ts';
import { firstOf, type Route } from './http/route.ts';
import { statusRoute } from './http/status.ts';
import { tokenRoute } from './http/token.ts';
import type { Log } from './observe/log.ts';
import { meant } from './observe/meant.ts';
import type { TellRefusal } from './observe/security-log.ts';
import { CallbackDesk } from './reach/callback.ts';
import type { Reach } from './reach/reachability.ts';
import { Reception } from './reach/reception.ts';

/** Each button that is seen asks once a minute: an office of 60 with five of them on a page. */
const statusRate = { burst: 300, everyMs: 200 };
/** A person asks to be called back once. */
const callbackRate = { burst: 5, everyMs: 60_000 };
/** Beyond that: who presses again because it did not work is told to wait, and only who goes on and on is an offence. */
const callbackFloodRate = { burst: 20, everyMs: 60_000 };
/** Pages may name some who are gone, each of them time and again; who asks about more is trying names. */
const nobodyRate = { burst: 10, everyMs: 60_000 };
/** A token is asked for wherever a visitor points at a button; the listeners of a seminar come in the same minute. */
const tokenRate = ({ visitorsPerAddress }: Config['limits']) => {
  const burst = Math.max(60, 3 * visitorsPerAddress);
  return { burst, everyMs: 60_000 / burst };
};
/**
 * A page of a person: /call takes one request, a card three, and browsers keep them for five minutes. An office of 80 may
 * open a card that was sent to all of them.
 */
const personRate = { burst: 240, everyMs: 500 };
/**
 * Beyond those rates: an office with many buttons in view is told to wait, and only a flood is an offence. An office of
 * 600 with five buttons asks 50 times a second.
 */
const floodRate = { burst: 900, everyMs: 20 };

export function frontDesk(
  config: Live<Config>,
  reach: (domain: string) => Promise<Reach>,
  entrance: Entrance,
  log: Log,
  refused: TellRefusal,
): Route[] {
  const limit = (options: AddressRateOptions, excess: AddressRateOptions) => {
    const rate = new AddressRate(options);
    const flood = new AddressRate(excess);
    // A stranger's page must not use up what its reader may ask from pages of a site.
    const foreign = new AddressRate(options);
    const take = (request: IncomingMessage) => {
      const address = addressOf(request);
      if (!countsAsOffence(request, config.current)) return foreign.take(address);
      const allowed = rate.take(address);
      if (!(allowed || flood.take(address))) refused(address, 'rate');
      return allowed;
    };
    return { take };
  };
  const names = new AddressRate(nobodyRate);
  const asking = new FirstAsking();
  const onNobody = (request: IncomingMessage, to: string) => {
    // What strangers' pages have asked for must not be counted against the reader's own later.
    if (!countsAsOffence(request, config.current)) return;
    const address = addressOf(request);
    const name = meant(to.replace(/^sip:/i, '')).toLowerCase();
    if (asking.isFirst(address, name) && !names.take(address)) refused(address, 'wrong-destination');
  };
  const people = new AddressRate(personRate);
  const lookups: Lookups = {
    allows: request => people.take(addressOf(request)),
    missed: onNobody,
  };
  const pages = madeOf(config, present =>
    firstOf([callPageRoute(present, lookups), cardRoute(present, lookups, log)]),
  );
  const reception = madeOf(config, present => new Reception({ config: present, reach }));
  const directory = madeOf(config, createDirectory);
  /** Whoever may not be called may not be asked about either. */
  const find = (to: string, page: AskingPage) =>
    directory.current(`sip:${asciiAddress(to.replace(/^sip:/i, ''))}`, page);
  const tokens = new TokenDesk(entrance, config, log);
  const callbacks = new CallbackDesk({
    rung: (to, page) => {
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
      (to, page, address, work) =>
        tokens.give({ to, destination: find(to, page), origin: page.origin, address, work }),
      limit(tokenRate(config.current.limits), floodRate),
      onNobody,
    ),
    callbackRoute((body, page) => callbacks.take(body, page), limit(callbackRate, callbackFloodRate)),
  ];
}
