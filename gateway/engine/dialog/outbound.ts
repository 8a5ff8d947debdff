// Composes and sends the requests of the user agent (RFC 3261 8.1.1, 12.2.1.1). Each is serialized once.

import { createRequest } from '../message/compose.ts';
import type { SipRequest } from '../message/message.ts';
import { serialize } from '../message/serialize.ts';
import { newBranch } from '../transaction/identifiers.ts';
import type { TransactionLayer } from '../transaction/transaction-layer.ts';
import type { Flow } from '../transport/transport.ts';
import { TransportError } from '../transport/transport-error.ts';
import type { RequestDraft, Sent } from './application.ts';
import type { Dialog, Owner } from './dialog.ts';
import { datagramLimit, LargeRequests } from './large-requests.ts';
import { type LocalSide, localSide, type Network } from './network.ts';
import { dialogHop, type Lookup, locate, type NextHop } from './next-hop.ts';
import { OutgoingInvite } from './outgoing-invite.ts';
import { OutgoingRequest } from './outgoing-request.ts';
import type { UserAgent } from './user-agent.ts';

/** A request outside any dialog, with its identities. */
export interface InitialDraft extends RequestDraft {
  readonly uri: string;
  /** Includes the tag. */
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly seq: number;
}

/** Requests whose Contact the peer will use as a target (RFC 3261 8.1.1.8, 12.2.1.1, RFC 3311, 3515, 6665). */
const withContact: ReadonlySet<string> = new Set(['INVITE', 'SUBSCRIBE', 'REFER', 'UPDATE', 'NOTIFY']);

export class Outbound {
  readonly #agent: UserAgent;
  readonly #network: Network;
  readonly #transactions: TransactionLayer;
  readonly #lookup: Lookup;
  readonly #largeRequests: LargeRequests;

  constructor(agent: UserAgent, network: Network, transactions: TransactionLayer, lookup: Lookup) {
    this.#agent = agent;
    this.#network = network;
    this.#transactions = transactions;
    this.#lookup = lookup;
    this.#largeRequests = new LargeRequests(network, agent.timers);
  }

  /** Calls back with a flow that can carry `size` bytes, or with undefined and the error. */
  open(hop: NextHop, then: (flow: Flow | undefined, error?: Error) => void, size = 0): void {
    Promise.resolve(locate(hop, this.#lookup))
      .then(destination => this.#largeRequests.flowFor(destination, size))
      .then(
        flow => then(flow),
        (error: Error) => then(undefined, error),
      )
      .catch(this.#agent.timers.faults.note);
  }

  /** The same for the peer of a dialog. If the flow is open already, the callback runs before this method returns. */
  reach(dialog: Dialog, then: (flow: Flow | undefined, error?: Error) => void, size = 0): void {
    const hop = dialogHop(dialog, this.#agent.mayReach);
    if (!('send' in hop)) this.open(hop, then, size);
    else if (hop.transport === 'udp' && size > datagramLimit) {
      this.open(
        { transport: 'udp', host: hop.remote.address, port: hop.remote.port, hostname: '' },
        then,
        size,
      );
    } else if (hop.closed)
      then(undefined, new TransportError('ECLOSED', 'the connection to the peer is closed'));
    else then(hop);
  }

  /** Without a flow, the request is composed from `side` and fails with the error `failure`. */
  initial(
    owner: Owner,
    draft: InitialDraft,
    side: LocalSide,
    flow: Flow | undefined,
    failure?: Error,
  ): OutgoingInvite | OutgoingRequest {
    const base: [string, string][] = [
      ['Max-Forwards', '70'],
      ['From', draft.from],
      ['To', draft.to],
      ['Call-ID', draft.callId],
      ['CSeq', `${draft.seq} ${draft.method}`],
    ];
    return this.#send(owner, draft, draft.uri, base, side, flow, undefined, failure);
  }

  within(
    dialog: Dialog,
    owner: Owner | undefined,
    draft: RequestDraft,
    flow: Flow | undefined,
  ): OutgoingInvite | OutgoingRequest {
    const { uri, routes } = dialog.route();
    const base = dialog.fields(draft.method, dialog.takeSeq(), routes);
    const side = localSide(this.#network, flow ?? dialog.flow);
    return this.#send(owner, draft, uri, base, side, flow, dialog);
  }

  /**
   * The ACK of a 2xx (RFC 3261 13.2.2.4): no transaction, a branch different from the INVITE's, the CSeq number of the
   * INVITE.
   */
  acknowledge(dialog: Dialog, number: number, draft: Omit<RequestDraft, 'method'>, flow: Flow): Sent {
    const { uri, routes } = dialog.route();
    const { via } = localSide(this.#network, flow);
    const ack = createRequest(
      'ACK',
      uri,
      [
        ['Via', `${via};branch=${newBranch()};rport`],
        ...dialog.fields('ACK', number, routes),
        ...draft.fields,
      ],
      draft.body,
    );
    const bytes = serialize(ack);
    flow.send(bytes);
    return { bytes, flow };
  }

  #send(
    owner: Owner | undefined,
    draft: RequestDraft,
    uri: string,
    base: [string, string][],
    side: LocalSide,
    flow: Flow | undefined,
    dialog: Dialog | undefined,
    failure: Error = new TransportError('ECLOSED', 'the connection to the peer is closed'),
  ): OutgoingInvite | OutgoingRequest {
    const branch = newBranch();
    const request = this.#compose(draft, uri, base, `${side.via};branch=${branch};rport`, side.contact);
    const bytes = serialize(request);
    const Kind = draft.method === 'INVITE' ? OutgoingInvite : OutgoingRequest;
    const outgoing = new Kind(this.#agent, owner, request, bytes, flow, dialog);
    if (flow === undefined || flow.closed || this.#transactions.full) {
      const full = this.#transactions.full && new TransportError('EFULL', 'too many transactions');
      const reason = full || failure;
      // Later, so that the caller first learns what was sent.
      this.#agent.timers.soon(() => outgoing.transportFailed(reason));
    } else if (outgoing instanceof OutgoingInvite) {
      this.#agent.rememberInvite(outgoing);
      outgoing.transaction = this.#transactions.invite(request, bytes, branch, flow, outgoing);
    } else this.#transactions.request(request, bytes, branch, flow, outgoing);
    return outgoing;
  }

  #compose(
    draft: RequestDraft,
    uri: string,
    base: [string, string][],
    via: string,
    contact: string,
  ): SipRequest {
    const request = createRequest(draft.method, uri, [['Via', via], ...base, ...draft.fields], draft.body);
    const { headers } = request;
    if (withContact.has(draft.method) && !headers.has('Contact')) headers.append('Contact', contact);
    const { userAgent } = this.#agent;
    if (userAgent !== undefined && !headers.has('User-Agent')) headers.append('User-Agent', userAgent);
    return request;
  }
}

/** Upper limit of what the engine adds to a request, in bytes: start line, Via, Contact, tags, Call-ID, User-Agent. */
const addedBytes = 500;

/** An upper estimate of the request's size, in bytes. */
export function sizeOf({ fields, body }: Pick<RequestDraft, 'fields' | 'body'>): number {
  return fields.reduce(
    (sum, [name, value]) => sum + name.length + value.length + 4,
    addedBytes + body.length,
  );
}
