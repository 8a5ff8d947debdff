// What a failure of our own parts, the relay and the resolver, means to whoever called.

import { MediaError } from '../media/relay.ts';
import { type Outcome, outcome } from './outcome.ts';

/** `browserAsked`: the SDP at fault is the browser's; otherwise it is the PBX's, and no fault of the request. */
export function outcomeOfFailure(error: unknown, browserAsked: boolean): Outcome | undefined {
  if (error instanceof MediaError) {
    if (error.status === 503) return outcome('out-of-capacity');
    return outcome(error.status === 400 && browserAsked ? 'bad-request' : 'not-acceptable');
  }
  if (error instanceof Error && error.name === 'ResolveError') return outcome('domain-unresolvable');
  return undefined;
}

/** What in particular was wrong with a description, for log, record and Reason. */
export function causeOfFailure(error: unknown): string | undefined {
  return error instanceof MediaError ? error.message : undefined;
}
