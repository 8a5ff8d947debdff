// The bound on requests for people's pages. Only a person who may be called has a page, so these requests can be used to
// find names. The front desk implements it, and counts names together with those of /status and /token.

import type { IncomingMessage } from 'node:http';

export interface PersonLookups {
  /** False when the request's address has asked for too many. */
  allows(request: IncomingMessage): boolean;
  /** No person has a page by that name. */
  missed(request: IncomingMessage, name: string): void;
}

export const unwatched: PersonLookups = { allows: () => true, missed: () => {} };
