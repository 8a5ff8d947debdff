// An INVITE of a visitor to an address that the configuration has.

import type { SrfRequest, SrfResponse } from 'drachtio-srf';
import type { Visitor } from '../auth/visitor.ts';
import type { Destination } from '../directory/directory.ts';
import type { PageContext } from './page-context.ts';

export interface ReceivedCall {
  readonly id: string;
  readonly caller: Visitor;
  readonly destination: Destination;
  readonly context: PageContext;
  readonly request: SrfRequest;
  readonly response: SrfResponse;
}
