// The WebSocket between the widget and the gateway: subprotocols, greeting, close codes. Types only: both sides check their
// constants with `satisfies`. Imports neither side.

/** The subprotocol of SIP over WebSocket (RFC 7118 4). It is the one that the gateway selects. */
export type SipSubprotocol = 'sip';

/** What each credential starts with. A page offers one credential as a subprotocol beside `sip`. */
export interface CredentialPrefixes {
  /** A token for one call. */
  readonly token: 'token.';
  /** The key to resume a call, from the greeting. */
  readonly resume: 'back.';
}

/** The query parameter of the WebSocket's URL with which a page requests the greeting. */
export type GreetingParameter = 'ice';

/** The first frame, as JSON, before any SIP. */
export interface Greeting {
  /** How long the gateway keeps a call without its WebSocket or its media. */
  readonly reconnectSeconds: number;
  readonly iceServers: IceServer[];
  /** The key to resume the call; absent where the site requires no token. */
  readonly back?: string | undefined;
}

/** As `RTCConfiguration` takes it, with credentials that expire. */
export interface IceServer {
  urls: string[];
  username: string;
  credential: string;
}

/** The gateway has no such call: SIP's 481, in the range for private use (RFC 6455 7.4.2). */
export type NoSuchCallCode = 4481;
