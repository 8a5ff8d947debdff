// drachtio-srf 5.0.29's types, read off its lib/*.js: the package's own are thin and partly wrong (one of the
// fourteen verbs, connect() as a promise, `source_port` as a string, `request` and `modify` mistyped).
// tsconfig maps the import here. What the library can do but should not be asked for is left out.

import { EventEmitter } from 'node:events';
import type { ListenOptions, Server, Socket } from 'node:net';
import type { ConnectionOptions, TlsOptions } from 'node:tls';

export type SipHeaders = Record<string, string | number>;

/** A name and address with the header's own parameters, names in lower case; undefined for one without a value. */
export interface Aor {
  /** As written, quotes included. */
  readonly name: string | undefined;
  readonly uri: string;
  readonly params: Readonly<Record<string, string | undefined>>;
}

/** As {@link Aor}, its URI taken apart. */
export interface RouteEntry extends Omit<Aor, 'uri'> {
  readonly uri: SipUri | TelUri | undefined;
}

export interface Via {
  readonly version: string;
  readonly protocol: string;
  readonly host: string;
  readonly port: number | undefined;
  readonly params: Readonly<Record<string, string | undefined>>;
}

export interface SipUri {
  family: 'ipv4' | 'ipv6';
  scheme: 'sip' | 'sips';
  user: string | undefined;
  password: string | undefined;
  host: string | undefined;
  /** NaN when there is none. */
  port: number;
  params: Record<string, string | null>;
  headers: Record<string, string>;
}

export interface TelUri {
  scheme: 'tel';
  number: string;
  context: string | null;
  params: Record<string, string | undefined>;
}

/** A challenge or credentials: `scheme` and the parameters, values with the quotes they came in. */
export type AuthParams = Readonly<Record<string, string>> & { readonly scheme: string };

type AorHeader = 'to' | 'from' | 'refer-to' | 'referred-by' | 'p-asserted-identity' | 'remote-party-id';
type RouteHeader = 'route' | 'record-route' | 'path';
type AuthHeader = 'www-authenticate' | 'proxy-authenticate' | 'authorization' | 'proxy-authorization';

/** What {@link MessageContent.getParsedHeader} makes of a header; the name in any case, never a compact form. */
export type ParsedHeader<Name extends string> =
  Lowercase<Name> extends AorHeader
    ? Aor
    : Lowercase<Name> extends 'contact'
      ? readonly Aor[]
      : Lowercase<Name> extends RouteHeader
        ? readonly RouteEntry[]
        : Lowercase<Name> extends 'via'
          ? readonly Via[]
          : Lowercase<Name> extends 'cseq'
            ? { readonly seq: number; readonly method: string }
            : Lowercase<Name> extends 'content-length'
              ? number
              : Lowercase<Name> extends AuthHeader
                ? readonly AuthParams[]
                : Lowercase<Name> extends 'authentication-info'
                  ? Readonly<Record<string, string>>
                  : string;

export interface MessageContent {
  readonly type: 'request' | 'response' | 'unknown';
  /** Names in lower case, save X-, P- and Diversion; repeated ones joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** The empty string or undefined when there is none. */
  readonly body: string | undefined;
  /** The parts of the body; of one that is not multipart, its only part. */
  readonly payload: readonly { readonly type: string | null; readonly content?: string }[] | undefined;
  /** As it came; undefined for a message that this application made. */
  readonly raw: string | undefined;
  get(name: string): string | undefined;
  has(name: string): boolean;
  /** The name as it stands in {@link headers}. */
  getHeaderName(name: string): string | undefined;
  /** @throws Error when there is no such header. */
  getParsedHeader<Name extends string>(name: Name): ParsedHeader<Name>;
  /** Adds to what stands there, with a comma. */
  set(name: string, value: string | number): unknown;
  set(headers: SipHeaders): unknown;
}

/** A message alone: what was sent, a CANCEL, what a CDR shows. */
export interface SipMessage extends MessageContent {
  readonly method?: string;
  readonly uri?: string;
  status?: number;
  reason?: string;
  readonly version?: string;
  readonly callingNumber: string;
  readonly callingName: string;
  readonly calledNumber: string;
  readonly canFormDialog: boolean;
  toString(): string;
}

interface Meta {
  readonly source: 'network' | 'application';
  readonly source_address: string;
  readonly source_port: number;
  /** A real drachtio-server says `tcp` for WebSockets, and nothing at all for some messages. */
  readonly protocol: string;
  /** `HH:MM:SS.uuuuuu`, UTC. */
  readonly stackTime: string;
  readonly stackTxnId: string;
  readonly stackDialogId: string;
}

/** A username and password, or a function that gives them once the challenge is known. */
export type Auth =
  | { readonly username: string; readonly password: string }
  | ((
      request: SrfRequest,
      response: SrfResponse,
      callback: (error: Error | null, username?: string, password?: string) => void,
    ) => void);

export interface ProxyOptions {
  destination?: string | string[];
  /** `parallel`, which the library's comments name, is not honoured. */
  forking?: 'sequential' | 'simultaneous';
  remainInDialog?: boolean;
  /** The same as `remainInDialog`, as is `path`. */
  recordRoute?: boolean;
  path?: boolean;
  /** Such as `2s` or `1500ms`. */
  provisionalTimeout?: string;
  finalTimeout?: string;
  followRedirects?: boolean;
  headers?: SipHeaders;
}

export interface ProxyResults {
  readonly connected: boolean;
  readonly finalStatus: number;
  readonly finalResponse: ProxiedResponse;
  readonly responses: readonly {
    readonly address: string;
    readonly port: number;
    readonly msgs: readonly ProxiedResponse[];
  }[];
}

export interface ProxiedResponse {
  readonly time: string;
  readonly status: number;
  readonly msg: SipMessage;
}

type ProxyCallback = (error: string | null, results?: ProxyResults) => void;

/** ACKs a final response, or sends the PRACK for a reliable provisional one; nothing for others. */
export type SendAck = (
  options?: { headers?: SipHeaders; body?: string },
  callback?: (error: unknown, sent?: SipMessage) => void,
) => void;

export interface SrfRequest extends MessageContent, Meta, EventEmitter {
  readonly method: string;
  readonly uri: string;
  readonly url: string;
  readonly msg: SipMessage;
  /** Present on requests from the network. */
  readonly res: SrfResponse;
  readonly srf: Srf;
  readonly isNewInvite: boolean;
  readonly callingNumber: string;
  readonly callingName: string;
  readonly calledNumber: string;
  readonly canFormDialog: boolean;
  /** The server that it came by. */
  readonly server?: { readonly address: string; readonly hostport: string };
  /** `host:port` of the server that received it. */
  readonly receivedOn?: string;
  readonly sessionToken?: string;
  /** Set by createUAS when a CANCEL came. */
  readonly canceled?: boolean;
  /** The connection to the server; a request without one goes over whichever there is. */
  socket: Socket | undefined;
  /**
   * Cancels an INVITE that this application sent.
   * @throws when it came from the network, and an assertion when there is no connection.
   */
  cancel(callback?: (error?: Error | null, sent?: SrfRequest) => void): void;
  cancel(
    options?: { headers?: SipHeaders },
    callback?: (error?: Error | null, sent?: SrfRequest) => void,
  ): void;
  /** @throws when this application sent it. */
  proxy(options?: ProxyOptions): Promise<ProxyResults>;
  proxy(options: ProxyOptions, callback: ProxyCallback): this;
  on(event: 'cancel', listener: (cancel: SipMessage) => void): this;
  on(event: 'update', listener: (update: SrfRequest, response: SrfResponse) => void): this;
  on(event: 'response', listener: (response: SrfResponse, ack: SendAck) => void): this;
  /** Sent again with credentials, as the request given. */
  on(event: 'authenticate', listener: (again: SrfRequest) => void): this;
}

export interface SendOptions {
  headers?: SipHeaders;
  body?: string;
}

/** `error` is the server's reason, or an Error of the library's own. */
type SendCallback = (error: unknown, sent?: SipMessage) => void;

export interface SrfResponse extends MessageContent, Meta, EventEmitter {
  status: number;
  statusCode: number;
  readonly reason: string;
  readonly msg: SipMessage & { status: number; reason: string };
  readonly req: SrfRequest;
  readonly finished: boolean;
  readonly finalResponseSent: boolean;
  readonly headersSent: boolean;
  readonly socket: Socket | undefined;
  /** What {@link send} does once it has found the status to be one that it knows. */
  readonly agent: { sendResponse(response: SrfResponse, options: SendOptions): void };
  /**
   * `acknowledged` hears of the PRACK of a reliable provisional, or of the ACK of a 200.
   * @throws when the status is not one of SIP's.
   */
  send(status: number, callback?: SendCallback, acknowledged?: (ack: SrfRequest) => void): void;
  send(
    status: number,
    options?: SendOptions,
    callback?: SendCallback,
    acknowledged?: (ack: SrfRequest) => void,
  ): void;
  send(
    status: number,
    reason: string | undefined,
    options?: SendOptions,
    callback?: SendCallback | null,
    acknowledged?: ((ack: SrfRequest) => void) | null,
  ): void;
  getHeader(name: string): string | undefined;
  setHeader(name: string, value: string | number): unknown;
  on(event: 'end', listener: (sent: { status: number; reason: string }) => void): this;
  on(event: 'finish', listener: () => void): this;
}

/** How createUAC, createB2BUA and modify reject when the other side declines. */
export class SipError extends Error {
  constructor(status: number, reason?: string);
  readonly name: 'SipError';
  readonly status: number;
  readonly reason?: string;
  readonly res?: SrfResponse;
}

/** How requests fail that the server did not send: the dialog is not known to it, or it says why. */
export interface RequestError extends Error {
  readonly code?: 'ENODIALOG' | 'EDRACHTIO' | 'EINVALIDSOCKET' | 'ESOCKETDESTROYED';
}

export interface InDialogRequest {
  method: string;
  headers?: SipHeaders;
  body?: string;
  auth?: Auth;
  /** Of a re-INVITE without an offer: the ACK, with the answer, is the application's to send. */
  noAck?: boolean;
}

interface ModifyOptions {
  noAck?: boolean;
  headers?: SipHeaders;
  auth?: Auth;
}

/** The other side's offer, to be answered in the ACK. */
export interface DelayedOffer {
  readonly sdp: string;
  readonly ack: (sdp: string) => void;
}

type DialogRequestEvent =
  | 'modify'
  | 'info'
  | 'refer'
  | 'message'
  | 'update'
  | 'options'
  | 'notify'
  | 'publish'
  | 'subscribe';

export class Dialog extends EventEmitter {
  private constructor();
  /** `Call-ID;from-tag=TAG` of the request that made it. */
  readonly id: string;
  readonly type: 'uas' | 'uac';
  readonly dialogType: 'INVITE' | 'SUBSCRIBE';
  /** The Event of a subscription. */
  readonly subscribeEvent: string | null;
  readonly srf: Srf;
  readonly req: SrfRequest;
  readonly res: SrfResponse;
  readonly sip: { readonly callId: string; readonly localTag: string; readonly remoteTag: string };
  readonly local: { readonly uri: string; sdp: string; readonly contact: string };
  readonly remote: { readonly uri: string; readonly sdp: string };
  readonly onHold: boolean;
  readonly connected: boolean;
  /** The other leg, set by createB2BUA. */
  readonly other?: Dialog;
  readonly subscriptions: readonly string[];
  readonly socket: Socket | undefined;
  /** True holds incoming requests back until it is false again. */
  set queueRequests(enqueue: boolean);
  getCountOfSubscriptions(): number;
  addSubscription(request: SrfRequest): number;
  removeSubscription(uri: string, event: string): number;
  /** Sends BYE (of a subscription, a last NOTIFY); resolves to it once it was answered or given up. */
  destroy(options?: { headers?: SipHeaders; auth?: Auth }): Promise<SrfRequest>;
  destroy(callback: (error: Error | null, sent?: SrfRequest) => void): this;
  destroy(
    options: { headers?: SipHeaders; auth?: Auth },
    callback: (error: Error | null, sent?: SrfRequest) => void,
  ): this;
  /** Re-INVITEs; resolves to the other side's SDP. After a refusal, no later one is ever sent (dialog.js:362). */
  modify(sdp: string, options?: ModifyOptions): Promise<string>;
  modify(options: ModifyOptions & { noAck: true }): Promise<DelayedOffer>;
  modify(sdp: string, callback: (error: Error | null, sdp?: string) => void): this;
  modify(
    sdp: string,
    options: ModifyOptions,
    callback: (error: Error | null, sdp?: string, ack?: (sdp: string) => void) => void,
  ): this;
  /** Sends any request in the dialog; resolves to its final response, whatever the status. */
  request(options: InDialogRequest): Promise<SrfResponse>;
  request(
    options: InDialogRequest,
    callback: (error: RequestError | null, response?: SrfResponse, ack?: SendAck) => void,
  ): this;
  on(event: 'destroy', listener: (bye: SrfRequest, reason: string) => void): this;
  on(event: DialogRequestEvent, listener: (request: SrfRequest, response: SrfResponse) => void): this;
  on(event: 'hold' | 'unhold' | 'refresh', listener: (reinvite: SrfRequest) => void): this;
  on(event: 'unsubscribe', listener: (subscribe: SrfRequest, reason: 'unsubscribe') => void): this;
  on(event: 'ack', listener: (ack: SrfRequest) => void): this;
  once(event: 'destroy', listener: (bye: SrfRequest, reason: string) => void): this;
  once(event: DialogRequestEvent, listener: (request: SrfRequest, response: SrfResponse) => void): this;
  once(event: 'hold' | 'unhold' | 'refresh', listener: (reinvite: SrfRequest) => void): this;
  once(event: 'unsubscribe', listener: (subscribe: SrfRequest, reason: 'unsubscribe') => void): this;
  once(event: 'ack', listener: (ack: SrfRequest) => void): this;
}

/** RFC 4235's state of a dialog, as a `dialogStateEmitter` emits it with `stateChange`. */
export interface DialogStateChange {
  readonly state: 'trying' | 'proceeding' | 'early' | 'confirmed' | 'terminated' | 'rejected' | 'cancelled';
  readonly direction: 'initiator' | 'recipient';
  readonly aor: string;
  readonly callId: string;
  readonly localTag?: string;
  readonly remoteTag?: string;
  readonly id: string;
}

export interface UasOptions {
  localSdp?: string | (() => string | Promise<string>);
  body?: string | (() => string | Promise<string>);
  headers?: SipHeaders;
  dialogStateEmitter?: EventEmitter;
}

export interface UacOptions {
  /** `INVITE` when absent. */
  method?: 'INVITE' | 'SUBSCRIBE';
  /** Next hop as a SIP URI; not emitted as a Route. */
  proxy?: string;
  headers?: SipHeaders;
  /** Without it the INVITE carries no offer, and the answer of a 200 is acknowledged as receive-only. */
  localSdp?: string;
  auth?: Auth;
  callingNumber?: string;
  callingName?: string;
  calledNumber?: string;
  followRedirects?: boolean;
  /** A redirection changes the next hop and leaves the Request-URI. */
  keepUriOnRedirect?: boolean;
  dialogStateEmitter?: EventEmitter;
}

export interface UacProgress {
  cbRequest?: (error: Error | null, sent?: SrfRequest) => void;
  cbProvisional?: (response: SrfResponse) => void;
}

/** What createUAC yields for an INVITE without an offer and `noAck`: answered, not acknowledged. */
export interface UnacknowledgedUac {
  readonly sdp: string;
  readonly res: SrfResponse;
  ack(localSdp: string): Promise<Dialog>;
  /** ACK and BYE. */
  destroy(): Promise<void>;
}

export interface B2bOptions extends Omit<UacOptions, 'method' | 'localSdp'> {
  /** Headers of responses to the caller. */
  responseHeaders?:
    | SipHeaders
    | ((response: SrfResponse, headers: Record<string, string>) => SipHeaders | null | undefined);
  /** The answer for the caller; the callee's own when absent. */
  localSdpA?: string | ((sdp: string, response: SrfResponse) => string | Promise<string>);
  /** The offer for the callee; the caller's own when absent. A function: for an INVITE that came without one. */
  localSdpB?: string | ((sdp: string) => string | Promise<string>);
  /** Names to copy, or `all` first and then the ones to leave out, such as `-via`. */
  proxyRequestHeaders?: readonly string[];
  proxyResponseHeaders?: readonly string[];
  /** Default true. */
  passFailure?: boolean;
  /** Default true. */
  passProvisionalResponses?: boolean;
  noAck?: boolean;
}

export interface B2bProgress extends UacProgress {
  /** The callee's dialog, as soon as it answered. */
  cbFinalizedUac?: (uac: Dialog) => void;
}

export interface B2bDialogs {
  readonly uas: Dialog;
  readonly uac: Dialog;
}

export interface OutOfDialogRequest {
  method: string;
  /** Next hop as a SIP URI; not emitted as a Route. */
  proxy?: string;
  headers?: SipHeaders;
  body?: string;
  auth?: Auth;
  /** The id of a dialog to send it in. */
  stackDialogId?: string;
  /** The connection to send it by; any there is when absent. */
  _socket?: Socket;
}

export interface PingOptions {
  /** A server's silence has no consequence; the connection is merely kept busy. */
  enablePing?: boolean;
  /** Milliseconds from 5,000 to 300,000; 15,000 when absent. */
  pingInterval?: number;
}

export interface ConnectOptions extends PingOptions {
  host: string;
  port: number;
  secret: string;
  tags?: readonly string[];
  /** A connection made again after a loss is plain TCP all the same (wire-protocol.js:235). */
  tls?: ConnectionOptions;
  reconnect?: {
    /** Milliseconds; without it the wait grows by 1.7 at each attempt, for ever. */
    retryMaxDelay?: number;
    maxAttempts?: number;
    connectTimeout?: number;
  };
  logger?: (text: string) => void;
}

export interface ServeOptions extends PingOptions, Pick<ListenOptions, 'host' | 'port'> {
  secret: string;
  tags?: readonly string[];
  tls?: TlsOptions;
  /** Listens already, or will; in place of host and port. */
  server?: Server;
  logger?: (text: string) => void;
}

export type Next = (error?: unknown) => void;
export type Handle = (request: SrfRequest, response: SrfResponse, next: Next) => void;
export type ErrorHandle = (error: unknown, request: SrfRequest, response: SrfResponse, next: Next) => void;

/** The part of its innards that a well-behaved application needs, for lack of a public door to it. */
interface Innards {
  readonly client?: DrachtioClient;
}

/** The library's own connections, reached from inside. */
export interface DrachtioClient {
  /** The connections there are, each with the requests on it that have no final response, by transaction. */
  readonly mapServer: ReadonlyMap<
    Socket,
    { readonly pendingSipRequests: ReadonlyMap<string, { readonly req: SrfRequest }> }
  >;
  readonly wp: {
    closing?: boolean;
    readonly reconnectVars?: { readonly retryTimer: NodeJS.Timeout | null };
    send(socket: Socket, frame: string): string;
    on(event: 'msg', listener: (socket: Socket, frame: string) => void): unknown;
    removeAllListeners(event: 'msg'): unknown;
  };
  /** What it does with a frame. */
  _onMsg(socket: Socket, frame: string): void;
  /** Finds the dialog of a request, or a listener for its method. */
  puntUpTheMiddleware(request: SrfRequest, response: SrfResponse): void;
}

type CdrRole = 'uac' | 'uas' | 'proxy-uac' | 'proxy-uas';
type SrfSource = 'network' | 'application';

export default class Srf extends EventEmitter {
  /** @throws an assertion for more than 20 tags, or one longer than 32 letters, digits or `-_+@:`. */
  constructor(tags?: string | string[]);
  readonly app: Innards;
  readonly locals: Record<string, unknown>;
  /** Whether nothing waits for an answer. */
  readonly idle: boolean;
  /** Connects, and again when the connection is lost; the event `connect` tells how it went, each time. */
  connect(options: ConnectOptions, callback?: (error: Error | null, reached?: string) => void): unknown;
  /** Waits for servers to connect, one connection a request. */
  listen(options: ServeOptions, callback?: () => void): Server;
  /** @throws an assertion when there is no connection. */
  disconnect(socket?: Socket): void;
  /** Hangs up on the server, when it was the one to connect. */
  endSession(message: SrfRequest | SrfResponse): void;
  use(...handles: Handle[]): unknown;
  use(method: string, ...handles: Handle[]): unknown;
  /** One that takes four arguments hears of errors only. */
  use(handle: ErrorHandle): unknown;
  use(method: string, handle: ErrorHandle): unknown;
  ack(...handles: Handle[]): unknown;
  bye(...handles: Handle[]): unknown;
  cancel(...handles: Handle[]): unknown;
  info(...handles: Handle[]): unknown;
  invite(...handles: Handle[]): unknown;
  message(...handles: Handle[]): unknown;
  notify(...handles: Handle[]): unknown;
  options(...handles: Handle[]): unknown;
  prack(...handles: Handle[]): unknown;
  publish(...handles: Handle[]): unknown;
  refer(...handles: Handle[]): unknown;
  register(...handles: Handle[]): unknown;
  subscribe(...handles: Handle[]): unknown;
  update(...handles: Handle[]): unknown;
  set(property: string, value: unknown): void;
  get(property: string): unknown;
  unregisterForMessages(method: string): void;
  reregisterForMessages(method: string): void;

  createUAC(uri: string, options: UacOptions & { noAck: true }): Promise<UnacknowledgedUac>;
  createUAC(uri: string, options: UacOptions, progress?: UacProgress): Promise<Dialog>;
  createUAC(
    uri: string,
    options: UacOptions,
    progress: UacProgress,
    callback: (error: Error | null, dialog?: Dialog) => void,
  ): this;
  createUAC(options: UacOptions & { uri: string }, progress?: UacProgress): Promise<Dialog>;
  createUAS(request: SrfRequest, response: SrfResponse, options?: UasOptions): Promise<Dialog>;
  createUAS(
    request: SrfRequest,
    response: SrfResponse,
    options: UasOptions,
    callback: (error: Error | null, dialog?: Dialog) => void,
  ): this;
  createB2BUA(
    request: SrfRequest,
    response: SrfResponse,
    uri: string,
    options?: B2bOptions,
    progress?: B2bProgress,
  ): Promise<B2bDialogs>;
  createB2BUA(
    request: SrfRequest,
    response: SrfResponse,
    options: B2bOptions & { uri: string },
    progress?: B2bProgress,
  ): Promise<B2bDialogs>;
  createB2BUA(
    request: SrfRequest,
    response: SrfResponse,
    uri: string,
    options: B2bOptions,
    progress: B2bProgress,
    callback: (error: Error | null, dialogs?: B2bDialogs) => void,
  ): this;
  proxyRequest(
    request: SrfRequest,
    destination?: string | string[],
    options?: ProxyOptions,
  ): Promise<ProxyResults>;
  proxyRequest(request: SrfRequest, destination: string | string[], callback: ProxyCallback): this;
  proxyRequest(
    request: SrfRequest,
    destination: string | string[],
    options: ProxyOptions,
    callback: ProxyCallback,
  ): this;
  /** Sends a request outside of dialogs; resolves to it once it was sent. Its `response` event brings the rest. */
  request(uri: string, options: OutOfDialogRequest): Promise<SrfRequest>;
  request(
    uri: string,
    options: OutOfDialogRequest,
    callback: (error: RequestError | null, sent?: SrfRequest) => void,
  ): this;
  findDialogById(id: string): Dialog | undefined;
  findDialogByCallIDAndFromTag(callId: string, tag: string): Dialog | undefined;
  addDialog(dialog: Dialog): void;
  removeDialog(dialog: Dialog): void;

  on(event: 'connect', listener: ConnectListener): this;
  on(event: 'error', listener: (error: Error) => void): this;
  on(event: 'close' | 'listening', listener: () => void): this;
  on(event: 'reconnecting', listener: (next: { delay: number; attempt: number }) => void): this;
  on(event: 'cdr:attempt', listener: (source: SrfSource, time: string, message: SipMessage) => void): this;
  on(
    event: 'cdr:start',
    listener: (source: SrfSource, time: string, role: CdrRole, message: SipMessage) => void,
  ): this;
  on(
    event: 'cdr:stop',
    listener: (source: SrfSource, time: string, reason: string, message: SipMessage) => void,
  ): this;
  once(event: 'connect', listener: ConnectListener): this;
  once(event: 'error', listener: (error: Error) => void): this;
  once(event: 'close' | 'listening', listener: () => void): this;
  once(event: 'reconnecting', listener: (next: { delay: number; attempt: number }) => void): this;

  static readonly Dialog: typeof Dialog;
  static readonly SipError: typeof SipError;
  static readonly SipMessage: new (
    content?: string | Partial<SipMessage>,
  ) => SipMessage;
  static parseUri(uri: string): SipUri | TelUri | undefined;
  static stringifyUri(uri: string | Partial<SipUri> | TelUri): string;
  static readonly DialogState: Readonly<
    Record<
      'Trying' | 'Proceeding' | 'Early' | 'Confirmed' | 'Terminated' | 'Rejected' | 'Cancelled',
      DialogStateChange['state']
    >
  >;
  static readonly DialogDirection: Readonly<
    Record<'Initiator' | 'Recipient', DialogStateChange['direction']>
  >;
}

/** `reached` and `local` list `proto/host:port`, by comma; `error` says only that the secret was refused. */
type ConnectListener = (
  error: Error | null,
  reached?: string,
  version?: string | null,
  local?: string | null,
) => void;
