// A dialog (RFC 3261 12): what two user agents have agreed to call each other, and where they are.
// Knows how its own requests begin; must not know of transactions or of who asked for the request.

import { parseAddress, tagOf, withTag } from '../message/address.ts';
import { parseCSeq } from '../message/cseq.ts';
import type { SipMessage, SipRequest, SipResponse } from '../message/message.ts';
import { parseUri } from '../message/uri.ts';
import type { Flow } from '../transport/transport.ts';
import type { IncomingInvite } from './incoming-invite.ts';
import type { OutgoingInvite } from './outgoing-invite.ts';
import type { SessionTimer } from './session-timer.ts';

export type DialogRole = 'uac' | 'uas';

/** The application that a dialog's events go to. The dialog layer only compares and passes it on. */
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

/** How the application protocol names a dialog: by the From tag of the request that created it. */
export function dialogId(callId: string, fromTag: string): string {
  return `${callId};from-tag=${fromTag}`;
}

export class Dialog {
  readonly id: string;
  readonly role: DialogRole;
  /** The method that created it, which decides what ends it. */
  readonly usage: 'INVITE' | 'SUBSCRIBE';
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** From and To of the requests that we send. */
  readonly local: string;
  readonly remote: string;
  state: 'Early' | 'Confirmed' | 'Terminated' = 'Early';
  /** Whether those who follow calls were told of its end. */
  endTold = false;
  owner: Owner | undefined;
  /** The path the peer last used; see {@link cameBy}. */
  flow: Flow;
  remoteTarget: string;
  routeSet: readonly string[];
  /** Our INVITE that has no final response yet, or whose 2xx has not been ACKed. */
  outgoingInvite: OutgoingInvite | undefined;
  /** Their INVITE that has no final response yet, or whose ACK has not come. */
  incomingInvite: IncomingInvite | undefined;
  /** Set once the dialog is confirmed. */
  session: SessionTimer | undefined;
  /** The session description that we sent last. */
  localDescription: { readonly type: string; readonly body: Buffer } | undefined;
  /** Whether the peer's Allow names UPDATE (RFC 3311). */
  peerKnowsUpdate = false;
  /** Our UPDATE that has no final response yet, and theirs. */
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

  /** RFC 3261 12.1.1: what the UAS makes of a request it answers with `localTag`. */
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
    dialog.#learn(request);
    return dialog;
  }

  /** RFC 3261 12.1.2: what the UAC makes of a response with a To tag. */
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

  /** RFC 3261 13.2.2.4: the 2xx decides the route set and target that the provisionals only proposed. */
  confirm(answer: SipResponse, flow: Flow): void {
    this.state = 'Confirmed';
    if (this.role === 'uac') this.routeSet = routesIn(answer).reverse();
    this.refreshTarget(answer, flow);
  }

  /** RFC 3261 12.2: an INVITE or UPDATE, or the 2xx to one, may move the remote target. */
  refreshTarget(message: SipMessage, flow: Flow): void {
    this.flow = flow;
    this.remoteTarget = contactUri(message) ?? this.remoteTarget;
    this.#learn(message);
  }

  /**
   * A request of the peer came by this path. From a WebSocket, open or not, a dialog is moved only by what moves its
   * target, and only once that was accepted: else whoever learned its tags could draw our requests to themselves.
   */
  cameBy(flow: Flow): void {
    const { transport } = this.flow;
    if (transport !== 'ws' && transport !== 'wss') this.flow = flow;
  }

  /** We sent this; if it describes the session, it stands from now on. */
  describe(type: string | undefined, body: Buffer): void {
    if (body.length > 0) this.localDescription = { type: type ?? 'application/sdp', body };
  }

  #learn(message: SipMessage): void {
    const allowed = message.headers.all('Allow');
    if (allowed.length > 0) this.peerKnowsUpdate = allowed.includes('UPDATE');
  }

  /** Whether a request comes in order (RFC 3261 12.2.2); if so it is noted. */
  accept(request: SipRequest): boolean {
    const number = parseCSeq(request.headers.get('CSeq')!)?.number ?? 0;
    if (this.#remoteSeq !== undefined && number < this.#remoteSeq) return false;
    this.#remoteSeq = number;
    return true;
  }

  /** Whose offer has no answer yet (RFC 3264 4): until it has one, neither side may make another. */
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
   * Request-URI and Route of a request in the dialog (RFC 3261 12.2.1.1). A first route without `lr` is a
   * strict router: it gets the Request-URI, and the target goes to the end.
   */
  route(): { uri: string; routes: readonly string[] } {
    const [first, ...rest] = this.routeSet;
    if (first === undefined) return { uri: this.remoteTarget, routes: [] };
    const router = addressUri(first);
    if (parseUri(router)?.params.has('lr') !== false)
      return { uri: this.remoteTarget, routes: this.routeSet };
    return { uri: router, routes: [...rest, `<${this.remoteTarget}>`] };
  }

  /** The fields that every request of the dialog begins with, Via excepted. */
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

/** What cannot be read, or is not SIP, leads nowhere; a longer one than this is taken for that. */
const LONGEST_TARGET = 1_024;

function contactUri(message: SipMessage): string | undefined {
  const contact = message.headers.get('Contact');
  const uri = contact === undefined ? undefined : parseAddress(contact)?.uri;
  return uri !== undefined && isTarget(uri) ? uri : undefined;
}

/** The routes that can be taken: one that cannot be read costs itself. */
function routesIn(message: SipMessage): string[] {
  return message.headers.all('Record-Route').filter(route => isTarget(parseAddress(route)?.uri ?? ''));
}

function isTarget(uri: string): boolean {
  return uri.length <= LONGEST_TARGET && parseUri(uri) !== undefined;
}

function addressUri(value: string): string {
  return parseAddress(value)?.uri ?? value;
}
