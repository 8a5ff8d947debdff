// The open TCP or TLS flows of one transport: reuse of connections (RFC 3261 18.1.1), limits for connections that peers
// opened. Must not open connections; tcp.ts and tls.ts do.

import type { Server, Socket } from 'node:net';
import { canonicalAddress, endpointKey, sourceOf } from './endpoint.ts';
import { StreamFlow } from './stream-flow.ts';
import type { StreamLimits } from './stream-limits.ts';
import type { Endpoint, Flow, FlowUser } from './transport.ts';
import { TransportError } from './transport-error.ts';

export class StreamFlows implements FlowUser {
  readonly #transport: 'tcp' | 'tls';
  readonly #user: FlowUser;
  readonly #limits: StreamLimits;
  readonly #open = new Map<string, StreamFlow>();
  /** Connections that a request with this key may reuse: those that we opened, and for TCP all. */
  readonly #reusable = new Map<string, StreamFlow>();
  readonly #dialling = new Map<string, Promise<Flow>>();
  readonly #accepted = new Map<string, number>();
  /** Sockets without a flow yet: in a handshake, or being dialled. */
  readonly #pending = new Set<Socket>();
  #closing = false;
  #drained: (() => void) | undefined;

  constructor(transport: 'tcp' | 'tls', user: FlowUser, limits: StreamLimits) {
    this.#transport = transport;
    this.#user = user;
    this.#limits = limits;
  }

  get size(): number {
    return this.#open.size;
  }

  find(remote: Endpoint): Flow | undefined {
    return this.#open.get(endpointKey(remote));
  }

  /** Counts a connection that a peer opened. If there are too many, destroys it and returns false. */
  admit(socket: Socket): boolean {
    const source = sourceOf(canonicalAddress(socket.remoteAddress ?? ''));
    const count = this.#accepted.get(source) ?? 0;
    if (this.#closing || source === '' || count >= this.#limits.perSource) {
      socket.destroy();
      return false;
    }
    this.#accepted.set(source, count + 1);
    this.#pending.add(socket);
    socket.once('close', () => {
      this.#pending.delete(socket);
      const left = (this.#accepted.get(source) ?? 1) - 1;
      if (left === 0) this.#accepted.delete(source);
      else this.#accepted.set(source, left);
    });
    return true;
  }

  /** Creates the flow of a socket that is ready for messages. */
  add(socket: Socket, key?: string): Flow {
    this.#pending.delete(socket);
    const flow = new StreamFlow(this.#transport, socket, this, this.#limits, key !== undefined);
    this.#open.set(endpointKey(flow.remote), flow);
    if (key !== undefined) this.#reusable.set(key, flow);
    return flow;
  }

  /** The open flow for that key, the one being dialled, or a new one from `dial`. */
  reuse(key: string, dial: () => Socket, ready: 'connect' | 'secureConnect'): Promise<Flow> {
    const open = this.#reusable.get(key);
    if (open !== undefined && !open.closed) return Promise.resolve(open);
    let dialling = this.#dialling.get(key);
    if (dialling === undefined) {
      dialling = this.#dial(key, dial(), ready).finally(() => this.#dialling.delete(key));
      this.#dialling.set(key, dialling);
    }
    return dialling;
  }

  #dial(key: string, socket: Socket, ready: 'connect' | 'secureConnect'): Promise<Flow> {
    this.#pending.add(socket);
    return new Promise((resolve, reject) => {
      let connected = false;
      socket.once('connect', () => {
        connected = true;
      });
      const deadline = setTimeout(() => {
        socket.destroy(new TransportError('ETIMEDOUT', `no connection within ${this.#limits.connectMs} ms`));
      }, this.#limits.connectMs);
      const failed = (error?: Error): void => {
        clearTimeout(deadline);
        this.#pending.delete(socket);
        const failure = error ?? new TransportError('EABORTED', 'the connection closed before it was ready');
        // The error says how the connection ended. Its cause says that the peer sent no TLS.
        if (ready === 'secureConnect' && connected && endedAlone.has(codeOf(failure)))
          failure.cause = new TransportError('ENOTLS', 'the peer does not answer the TLS handshake');
        reject(failure);
      };
      const closed = (): void => failed();
      socket.once('error', failed);
      socket.once('close', closed);
      socket.once(ready, () => {
        clearTimeout(deadline);
        const flow = this.add(socket, key);
        socket.off('error', failed);
        socket.off('close', closed);
        resolve(flow);
      });
    });
  }

  guard(work: () => void): boolean {
    return this.#user.guard(work);
  }

  received(message: Buffer, flow: Flow): void {
    this.#user.received(message, flow);
  }

  flowClosed(flow: Flow, error?: Error): void {
    const key = endpointKey(flow.remote);
    if (this.#open.get(key) === flow) this.#open.delete(key);
    for (const [reusableKey, reusable] of this.#reusable) {
      if (reusable === flow) this.#reusable.delete(reusableKey);
    }
    this.#user.flowClosed(flow, error);
    if (this.#open.size === 0) this.#drained?.();
  }

  /** Resolves when every socket is gone, its listener included. */
  async close(server?: Server): Promise<void> {
    this.#closing = true;
    const ended = [
      new Promise<void>(resolve => (server === undefined ? resolve() : server.close(() => resolve()))),
    ];
    for (const socket of this.#pending) socket.destroy();
    if (this.#open.size > 0) ended.push(new Promise(resolve => (this.#drained = resolve)));
    for (const flow of this.#open.values()) flow.close();
    await Promise.all(ended);
  }
}

/** Codes of a connection that ended without a TLS error. */
const endedAlone: ReadonlySet<string> = new Set(['EABORTED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}
