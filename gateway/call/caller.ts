// The visitor who calls, as the edge has checked them, and their call as it came in.

import type { SrfRequest, SrfResponse } from 'drachtio-srf';
import type { DenialReason } from '../auth/authorization.ts';
import type { Grant } from '../auth/grant.ts';
import type { Destination } from '../directory/directory.ts';
import type { PageContext } from './page-context.ts';

export interface Caller {
  readonly address: string;
  readonly port: number;
  readonly origin: string;
  /** The page is one of the gateway's own. */
  readonly ownPage?: boolean;
  /** Offences of this visitor count against the address. */
  readonly accountable?: boolean;
  /** The call that this visitor may make, or has come back to; undefined where the site needs no token. */
  readonly grant?: Grant | undefined;
  /** Why this visitor may make no call: the token is wrong by the owner's fault. */
  readonly denial?: DenialReason;
}

/** An INVITE of a visitor to an address that the configuration has. */
export interface ReceivedCall {
  readonly id: string;
  readonly caller: Caller;
  readonly destination: Destination;
  readonly context: PageContext;
  readonly request: SrfRequest;
  readonly response: SrfResponse;
}
