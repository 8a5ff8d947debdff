// Which transaction a message belongs to (RFC 3261 17.1.3, 17.2.3), as keys.

import { tagOf } from '../message/address.ts';
import { parseCSeq } from '../message/cseq.ts';
import type { SipRequest } from '../message/message.ts';
import type { Via } from '../message/via.ts';
import type { Flow } from '../transport/transport.ts';
import { magicCookie } from './identifiers.ts';

/** 17.1.3: the branch of our top Via and the method of the CSeq. */
export function clientKey(branch: string, method: string): string {
  return `${branch} ${method}`;
}

/**
 * Whether two flows lead to the same peer. Over UDP the address decides, because a NAT may change the port; otherwise
 * the connection.
 */
export function isSamePeer(a: Flow, b: Flow): boolean {
  return a === b || (!a.reliable && !b.reliable && a.remote.address === b.remote.address);
}

/**
 * Whether a response that arrived on `received` may belong to a request that was sent on `sent`. A server with several
 * addresses may answer a datagram from another address: RFC 3261 18.1.2 compares only the branch, which only a receiver
 * of the request knows. The answer to a request on a connection must arrive on the same connection.
 */
export function mayAnswer(sent: Flow, received: Flow): boolean {
  return sent === received || (!sent.reliable && !received.reliable);
}

/** The peer as part of a key. */
function peerKey(flow: Flow): string {
  if (!flow.reliable) return flow.remote.address;
  let number = connections.get(flow);
  if (number === undefined) {
    number = ++counted;
    connections.set(flow, number);
  }
  return `#${number}`;
}

const connections = new WeakMap<Flow, number>();
let counted = 0;

/**
 * 17.2.3: the branch, the sent-by and the method (an ACK matches its INVITE). Also the peer, because others that know
 * the branch are not part of the transaction. `method` lets a CANCEL find the transaction to cancel.
 */
export function serverKey(request: SipRequest, via: Via, method: string, flow: Flow): string {
  return `${branchKey(request, via, method)} ${peerKey(flow)}`;
}

function branchKey(request: SipRequest, via: Via, method: string): string {
  const matchedMethod = method === 'ACK' ? 'INVITE' : method;
  const branch = via.params.get('branch');
  // RFC 4475 3.2.1: the cookie alone is not an identifier.
  if (branch?.startsWith(magicCookie) && branch.length > magicCookie.length)
    return `${branch} ${via.host}:${via.port ?? ''} ${matchedMethod}`;
  // The branch of an RFC 2543 peer is not unique: the whole request must be the same. The To tag is left out, because
  // the ACK of a failure has one and the INVITE had none.
  const { headers } = request;
  const number = parseCSeq(headers.get('CSeq') ?? '')?.number;
  const from = tagOf(headers.get('From') ?? '') ?? '';
  return `${request.uri} ${from} ${headers.get('Call-ID')} ${number} ${headers.get('Via')} ${matchedMethod}`;
}

/**
 * What a request shares with its copies that arrived by another path (8.2.2.2), and a CANCEL with its INVITE even if a
 * proxy changed the Via: Call-ID, From tag, CSeq number, and here the method.
 */
export function requestIdentity(request: SipRequest, method: string = request.method): string {
  const { headers } = request;
  const number = parseCSeq(headers.get('CSeq') ?? '')?.number;
  return `${headers.get('Call-ID')} ${tagOf(headers.get('From') ?? '') ?? ''} ${number} ${method}`;
}

export function isInDialog(request: SipRequest): boolean {
  return tagOf(request.headers.get('To') ?? '') !== undefined;
}
