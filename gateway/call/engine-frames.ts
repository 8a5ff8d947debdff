// Frames of the SIP engine on their way to drachtio-srf, which takes each as soon as it has it. Three things are put
// right here: a frame waits until all promises that the one before it settled have been acted on, so that a listener is
// there before the next message of the same segment; the messages in it are guarded; and what fails is contained.

import type { Socket } from 'node:net';
import type { DrachtioClient } from 'drachtio-srf';
import { guarded, LONGEST_VALUE } from '../engine/message/guarded.ts';
import { parseMessage } from '../engine/message/parse.ts';
import { serialize } from '../engine/message/serialize.ts';
import type { CallErrorBoundary } from './error-boundary.ts';

export interface FramesOptions {
  readonly boundary: CallErrorBoundary;
  /** The engine has guarded its messages already; the embedded one does. */
  readonly guarded: boolean;
}

export class EngineFrames {
  readonly #client: DrachtioClient;
  readonly #boundary: CallErrorBoundary;
  readonly #guarded: boolean;
  /** The rest of one chunk of the connection at most: all of it is handed on before the next one is read. */
  readonly #waiting: (readonly [socket: Socket, frame: string])[] = [];
  #busy = false;

  /** Takes the place of the listener that drachtio-srf has for frames. */
  constructor(client: DrachtioClient, options: FramesOptions) {
    this.#client = client;
    this.#boundary = options.boundary;
    this.#guarded = options.guarded;
    client.wp.removeAllListeners('msg');
    client.wp.on('msg', (socket, frame) => this.#take(socket, frame));
  }

  #take(socket: Socket, frame: string): void {
    this.#waiting.push([socket, frame]);
    if (!this.#busy) this.#next();
  }

  readonly #next = (): void => {
    const first = this.#waiting.shift();
    this.#busy = first !== undefined;
    if (first === undefined) return;
    this.#boundary.run('frame', () => this.#handOn(...first));
    // Node runs a tick that a microtask asks for once no microtask is left.
    queueMicrotask(() => process.nextTick(this.#next));
  };

  #handOn(socket: Socket, frame: string): void {
    const plain = this.#guarded ? frame : guardFrame(frame);
    if (UPDATE.test(plain)) this.#passUpdatesOn(socket);
    this.#client._onMsg(socket, plain);
  }

  /**
   * drachtio-srf gives an UPDATE to a pending request of ours with the same Call-ID. Unless that is the initial INVITE,
   * it has no listener, and the UPDATE gets no answer, which may end the call (RFC 3311 5.1). It goes to its dialog.
   */
  #passUpdatesOn(socket: Socket): void {
    for (const { req } of this.#client.mapServer.get(socket)?.pendingSipRequests.values() ?? []) {
      if (req.listenerCount('update') === 0)
        req.on('update', (update, response) => this.#client.puntUpTheMiddleware(update, response));
    }
  }
}

/** A frame whose message is an UPDATE. */
const UPDATE = /^[^\r]*\r\nUPDATE /;

/**
 * A frame with its message in the plain form of {@link guarded}; one that answers a request of ours with what cannot be
 * read becomes a refusal.
 * @throws {Error} when the message is none, without a word of it
 */
export function guardFrame(frame: string): string {
  const lineEnd = frame.indexOf('\r\n');
  if (lineEnd === -1) return frame;
  const head = frame.slice(0, lineEnd);
  const message = parseMessage(Buffer.from(frame.slice(lineEnd + 2)), { ignoreContentLength: true });
  const readable =
    message.kind === 'response' || (message.kind === 'request' && message.uri.length <= LONGEST_VALUE);
  if (readable) return `${head}\r\n${serialize(guarded(message))}`;
  const [id, verb, request] = head.split('|', 3);
  if (verb === 'response') return `${id}|response|${request}|NOK|the engine sent what is no SIP message`;
  throw new Error('the engine handed on what is no SIP message');
}
