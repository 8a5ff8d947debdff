// The flow of an outgoing request: an open connection, or a connection to an address that has to be opened first.

import type { Flow } from '../transport/transport.ts';
import { TransportError } from '../transport/transport-error.ts';
import type { NextHop } from './next-hop.ts';
import type { Outbound } from './outbound.ts';

export type OutgoingFlow = NextHop | Flow;

/**
 * Calls back with a flow, before it returns if the flow is open already. On failure calls back with undefined and the
 * error.
 */
export function openFlow(
  outbound: Outbound,
  path: OutgoingFlow,
  then: (flow: Flow | undefined, error?: Error) => void,
  size = 0,
): void {
  if (!('send' in path)) outbound.open(path, then, size);
  else if (path.closed)
    then(undefined, new TransportError('ECLOSED', 'the connection to the peer is closed'));
  else then(path);
}
