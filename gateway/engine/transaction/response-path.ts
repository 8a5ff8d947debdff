// The path of a response (RFC 3261 18.2.1, 18.2.2, RFC 3581). The server transaction keeps it as long as it may have to
// answer. It always ends at the address from which the request came: otherwise a forged Via could direct our responses
// to any host.

import type { ErrorBoundary } from '../error-boundary.ts';
import type { SipRequest } from '../message/message.ts';
import { formatVia, type Via } from '../message/via.ts';
import type { RemoteEndpoint } from '../transport/listen-point.ts';
import type { Flow } from '../transport/transport.ts';

/** Called if a response cannot be sent. */
export interface Sender {
  transportFailed(error: Error): void;
}

/** Opens a flow for responses. */
export type Dial = (destination: RemoteEndpoint) => Promise<Flow>;

/**
 * 18.2.1: writes the real source of the request into the top Via. The server transport MUST add `received` if the
 * sent-by is a name or another address. RFC 3581 4 requires both if rport is present.
 */
export function stampTopVia(request: SipRequest, via: Via, flow: Flow): void {
  const wantsPort = via.params.get('rport') === '';
  if (via.host === flow.remote.address && !wantsPort) return;
  via.params.set('received', flow.remote.address);
  if (wantsPort) via.params.set('rport', String(flow.remote.port));
  for (const field of request.headers) {
    if (field.name !== 'Via') continue;
    field.value = formatVia(via);
    return;
  }
}

export class ResponsePath {
  readonly #flow: Flow;
  readonly #dial: Dial;
  /**
   * The destination if the flow of the request cannot be used: for UDP immediately, otherwise after the connection has
   * closed.
   */
  readonly #fallback: RemoteEndpoint | undefined;
  #dialling: Promise<Flow> | undefined;
  readonly #faults: Pick<ErrorBoundary, 'note'>;

  constructor(via: Via, flow: Flow, dial: Dial, faults: Pick<ErrorBoundary, 'note'>) {
    this.#flow = flow;
    this.#dial = dial;
    this.#faults = faults;
    this.#fallback = flow.transport === 'udp' ? datagramDestination(via, flow) : reconnection(via, flow);
  }

  send(bytes: Buffer, sender: Sender): void {
    const { transport, remote, closed } = this.#flow;
    const fallback = this.#fallback;
    if (fallback !== undefined && (closed || transport === 'udp')) this.#sendTo(fallback, bytes, sender);
    else if (!closed) this.#flow.send(bytes);
    // An ICMP error closes a UDP flow. The peer may be reachable again.
    else if (transport === 'udp') this.#sendTo({ transport, ...remote }, bytes, sender);
    else sender.transportFailed(new Error('the connection to the peer is closed'));
  }

  #sendTo(destination: RemoteEndpoint, bytes: Buffer, sender: Sender): void {
    this.#dialling ??= this.#dial(destination);
    this.#dialling
      .then(
        flow => flow.send(bytes),
        (error: Error) => sender.transportFailed(error),
      )
      .catch(this.#faults.note);
  }
}

/**
 * 18.2.2 for unreliable transports: the source address, with rport its port, else the port of sent-by.
 * Deviation: "if the Via contains a maddr parameter, the response MUST be forwarded to the address listed there".
 */
function datagramDestination(via: Via, flow: Flow): RemoteEndpoint | undefined {
  const port = via.port ?? 5060;
  if (via.params.has('rport') || port === flow.remote.port) return undefined;
  return { transport: 'udp', address: flow.remote.address, port };
}

/**
 * 18.2.2 for reliable transports: "If that connection is no longer open, the server SHOULD open a connection to the IP
 * address in the received parameter, if present, using the port in the sent-by value". This engine writes that
 * parameter: it is the source of the request. A browser cannot be connected to (RFC 7118 5).
 */
function reconnection(via: Via, flow: Flow): RemoteEndpoint | undefined {
  if (flow.transport !== 'tcp' && flow.transport !== 'tls') return undefined;
  const port = via.port ?? (flow.transport === 'tls' ? 5061 : 5060);
  return { transport: flow.transport, address: flow.remote.address, port };
}
