// The media port: what a call needs of whatever carries its sound and picture.
// Both implementations (embedded, rtpengine) are offer/answer machines (RFC 3264)
// standing between two legs; neither knows SIP, sites or people.

/** Names one call at the relay; chosen by the caller of this port, unique while the call lives. */
export type CallId = string;

/** The two sides of a call: WebRTC (ICE, DTLS-SRTP, BUNDLE) and plain RTP. */
export type Leg = 'browser' | 'pbx';

/** What one leg sent to the relay, over the life of the call. */
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

/** `sends-nothing`: no packet came, and none was to be missed; `hears-nothing`: its RTCP says that ours do not arrive. */
export type OneWayCause = 'sends-nothing' | 'hears-nothing';

/** One-way sound in an established call: the side at which it shows, and for how long in all. */
export interface OneWaySound {
  readonly leg: Leg;
  readonly cause: OneWayCause;
  readonly ms: number;
}

export interface MediaReport {
  readonly browser: LegReport;
  readonly pbx: LegReport;
  /** Absent when sound went both ways, as far as was agreed on. */
  readonly oneWay?: readonly OneWaySound[];
}

const emptyLeg: LegReport = { packets: 0, bytes: 0, lost: 0, jitterMs: 0, dropped: 0, silentMs: null };

/** Of a call that the relay knows nothing of. */
export const emptyReport: MediaReport = { browser: emptyLeg, pbx: emptyLeg };

export type MediaEvent =
  /** ICE and DTLS are through: media can flow to and from the browser. */
  | { readonly type: 'connected'; readonly call: CallId }
  /** No media packet accepted from this leg for the configured time. */
  | { readonly type: 'silent'; readonly call: CallId; readonly leg: Leg; readonly silentMs: number }
  /** In an established call, a side that is neither held nor muted sends or hears nothing for some seconds. */
  | {
      readonly type: 'one-way';
      readonly call: CallId;
      readonly leg: Leg;
      readonly cause: OneWayCause;
      /** For so long by now. */
      readonly forMs: number;
    }
  /** What a 'one-way' said is over: media flows, or is not due any more. */
  | { readonly type: 'one-way-over'; readonly call: CallId; readonly leg: Leg; readonly cause: OneWayCause }
  /** The browser's ICE checks have ended. It may come back, also from elsewhere: 'connected' tells of that. */
  | { readonly type: 'lost'; readonly call: CallId }
  /** The relay can no longer carry this call: worker lost, DTLS refused, no port. `ours`: the relay itself is at fault. */
  | { readonly type: 'failed'; readonly call: CallId; readonly reason: string; readonly ours?: boolean };

/** Why SDP cannot be bridged, in a word that stays the same; the message is a sentence for the log. */
export type MediaReason =
  /** No description in it: empty, or no m= line that can be read. */
  | 'malformed'
  | 'too-large'
  /** No codec that both sides have and the gateway carries. The message names those of the peer. */
  | 'no-common-codec'
  /** Every line is refused: port 0. */
  | 'line-refused'
  /** Another transport than plain RTP toward a PBX, or than DTLS-SRTP toward a browser. The message names it. */
  | 'unsupported-transport'
  /** No c= with an address of the family in use. */
  | 'no-address'
  /** c= names an address where no media is sent: private, the gateway's own, multicast. */
  | 'address-not-allowed'
  /** c= names a host for which DNS has no address that may be used. */
  | 'unknown-host'
  /** The port is no number, or one where nobody takes media. */
  | 'no-port'
  | 'no-ice'
  | 'no-fingerprint'
  /** Neither side would begin DTLS. */
  | 'dtls-role'
  | 'other-certificate'
  /** An answer without an offer, an offer that lost a line. */
  | 'out-of-order'
  /** The relay itself cannot. */
  | 'relay-failed';

/** The SDP cannot be bridged. `status` is the SIP status that says so: 488 or 400. 503 is the relay's own failure. */
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
   * Takes an offer that came from `from`; resolves to the offer for the other leg.
   * The first offer of a call allocates its ports. Later ones renegotiate.
   * `toward`: the address of the PBX that the offer is for, which decides our own address and its family; the same
   * offer may be asked for again for another PBX. Absent: the PBX of the call, or none in particular.
   * Rejects with {@link MediaError}; the call then keeps what it had.
   */
  offer(call: CallId, from: Leg, sdp: string, toward?: string): Promise<string>;
  /**
   * Takes the answer to the last offer; resolves to the answer for the leg that offered.
   * The same answer may come twice (183, then 200): the result is then identical.
   * Another target may answer another way: the latest answer stands.
   */
  answer(call: CallId, from: Leg, sdp: string): Promise<string>;
  /**
   * Takes a browser's offer for a call that has no other leg; resolves to the answer. What the browser sends comes
   * back to it, sound only. (rtpengine: `media echo=backwards`.) A later offer of the same call renegotiates.
   * Rejects with {@link MediaError}, as {@link offer} does.
   */
  echo(call: CallId, sdp: string): Promise<string>;
  /** The person has answered: from now on, what a side does not send or hear is missed ('one-way'). */
  established?(call: CallId): void;
  /**
   * Asks the browser for a whole picture (RFC 4585 6.3.1); false where it sends none. Absent: the relay cannot ask by
   * itself.
   */
  requestPicture?(call: CallId): Promise<boolean>;
  /** Ends the call at the relay, drains its ports, and says what passed. Unknown call: an empty report. */
  close(call: CallId): Promise<MediaReport>;
  onEvent(listener: (event: MediaEvent) => void): void;
  /** Calls open and ports held, draining ones apart. */
  counts(): Promise<{ calls: number; ports: number; draining: number }>;
  /** Ends everything; the relay is not usable afterwards. */
  shutdown(): Promise<void>;
}
