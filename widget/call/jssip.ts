// JsSIP as the phone needs it: with the widget's own grammar, on a connection that was made before the call. The only
// file that brings it, and so part of what is fetched when the visitor shows intent.
import JsSIP from 'jssip';
import RequestSender from 'jssip/lib/Dialog/RequestSender.js';
import * as sessions from 'jssip/lib/RTCSession.js';
import type { UA } from 'jssip/lib/UA.js';
import { classes } from './sip-grammar.ts';

export type { EndEvent, IncomingEvent, OutgoingEvent, RTCSession as Session } from 'jssip/lib/RTCSession.js';
export type { UA };
export const makeUA = (configuration: ConstructorParameters<typeof JsSIP.UA>[0]): UA =>
  new JsSIP.UA(configuration);

// The grammar stands in for JsSIP's own (vite.config.ts).
Object.assign(classes, JsSIP);

// After a 491 JsSIP would offer the same again within a second, whatever has been agreed meanwhile, and say nothing:
// it believes that it has done so already.
const { _receiveResponse: receive } = RequestSender.prototype;
RequestSender.prototype._receiveResponse = function (response) {
  this._reattempt = true;
  receive.call(this, response);
};

type Constraints = RTCOfferOptions | null;

/** What JsSIP's types leave out. */
interface Inner {
  _connection: RTCPeerConnection;
  connect: UA['call'] extends (target: string, options?: infer Options) => unknown
    ? (target: string, options: Options) => void
    : never;
  _createLocalDescription(type: 'offer' | 'answer', constraints: Constraints): Promise<string>;
}

// Its types say that the module has it by that name; it is the module.
const { default: Session } = sessions as unknown as {
  readonly default: new (ua: UA) => sessions.RTCSession & Inner;
};

/** A call by `connection`, which others made and whose way they watch. Its INVITE waits for `offer`, which is SDP. */
export class OfferedSession extends Session {
  readonly #given: RTCPeerConnection;
  #offer: Promise<string> | undefined;

  constructor(ua: UA, connection: RTCPeerConnection, offer: Promise<string>) {
    super(ua);
    this.#given = connection;
    this.#offer = offer;
    // A call that is given up before anybody asks for it fails of nothing.
    offer.catch(() => {});
  }

  _createRTCConnection(): void {
    this._connection = this.#given;
  }

  override _createLocalDescription(type: 'offer' | 'answer', constraints: Constraints): Promise<string> {
    const offer = this.#offer;
    this.#offer = undefined;
    return offer ?? super._createLocalDescription(type, constraints);
  }
}
