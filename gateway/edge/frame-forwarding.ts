// Forwards the frames of a visitor to the WebSocket of a drachtio-server, and its frames back. Each visitor has one
// connection, because the server sends requests to the connection that a Contact came from. Does not depend on SIP.

import { WebSocket } from 'ws';
import { Faults } from '../observe/faults.ts';
import type { Log } from '../observe/log.ts';
import type { AcceptSocket } from './accepted-socket.ts';
import { guardSocket } from './socket-error-boundary.ts';

const OPEN_MS = 5_000;
/** Buffered bytes for one side at which reading from the other side pauses, and at which it resumes. */
const FULL_BYTES = 128 * 1024;
const DRAINED_BYTES = 16 * 1024;
/** RFC 6455 7.4: try again later. Also replaces close codes that must not be sent. */
const TRY_AGAIN = 1013;

/** Opens one connection to `url` for each visitor. */
export function forwardFramesTo(url: string, log: Log): AcceptSocket {
  const faults = new Faults(log);
  return ({ socket: visitor, remote, identified }) => {
    const server = new WebSocket(url, 'sip', {
      handshakeTimeout: OPEN_MS,
      maxPayload: 1024 * 1024,
      perMessageDeflate: false,
    });
    guardSocket(server, faults);
    // Until the connection is open, the visitor's frames wait in the visitor's socket.
    visitor.pause();
    server.on('open', () => visitor.resume());
    server.on('error', error => {
      // The visitor left before the connection was open: nothing to log.
      if (visitor.readyState !== visitor.OPEN) return;
      log.warn(
        { address: remote.address, url, error: error.message },
        'cannot connect a visitor to drachtio-server',
      );
    });
    pump(visitor, server, identified);
    pump(server, visitor, frame => frame);
    server.on('close', code => {
      visitor.resume();
      visitor.close(isSendable(code) ? code : TRY_AGAIN, 'the SIP server closed the connection');
    });
    visitor.on('close', code => {
      // A broken connection must break at the server too, because the server has calls to cancel.
      if (isSendable(code) && server.readyState === server.OPEN) server.close(code);
      else server.terminate();
    });
  };
}

function pump(from: WebSocket, to: WebSocket, changed: (frame: Buffer) => Buffer): void {
  // ws delivers each message as one Buffer unless it is configured otherwise.
  from.on('message', (data: Buffer, binary) => {
    to.send(changed(data), { binary }, () => {
      if (from.isPaused && to.bufferedAmount <= DRAINED_BYTES) from.resume();
    });
    if (to.bufferedAmount > FULL_BYTES) from.pause();
  });
}

/** Close codes that an endpoint may send; 1005, 1006 and 1015 only report that no code was received. */
function isSendable(code: number): boolean {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}
