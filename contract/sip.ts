// What the widget and the gateway say to each other in SIP beyond the RFCs. Types only: both sides check their constants
// with `satisfies`. Imports neither side.

/** The user of the gateway's echo, at the domain of any site. */
export type EchoUser = 'echo-test';

/** Headers of the INVITE: the page of the call, where its visitor came from, and the parameters of its campaign. */
export type PageContextHeader = 'X-Sip-Call-Page' | 'X-Sip-Call-Referrer' | 'X-Sip-Call-Utm';

/** The INFO package (RFC 6086) with which the gateway reports sound that goes one way only. */
export type SoundPackage = 'sip-call-sound';

/** The body of such an INFO: what the visitor notices. */
export type SoundNotice = 'not-reaching' | 'nothing-arrives' | 'both-ways';

/**
 * The final statuses of the gateway for an INVITE that is not answered (RFC 3261 21). The widget has a reason for each; any
 * 5xx means that the other side is at fault.
 */
export type RefusalStatus = 400 | 403 | 480 | 486 | 487 | 488 | 500 | 502 | 503 | 603;

/** Causes in the Reason header (RFC 3326) of the gateway's BYE. Without this header a person has hung up. */
export type EndingCause = 408 | 480 | 500 | 503;
