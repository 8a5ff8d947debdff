// drachtio-srf's types as this project uses them. The package's own are thin and partly wrong
// (no `proxy` errors, no callback of `send`, `request` mistyped); tsconfig maps the import here.

import type { EventEmitter } from 'node:events';

export interface SipMessage {
  readonly type: 'request' | 'response' | 'unknown';
  readonly headers: Readonly<Record<string, string>>;
  /** The empty string or undefined when there is none. */
  readonly body: string | undefined;
  get(name: string): string | undefined;
  has(name: string): boolean;
}

interface Meta {
  readonly source: 'network' | 'application';
  readonly source_address: string;
  readonly source_port: number;
  readonly protocol: string;
  readonly stackTxnId: string;
  readonly stackDialogId: string;
}

export interface SrfRequest extends SipMessage, Meta, EventEmitter {
  readonly method: string;
  readonly uri: string;
  readonly res: SrfResponse;
  /** Cancels an INVITE that this application sent. */
  cancel(options?: { headers?: Record<string, string> }, callback?: (error?: Error | null) => void): void;
  on(event: 'cancel', listener: (cancel: SipMessage) => void): this;
  on(event: 'response', listener: (response: SrfResponse, ack: () => void) => void): this;
}

export interface SendOptions {
  headers?: Record<string, string>;
  body?: string;
}

export interface SrfResponse extends SipMessage, Meta {
  readonly status: number;
  readonly reason: string;
  readonly finalResponseSent: boolean;
  send(status: number, options?: SendOptions, callback?: (error: unknown, sent?: SipMessage) => void): void;
  send(
    status: number,
    reason: string,
    options?: SendOptions,
    callback?: (error: unknown, sent?: SipMessage) => void,
  ): void;
}

/** How createUAC rejects when the other side declines. */
export interface SipError extends Error {
  readonly name: 'SipError';
  readonly status: number;
  readonly reason?: string;
  readonly res?: SrfResponse;
}

export interface Dialog extends EventEmitter {
  readonly id: string;
  readonly type: 'uas' | 'uac';
  readonly sip: { readonly callId: string; readonly localTag: string; readonly remoteTag: string };
  readonly local: { readonly uri: string; readonly sdp: string; readonly contact: string };
  readonly remote: { readonly uri: string; readonly sdp: string };
  readonly connected: boolean;
  /** Sends BYE; resolves once it was answered or given up. */
  destroy(options?: { headers?: Record<string, string> }): Promise<SrfRequest>;
  /** Sends any request in the dialog; resolves to its final response, whatever the status. */
  request(options: { method: string; headers?: Record<string, string>; body?: string }): Promise<SrfResponse>;
  on(event: 'destroy', listener: (bye: SrfRequest, reason: string) => void): this;
  on(
    event: 'modify' | 'info' | 'refer' | 'message' | 'update' | 'options' | 'notify',
    listener: (request: SrfRequest, response: SrfResponse) => void,
  ): this;
  on(event: 'ack', listener: (ack: SrfRequest) => void): this;
}

export interface UacOptions {
  /** Next hop as a SIP URI; not emitted as a Route. */
  proxy?: string;
  headers?: Record<string, string>;
  localSdp?: string;
}

export interface UacProgress {
  cbRequest?: (error: Error | null, sent?: SrfRequest) => void;
  cbProvisional?: (response: SrfResponse) => void;
}

export type Next = (error?: unknown) => void;

export default class Srf extends EventEmitter {
  constructor(tags?: string | string[]);
  connect(options: { host: string; port: number; secret: string; enablePing?: boolean }): void;
  disconnect(): void;
  use(handle: (request: SrfRequest, response: SrfResponse, next: Next) => void): void;
  use(method: string, handle: (request: SrfRequest, response: SrfResponse, next: Next) => void): void;
  createUAC(uri: string, options: UacOptions, progress?: UacProgress): Promise<Dialog>;
  createUAS(
    request: SrfRequest,
    response: SrfResponse,
    options: { localSdp: string; headers?: Record<string, string> },
  ): Promise<Dialog>;
  on(event: 'connect', listener: (error: Error | null, hostport?: string, version?: string) => void): this;
  on(event: 'error', listener: (error: Error) => void): this;
}
