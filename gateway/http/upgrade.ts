// Which upgrades this server takes: to WebSocket, and none else. A server may ignore the others (RFC 9110 7.8), and curl,
// Java and some proxies ask for h2c with every request. Node asks the request whether it wants one, and hands each that
// says so to the listeners of `upgrade`, which cannot answer it as an ordinary request any more. What a client has sent in
// one piece behind such a request is lost. A tunnel (CONNECT) stays what it is: node closes its connection.

import { IncomingMessage } from 'node:http';

export class HttpRequest extends IncomingMessage {
  /** Declared only: node's constructor sets it before a field of ours could be made. */
  declare private asked: boolean | null;

  // Node sets it once the header section is read, and looks at it before it hands the request on.
  get upgrade(): boolean | null {
    const wanted = this.method === 'CONNECT' || this.headers.upgrade?.toLowerCase() === 'websocket';
    return this.asked && wanted;
  }

  set upgrade(asked: boolean | null) {
    this.asked = asked;
  }
}
