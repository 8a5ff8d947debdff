// How a request leaves: over a connection that is there already, or to an address that has to be reached first.

import type { Flow } from '../transport/transport.ts';
import { TransportError } from '../transport/transport-error.ts';
import type { Hop } from './next-hop.ts';
import type { Outbound } from './outbound.ts';

export type OutgoingFlow = Hop | Flow;

/** Calls back with a flow, before it returns when there is one; with undefined and the reason when none can be had. */
export function openFlow(
  outbound: Outbound,
  way: OutgoingFlow,
  then: (flow: Flow | undefined, error?: Error) => void,
  size = 0,
): void {
  if (!('send' in way)) outbound.open(way, then, size);
  else if (way.closed) then(undefined, new TransportError('ECLOSED', 'The connection to the peer is closed'));
  else then(way);
}
