// The token that each call takes: from the gateway, or from the page's own server where that mints them.
import type { EndReason } from './call-store.ts';

/** Rejects with the reason for which there is no call. */
export type TakeToken = () => Promise<string>;

const PATIENCE_MS = 10_000;

const unreachable = (): never => {
  throw 'gateway-unreachable' satisfies EndReason;
};

/**
 * For one call of a SIP URI. `place` takes `to` as a form sends it, and answers `{ token }`, or with `work` to be done
 * first. Rejects with an {@link EndReason}.
 */
export async function takeToken(place: string, to: string, work?: string): Promise<string> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const body = new URLSearchParams({ to, ...(work && { work }) });
  const response = await fetch(place, { method: 'POST', body, signal }).catch(unreachable);
  if (!response.ok) throw (response.status === 403 ? 'not-found' : 'busy') satisfies EndReason;
  const { token, challenge } = await response.json().catch(unreachable);
  if (!challenge) return token;
  if (work) throw 'busy' satisfies EndReason;
  const { solveWork } = await import('./proof-of-work.ts').catch(unreachable);
  return takeToken(place, to, await solveWork(challenge).catch(unreachable));
}
