// A dialog (RFC 3261 12): identities, tags, sequence numbers, route set and remote target of two user agents. Builds
// the first fields of its own requests. Must not depend on transactions or on the origin of a request.

import { parseAddress, tagOf, withTag } from '../message/address.ts';
import { parseCSeq } from '../message/cseq.ts';
import type { SipMessage, SipRequest, SipResponse } from '../message/message.ts';
import { parseUri } from '../message/uri.ts';
import type { Flow } from '../transport/transport.ts';
import type { IncomingInvite } from './incoming-invite.ts';
import type { OutgoingInvite } from './outgoing-invite.ts';
import type { SessionTimer } from './session-timer.ts';

export type DialogRole = 'uac' | 'uas';

/** The application that receives a dialog's events. The dialog layer only compares it and passes it on. */
export interface Owner {
  readonly closed: boolean;
}

interface Origin {
  readonly role: DialogRole;
  readonly usage: 'INVITE' | 'SUBSCRIBE';
  readonly callId: string;
  readonly local: string;
  readonly remote: string;
  readonly localSeq: number;
  readonly remoteSeq: number | undefined;
  readonly remoteTarget: string;
  readonly routeSet: readonly string[];
  readonly flow: Flow;
}

/** The name of a dialog in the application protocol: Call-ID and the From tag of the request that created it. */
export function dialogId(callId: string, fromTag: string): string {
  return `${callId};from-tag=${fromTag}`;
}

export class Dialog {
  readonly id: string;
  readonly role: DialogRole;
  /** The method that created the dialog. It determines what ends the dialog. */
  readonly usage: 'INVITE' | 'SUBSCRIBE';
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** From and To of the requests that we send. */
  readonly local: string;
  readonly remote: string;
  state: 'Early' | 'Confirmed' | 'Terminated' = 'Early';
  /** Whether the end of the call has been reported to the applications that routed `cdr`. */
  endReported = false;
  owner: Owner | undefined;
  /** The path that the peer used last; see {@link receivedOn}. */
  flow: Flow;
  remoteTarget: string;
  routeSet: readonly string[];
  /** The outgoing INVITE that has no final response yet, or whose 2xx has not been acknowledged. */
  outgoingInvite: OutgoingInvite | undefined;
  /** The incoming INVITE that has no final response yet, or whose ACK has not arrived. */
  incomingInvite: IncomingInvite | undefined;
  /** Set once the dialog is confirmed. */
  session: SessionTimer | undefined;
  /** The session description that was sent last. */
  localDescription: { readonly type: string; readonly body: Buffer } | undefined;
  /** Whether the peer's Allow lists UPDATE (RFC 3311). */
  peerAllowsUpdate = false;
  /** The outgoing and the incoming UPDATE that have no final response yet. */
  outgoingUpdate: SipRequest | undefined;
  incomingUpdate: SipRequest | undefined;
  #localSeq: number;
  #remoteSeq: number | undefined;

  constructor(origin: Origin) {
    this.role = origin.role;
    this.usage = origin.usage;
    this.callId = origin.callId;
    this.local = origin.local;
    this.remote = origin.remote;
    this.localTag = tagOf(origin.local) ?? '';
    this.remoteTag = tagOf(origin.remote) ?? '';
    this.id = dialogId(origin.callId, origin.role === 'uac' ? this.localTag : this.remoteTag);
    this.remoteTarget = origin.remoteTarget;
    this.routeSet = origin.routeSet;
    this.flow = origin.flow;
    this.#localSeq = origin.localSeq;
    this.#remoteSeq = origin.remoteSeq;
  }

  /** RFC 3261 12.1.1: creates the dialog of a UAS that answers `request` with `localTag`. */
  static ofServer(request: SipRequest, localTag: string, flow: Flow): Dialog {
    const { headers } = request;
    const dialog = new Dialog({
      role: 'uas',
      usage: request.method === 'SUBSCRIBE' ? 'SUBSCRIBE' : 'INVITE',
      callId: headers.get('Call-ID')!,
      local: withTag(headers.get('To')!, localTag),
      remote: headers.get('From')!,
      localSeq: Math.floor(Math.random() * 10_000),
      remoteSeq: parseCSeq(headers.get('CSeq')!)?.number,
      remoteTarget: contactUri(request) ?? addressUri(headers.get('From')!),
      // "The route set MUST be set to the list of URIs in the Record-Route header field from the request,
      // taken in order".
      routeSet: routesIn(request),
      flow,
    });
    dialog.#readAllow(request);
    return dialog;
  }

  /** RFC 3261 12.1.2: creates the dialog of a UAC from a response with a To tag. */
  static ofClient(request: SipRequest, response: SipResponse, flow: Flow): Dialog {
    const { headers } = request;
    return new Dialog({
      role: 'uac',
      usage: request.method === 'SUBSCRIBE' ? 'SUBSCRIBE' : 'INVITE',
      callId: headers.get('Call-ID')!,
      local: headers.get('From')!,
      remote: response.headers.get('To')!,
      localSeq: parseCSeq(headers.get('CSeq')!)?.number ?? 1,
      remoteSeq: undefined,
      remoteTarget: contactUri(response) ?? request.uri,
      // "taken in reverse order".
      routeSet: routesIn(response).reverse(),
      flow,
    });
  }

  /** RFC 3261 13.2.2.4: the 2xx determines the route set and the target. The provisionals only proposed them. */
  confirm(answer: SipResponse, flow: Flow): void {
    this.state = 'Confirmed';
    if (this.role === 'uac') this.routeSet = routesIn(answer).reverse();
    this.refreshTarget(answer, flow);
  }

  /** RFC 3261 12.2: an INVITE or UPDATE, or the 2xx to one, may change the remote target. */
  refreshTarget(message: SipMessage, flow: Flow): void {
    this.flow = flow;
    this.remoteTarget = contactUri(message) ?? this.remoteTarget;
    this.#readAllow(message);
  }

  /**
   * A request of the peer arrived on this flow. From a WebSocket, open or closed, a dialog moves only with a request
   * that refreshes its target, and only after that request was accepted. Otherwise anyone that learned the tags could
   * divert our requests.
   */
  receivedOn(flow: Flow): void {
    const { transport } = this.flow;
    if (transport !== 'ws' && transport !== 'wss') this.flow = flow;
  }

  /** A message was sent. If it has a session description, that description is now the local one. */
  describe(type: string | undefined, body: Buffer): void {
    if (body.length > 0) this.localDescription = { type: type ?? 'application/sdp', body };
  }

  #readAllow(message: SipMessage): void {
    const allowed = message.headers.all('Allow');
    if (allowed.length > 0) this.peerAllowsUpdate = allowed.includes('UPDATE');
  }

  /** Whether a request is in order (RFC 3261 12.2.2). If it is, its CSeq is stored. */
  accept(request: SipRequest): boolean {
    const number = parseCSeq(request.headers.get('CSeq')!)?.number ?? 0;
    if (this.#remoteSeq !== undefined && number < this.#remoteSeq) return false;
    this.#remoteSeq = number;
    return true;
  }

  /** Which side's offer has no answer yet (RFC 3264 4). Until the answer, neither side may send another offer. */
  get openOffer(): 'ours' | 'theirs' | undefined {
    if (isOffer(this.outgoingUpdate)) return 'ours';
    if (isOffer(this.incomingUpdate)) return 'theirs';
    return this.outgoingInvite?.openOffer ?? this.incomingInvite?.openOffer;
  }

  takeSeq(): number {
    this.#localSeq += 1;
    return this.#localSeq;
  }

  /**
   * Request-URI and Route of a request in the dialog (RFC 3261 12.2.1.1). A first route without `lr` is a strict
   * router: its URI becomes the Request-URI, and the target goes to the end of Route.
   */
  route(): { uri: string; routes: readonly string[] } {
    const [first, ...rest] = this.routeSet;
    if (first === undefined) return { uri: this.remoteTarget, routes: [] };
    const router = addressUri(first);
    if (parseUri(router)?.params.has('lr') !== false)
      return { uri: this.remoteTarget, routes: this.routeSet };
    return { uri: router, routes: [...rest, `<${this.remoteTarget}>`] };
  }

  /** The first fields of every request in the dialog, without Via. */
  fields(method: string, seq: number, routes: readonly string[]): [string, string][] {
    const fields: [string, string][] = [];
    for (const route of routes) fields.push(['Route', route]);
    fields.push(
      ['Max-Forwards', '70'],
      ['From', this.local],
      ['To', this.remote],
      ['Call-ID', this.callId],
      ['CSeq', `${seq} ${method}`],
    );
    return fields;
  }
}

function isOffer(update: SipRequest | undefined): boolean {
  return update !== undefined && update.body.length > 0;
}

/** A target that cannot be parsed, that is not SIP, or that is longer than this is not used. */
const LONGEST_TARGET = 1_024;

function contactUri(message: SipMessage): string | undefined {
  const contact = message.headers.get('Contact');
  const uri = contact === undefined ? undefined : parseAddress(contact)?.uri;
  return uri !== undefined && isTarget(uri) ? uri : undefined;
}

/** The usable routes. A route that cannot be parsed is left out. */
function routesIn(message: SipMessage): string[] {
  return message.headers.all('Record-Route').filter(route => isTarget(parseAddress(route)?.uri ?? ''));
}

function isTarget(uri: string): boolean {
  return uri.length <= LONGEST_TARGET && parseUri(uri) !== undefined;
}

function addressUri(value: string): string {
  return parseAddress(value)?.uri ?? value;
}
