// Decides whether to try the next target (RFC 3263 4.3). Pure: the call iterates over the targets, quarantine.ts stores
// failures.

export type AttemptOutcome =
  /** A final response of the target, with the Retry-After it asks for (RFC 3261 20.33). */
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly retryAfterSeconds?: number | undefined;
    }
  /**
   * No response: `refused` (ICMP port unreachable, TCP reset), `unreachable` (no route, ICMP host unreachable),
   * `silent` (no provisional in time), `not-trusted` (TLS: certificate or name).
   */
  | { readonly kind: 'refused' | 'unreachable' | 'silent' | 'not-trusted' };

/**
 * Whether the outcome is a failure of the target and not an answer of the called person. If so, the call tries the next
 * target (new branch; the transaction acknowledges the 503) and reports this one to the quarantine.
 * | RFC 3263 4.3: a failure is a 503, a transport failure, or a timeout. Every other response is an answer: 4xx and 6xx
 * come from a server that knows the called person, other 5xx from a server that works and would ring the same phone
 * again. A server that rang without an answer has not failed either, so do not map a ring timeout to `silent`.
 * | drachtio reports its own timeouts as 408 and transport failures as 503 with source `application`: map the former to
 * `silent`, the latter to `unreachable`.
 */
export function isTargetFailure(outcome: AttemptOutcome): boolean {
  return outcome.kind !== 'response' || outcome.status === 503;
}
