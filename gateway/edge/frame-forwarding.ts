// Hands a visitor's frames on to the WebSocket of a drachtio-server, and its frames back: a connection of its
// own for each visitor, so that the server tells visitors apart by where their frames come from. Knows no SIP.

import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { plainAddress } from '../net/network-address.ts';
import { Faults } from '../observe/faults.ts';
import type { Log } from '../observe/log.ts';
import type { SocketTaker } from './edge.ts';
import { guardSocket } from './socket-error-boundary.ts';

const OPEN_MS = 5_000;
/** Bytes that may wait for one side before the other is read no further, and before it is read again. */
const FULL_BYTES = 128 * 1024;
const DRAINED_BYTES = 16 * 1024;
/** RFC 6455 7.4: try again later. Also for ends whose reason may not be passed on. */
const TRY_AGAIN = 1013;

/** Frames go to `url` in connections opened one for each visitor. */
export function forwardFramesTo(url: string, log: Log): SocketTaker {
  const faults = new Faults(log);
  return (visitor, remote, _secure, seenAt) => {
    const server = new WebSocket(url, 'sip', {
      handshakeTimeout: OPEN_MS,
      maxPayload: 1024 * 1024,
      perMessageDeflate: false,
    });
    guardSocket(server, faults);
    // Frames that come before there is anywhere to send them wait in the visitor's socket.
    visitor.pause();
    server.on('upgrade', ({ socket }: IncomingMessage) => {
      seenAt({ address: plainAddress(socket.localAddress ?? ''), port: socket.localPort ?? 0 });
    });
    server.on('open', () => visitor.resume());
    server.on('error', error => {
      // A visitor who left before the connection stood is no news.
      if (visitor.readyState !== visitor.OPEN) return;
      log.warn({ address: remote.address, url, error: error.message }, 'handing a visitor on failed');
    });
    pump(visitor, server);
    pump(server, visitor);
    server.on('close', code => {
      visitor.resume();
      visitor.close(passable(code) ? code : TRY_AGAIN, 'the SIP server hung up');
    });
    visitor.on('close', code => {
      // A connection that broke must break there too: the server has calls to cancel.
      if (passable(code) && server.readyState === server.OPEN) server.close(code);
      else server.terminate();
    });
  };
}

function pump(from: WebSocket, to: WebSocket): void {
  from.on('message', (data, binary) => {
    to.send(data, { binary }, () => {
      if (from.isPaused && to.bufferedAmount <= DRAINED_BYTES) from.resume();
    });
    if (to.bufferedAmount > FULL_BYTES) from.pause();
  });
}

/** Codes that an endpoint may send; 1005, 1006 and 1015 only tell that none came. */
function passable(code: number): boolean {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}
