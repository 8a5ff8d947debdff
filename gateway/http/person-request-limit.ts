// The rate limit on requests for the pages of people. Only people who can be called have a page, so these requests can be
// used to guess names. public-routes.ts implements it, and counts guesses together with those of /status and /token.

import type { IncomingMessage } from 'node:http';

export interface PersonRequestLimit {
  /** False when the client address exceeds the rate. */
  allows(request: IncomingMessage): boolean;
  /** Reports a request for a name that has no page. */
  notFound(request: IncomingMessage, name: string): void;
}

export const unlimited: PersonRequestLimit = { allows: () => true, notFound: () => {} };
