// The media port: what a call needs from the relay of its audio and video. Both implementations (embedded,
// rtpengine) are offer/answer machines (RFC 3264) between two legs. Neither may depend on SIP, sites or
// directories.

/** Identifies a call at the relay. Chosen by the caller of this port, unique during the call. */
export type CallId = string;

/** The two sides of a call: WebRTC (ICE, DTLS-SRTP, BUNDLE) and plain RTP. */
export type Leg = 'browser' | 'pbx';

/** What one leg sent to the relay during the call. */
export interface LegReport {
  readonly packets: number;
  readonly bytes: number;
  /** Packets missing by sequence number. */
  readonly lost: number;
  /** Interarrival jitter (RFC 3550 6.4.1), milliseconds, of the audio stream. */
  readonly jitterMs: number;
  /** Packets refused: unknown source, failed authentication, replayed, malformed. */
  readonly dropped: number;
  /** Milliseconds since the last accepted media packet; null when none ever came. */
  readonly silentMs: number | null;
}

/**
 * `sends-nothing`: no packet came, although media was expected; `hears-nothing`: its RTCP reports that no
 * packets arrive.
 */
export type OneWayCause = 'sends-nothing' | 'hears-nothing';

/** One-way audio in an established call: the side where it occurs, and its total time. */
export interface OneWaySound {
  readonly leg: Leg;
  readonly cause: OneWayCause;
  readonly ms: number;
}

export interface MediaReport {
  readonly browser: LegReport;
  readonly pbx: LegReport;
  /** Absent when audio flowed in all agreed directions. */
  readonly oneWay?: readonly OneWaySound[];
}

const emptyLeg: LegReport = { packets: 0, bytes: 0, lost: 0, jitterMs: 0, dropped: 0, silentMs: null };

/** The report of an unknown call. */
export const emptyReport: MediaReport = { browser: emptyLeg, pbx: emptyLeg };

export type MediaEvent =
  /** ICE and DTLS have finished: media can flow to and from the browser. */
  | { readonly type: 'connected'; readonly call: CallId }
  /** No media packet accepted from this leg for the configured time. */
  | { readonly type: 'silent'; readonly call: CallId; readonly leg: Leg; readonly silentMs: number }
  /**
   * In an established call, a side that is neither held nor muted sends or receives nothing for some seconds.
   */
  | {
      readonly type: 'one-way';
      readonly call: CallId;
      readonly leg: Leg;
      readonly cause: OneWayCause;
      /** How long the state has lasted. */
      readonly forMs: number;
    }
  /** The state reported by 'one-way' has ended: media flows, or is not expected any more. */
  | { readonly type: 'one-way-over'; readonly call: CallId; readonly leg: Leg; readonly cause: OneWayCause }
  /**
   * The browser's ICE checks have ended. The browser may return, also from another address: 'connected'
   * reports that.
   */
  | { readonly type: 'lost'; readonly call: CallId }
  /**
   * The relay can no longer carry this call: worker lost, DTLS refused, no port. `ours`: the relay itself is
   * at fault.
   */
  | { readonly type: 'failed'; readonly call: CallId; readonly reason: string; readonly ours?: boolean };

/** Why SDP cannot be bridged, as a stable code; the message is a sentence for the log. */
export type MediaReason =
  /** There is no description: empty, or without a readable m= line. */
  | 'malformed'
  | 'too-large'
  /** Both sides have no codec in common that the gateway carries. The message names those of the peer. */
  | 'no-common-codec'
  /** Every line is refused: port 0. */
  | 'line-refused'
  /** A transport other than plain RTP toward a PBX, or DTLS-SRTP toward a browser. The message names it. */
  | 'unsupported-transport'
  /** No c= with an address of the family in use. */
  | 'no-address'
  /** c= names an address that must not receive media: private, one of the gateway, multicast. */
  | 'address-not-allowed'
  /** c= names a host for which DNS has no usable address. */
  | 'unknown-host'
  /** The port is not a number, or is one that does not receive media. */
  | 'no-port'
  | 'no-ice'
  | 'no-fingerprint'
  /** Neither side begins DTLS. */
  | 'dtls-role'
  | 'other-certificate'
  /** An answer without an offer, or an offer that omits a line. */
  | 'out-of-order'
  /** The relay itself has failed. */
  | 'relay-failed';

/**
 * The SDP cannot be bridged. `status` is the matching SIP status: 488 or 400. 503 is a failure of the relay.
 */
export class MediaError extends Error {
  override readonly name = 'MediaError';
  readonly status: 400 | 488 | 503;
  readonly reason: MediaReason;

  constructor(message: string, status: 400 | 488 | 503, reason: MediaReason = usual[status]) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

const usual = { 400: 'malformed', 488: 'no-common-codec', 503: 'relay-failed' } as const;

export interface MediaRelay {
  /**
   * Takes an offer from the leg `from`; resolves to the offer for the other leg. The first offer of a call
   * allocates its ports. Later ones renegotiate. `toward`: the address of the PBX that receives the offer,
   * which selects the gateway's address and its family; the same offer may be repeated for another PBX.
   * Absent: the PBX of the call, or none in particular. Rejects with {@link MediaError}; the call then keeps
   * its state.
   */
  offer(call: CallId, from: Leg, sdp: string, toward?: string): Promise<string>;
  /**
   * Takes the answer to the last offer; resolves to the answer for the leg that offered. The same answer may
   * come twice (183, then 200): the result is then identical. Another target may answer differently: the
   * latest answer is the valid one.
   */
  answer(call: CallId, from: Leg, sdp: string): Promise<string>;
  /**
   * Takes a browser's offer for a call without another leg; resolves to the answer. The relay returns the
   * browser's audio to it, without video. (rtpengine: `media echo=backwards`.) A later offer of the same call
   * renegotiates. Rejects with {@link MediaError}, as {@link offer} does.
   */
  echo(call: CallId, sdp: string): Promise<string>;
  /**
   * The callee has answered: from now on, media that a side does not send or receive is reported ('one-way').
   */
  established?(call: CallId): void;
  /**
   * Requests a full video frame from the browser (RFC 4585 6.3.1); false when the browser sends no video.
   * Absent: the relay cannot request one.
   */
  requestPicture?(call: CallId): Promise<boolean>;
  /**
   * Ends the call at the relay, drains its ports, and returns the call's report. Unknown call: an empty
   * report.
   */
  close(call: CallId): Promise<MediaReport>;
  onEvent(listener: (event: MediaEvent) => void): void;
  /** Open calls and used ports; draining ones separately. */
  counts(): Promise<{ calls: number; ports: number; draining: number }>;
  /** Ends all calls; the relay is not usable afterwards. */
  shutdown(): Promise<void>;
}
