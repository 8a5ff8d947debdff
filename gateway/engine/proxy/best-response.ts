// Which of several failures the caller receives (RFC 3261 16.7 steps 6 and 7). A pure function: must not depend on
// transactions.

import type { SipResponse } from '../message/message.ts';
import { reasonPhrase } from '../message/reasons.ts';

/** The 4xx responses that tell the caller what to do. Step 6 prefers them. */
const helpful: ReadonlySet<number> = new Set([401, 407, 415, 420, 484]);

/** The best of at least one final response, none of them a 2xx. The given responses are not changed. */
export function bestResponse(finals: readonly SipResponse[]): SipResponse {
  const [first, ...others] = finals as readonly [SipResponse, ...SipResponse[]];
  const best = others.reduce((chosen, other) => (rank(other) < rank(chosen) ? other : chosen), first);
  if (best.status === 503) return unavailable(best);
  return best.status === 401 || best.status === 407 ? withChallenges(best, finals) : best;
}

/** "MUST choose from the 6xx class responses if any exist", else from the lowest class. */
function rank({ status }: SipResponse): number {
  if (status >= 600) return 0;
  return Math.floor(status / 100) * 10 + (helpful.has(status) ? 0 : 1);
}

/** 16.7 step 6: a 503 says that one server is overloaded, not this proxy. Upstream it becomes a 500. */
function unavailable(response: SipResponse): SipResponse {
  const headers = response.headers.clone();
  headers.remove('Retry-After');
  return { ...response, status: 500, reason: reasonPhrase(500), headers };
}

/** Step 7: "the proxy MUST collect any WWW-Authenticate and Proxy-Authenticate header field values". */
function withChallenges(best: SipResponse, finals: readonly SipResponse[]): SipResponse {
  const headers = best.headers.clone();
  for (const { status, headers: theirs } of finals) {
    if (theirs === best.headers || (status !== 401 && status !== 407)) continue;
    for (const name of ['WWW-Authenticate', 'Proxy-Authenticate']) {
      for (const challenge of theirs.all(name)) headers.append(name, challenge);
    }
  }
  return { ...best, headers };
}
