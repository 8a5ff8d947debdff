// What is kept of a call that ended: whom and how, never what was said or the keys it was said under.

import type { DenialReason } from '../auth/authorization.ts';
import type { Grant } from '../auth/grant.ts';
import type { Destination } from '../directory/directory.ts';
import type { MediaReport } from '../media/relay.ts';
import type { Log } from '../observe/log.ts';
import type { Target } from '../resolver/target.ts';
import type { Attempt } from './hunt.ts';
import type { Ending, Outcome } from './outcome.ts';
import type { PageContext } from './page-context.ts';
import { serverOf } from './transport-cause.ts';

/** Who calls, as the edge knows them. */
export interface Caller {
  readonly address: string;
  readonly port: number;
  readonly origin: string;
  /** The page is one of the gateway's own. */
  readonly ownPage?: boolean;
  /** What it does counts as an offence of its address. */
  readonly accountable?: boolean;
  /** The call that it may make, or has come back to; undefined where its site asks for no token. */
  readonly grant?: Grant | undefined;
  /** Why it may make none: its token is wrong by the owner's fault. */
  readonly denial?: DenialReason;
}

export interface CallRecord {
  readonly call: string;
  readonly caller: Caller;
  readonly destination: Destination;
  /** Where the visitor was; nothing where nobody is called. */
  readonly visit: PageContext;
  /** The server that had the last word; undefined when none was reached. */
  readonly target: Target | undefined;
  readonly outcome: Outcome;
  /** Every server that was tried in vain, and why, where there were several. */
  readonly attempts?: readonly Attempt[];
  /** Why an answered call ended. */
  readonly ending: Ending | undefined;
  /** Milliseconds from the INVITE to its final response. */
  readonly setupMs: number;
  readonly talkSeconds: number;
  readonly media: MediaReport;
}

/** Writes the record as one log line, at the level its outcome deserves. */
export function logRecord(log: Log, record: CallRecord): void {
  log[record.outcome.level](asWritten(record), 'call ended');
}

/** The record as it is written down, in the log and in files of records. */
export function asWritten(record: CallRecord) {
  const { caller, destination, visit, target, outcome, media, attempts, ...rest } = record;
  return {
    ...rest,
    ...visit,
    to: `${destination.user}@${destination.domain}`,
    origin: caller.origin,
    address: caller.address,
    server: target && serverOf(target),
    outcome: outcome.code,
    ...causeFields(outcome),
    ...(attempts && {
      attempts: attempts.map(tried => ({ server: serverOf(tried.target), cause: tried.cause.code })),
    }),
    browser: media.browser,
    pbx: media.pbx,
    ...(media.oneWay && { oneWay: media.oneWay }),
  };
}

/** Why it came to that, and what mends it, as log and record have it. */
export function causeFields({ cause }: Outcome) {
  if (!cause) return {};
  const { code, side, why, mend, details } = cause;
  return { cause: code, side, why, mend, ...(Object.keys(details).length > 0 && { details }) };
}
