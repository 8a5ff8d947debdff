// When the next target is worth trying (RFC 3263 4.3). Pure; the call walks the list, quarantine.ts remembers.

export type AttemptOutcome =
  /** A final response that the target itself sent, and how long it asks to be left alone (RFC 3261 20.33). */
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly retryAfterSeconds?: number | undefined;
    }
  /**
   * No response to speak of: `refused` (ICMP port unreachable, TCP reset), `unreachable` (no route, ICMP host
   * unreachable), `silent` (not even a provisional in time), `not-trusted` (TLS: certificate or name).
   */
  | { readonly kind: 'refused' | 'unreachable' | 'silent' | 'not-trusted' };

/**
 * Whether an outcome speaks of the target rather than of the called person: then the call goes on to the
 * next target (new branch, the 503 acknowledged by its transaction) and reports this one to the quarantine.
 *
 * RFC 3263 4.3: a failure is a 503, a transport failure, or a timeout. Every other response is an answer:
 * 4xx and 6xx were given by somebody who knows the called person, other 5xx by a server that works and
 * would ring the same phone again. A server that rang and was then not picked up did not fail either: that
 * caller's wait is over, so do not map a ring timeout to `silent`.
 *
 * drachtio reports its own timeouts as 408 and transport failures as 503 with source `application`;
 * map the former to `silent`, the latter to `unreachable`.
 */
export function isTargetFailure(outcome: AttemptOutcome): boolean {
  return outcome.kind !== 'response' || outcome.status === 503;
}
