// Checks by OPTIONS (RFC 3261 11) whether the servers of a domain answer, best first. No telephone rings. Each response
// counts, a refusal too: a server that sends 401 or 404 is running.

import type Srf from 'drachtio-srf';
import type { ProbeResult } from '../availability/reachability.ts';
import type { AttemptOutcome as TargetOutcome } from '../resolver/failover.ts';
import { ResolveError } from '../resolver/resolve-error.ts';
import type { Target } from '../resolver/target.ts';
import type { CallDependencies } from './call-dependencies.ts';
import { optionsHeaders } from './invite-headers.ts';
import { nextHop } from './next-hop.ts';

/** Servers of a domain that are asked at most, and the longest that all of it takes. */
const MOST_SERVERS = 3;
const LONGEST_MS = 5_000;

/** Called with each server that cannot be reached. */
export type ProbeFailed = (target: Target, outcome: TargetOutcome) => void;

export async function askServers(
  { srf, resolve, limits }: Pick<CallDependencies, 'srf' | 'resolve' | 'limits'>,
  domain: string,
  failed: ProbeFailed,
): Promise<ProbeResult> {
  const over = AbortSignal.timeout(LONGEST_MS);
  let result: ProbeResult = 'refused';
  let asked = 0;
  try {
    const { targets } = await resolve(domain, over);
    for await (const target of targets) {
      if (over.aborted || ++asked > MOST_SERVERS) break;
      const outcome = await askOne(srf, domain, target, limits.responseSeconds * 1000, over);
      if (outcome === undefined) return 'unknown';
      if (outcome.kind === 'response') return 'heard';
      // A server may drop OPTIONS and accept calls: silence is not counted as a failure.
      if (outcome.kind === 'silent') result = 'silent';
      else failed(target, outcome);
    }
    return result;
  } catch (error) {
    // Without an address in DNS a call does not reach the domain either.
    return error instanceof ResolveError ? 'refused' : 'unknown';
  }
}

/** Undefined when there is no engine to send it. */
async function askOne(
  srf: Srf,
  domain: string,
  target: Target,
  answerMs: number,
  over: AbortSignal,
): Promise<TargetOutcome | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const outcome = await new Promise<TargetOutcome | undefined>(resolve => {
    const late = () => resolve({ kind: 'silent' });
    timer = setTimeout(late, answerMs);
    over.addEventListener('abort', late, { once: true });
    const headers = optionsHeaders(domain);
    try {
      srf.request(
        `sip:${domain}`,
        { method: 'OPTIONS', proxy: nextHop(target), headers },
        (error, request) => {
          if (error || !request) resolve(error?.code ? undefined : { kind: 'unreachable' });
          request?.on('response', response => {
            const { status } = response;
            if (status < 200) return;
            // The engine reports its own Timer F as 408, and a transport that failed as 503. A server that sends
            // 503 itself (RFC 3263 4.3) does not accept a call either.
            if (status === 408) resolve({ kind: 'silent' });
            else if (status === 503) resolve({ kind: 'unreachable' });
            else resolve({ kind: 'response', status });
          });
        },
      );
    } catch {
      // drachtio-srf fails an assertion when there is no connection.
      resolve(undefined);
    }
  });
  clearTimeout(timer);
  return outcome;
}
