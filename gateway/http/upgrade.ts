// Selects the upgrades that this server accepts: only WebSocket. A server may ignore the others (RFC 9110 7.8), and curl,
// Java and some proxies request h2c with every request. Node reads the property `upgrade` of the request and passes each
// upgrade to the `upgrade` listeners, which cannot answer it as an ordinary request. Bytes that a client sends in the same
// chunk behind such a request are lost. CONNECT is unchanged: Node closes its connection.

import { IncomingMessage } from 'node:http';

export class HttpRequest extends IncomingMessage {
  /** Declared only: Node's constructor sets it before fields of this class are initialized. */
  declare private requested: boolean | null;

  // Node sets it after the header section, and reads it before it emits the request.
  get upgrade(): boolean | null {
    const accepted = this.method === 'CONNECT' || this.headers.upgrade?.toLowerCase() === 'websocket';
    return this.requested && accepted;
  }

  set upgrade(requested: boolean | null) {
    this.requested = requested;
  }
}
