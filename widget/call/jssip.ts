// JsSIP for the phone: with the widget's own grammar, and on a connection that was created before the call. The only
// file that imports jssip; loaded on the visitor's intent.
import JsSIP from 'jssip';
import RequestSender from 'jssip/lib/Dialog/RequestSender.js';
import * as sessions from 'jssip/lib/RTCSession.js';
import type { UA } from 'jssip/lib/UA.js';
import { classes } from './sip-grammar.ts';

export type { EndEvent, IncomingEvent, OutgoingEvent, RTCSession as Session } from 'jssip/lib/RTCSession.js';
export type { UA };
export const makeUA = (configuration: ConstructorParameters<typeof JsSIP.UA>[0]): UA =>
  new JsSIP.UA(configuration);

// The build replaces JsSIP's grammar with sip-grammar.ts (vite.config.ts).
Object.assign(classes, JsSIP);

// After a 491 JsSIP would send the same offer again within a second, whatever was agreed in between, and report
// nothing. This flag makes it believe that it has already done so.
const { _receiveResponse: receive } = RequestSender.prototype;
RequestSender.prototype._receiveResponse = function (response) {
  this._reattempt = true;
  receive.call(this, response);
};

type Constraints = RTCOfferOptions | null;

/** What JsSIP's types omit. */
interface Inner {
  _connection: RTCPeerConnection;
  connect: UA['call'] extends (target: string, options?: infer Options) => unknown
    ? (target: string, options: Options) => void
    : never;
  _createLocalDescription(type: 'offer' | 'answer', constraints: Constraints): Promise<string>;
}

// The types declare a named export; the module itself is the class.
const { default: Session } = sessions as unknown as {
  readonly default: new (ua: UA) => sessions.RTCSession & Inner;
};

/** A call over an existing `connection`, which its owner watches. Its INVITE waits for `offer`, an SDP. */
export class OfferedSession extends Session {
  readonly #prepared: RTCPeerConnection;
  #offer: Promise<string> | undefined;

  constructor(ua: UA, connection: RTCPeerConnection, offer: Promise<string>) {
    super(ua);
    this.#prepared = connection;
    this.#offer = offer;
    // A call that ends before its offer is used must not report the offer's failure.
    offer.catch(() => {});
  }

  _createRTCConnection(): void {
    this._connection = this.#prepared;
  }

  override _createLocalDescription(type: 'offer' | 'answer', constraints: Constraints): Promise<string> {
    const offer = this.#offer;
    this.#offer = undefined;
    return offer ?? super._createLocalDescription(type, constraints);
  }
}
