// Fetches the token that each call needs: from the gateway, or from the page's own server where that issues tokens.
import type { TokenAnswer, TokenForm, TokenRefusal } from '../../contract/http.ts';
import type { EndReason } from './call-store.ts';

/** Rejects with the reason why there is no call. */
export type TakeToken = () => Promise<string>;

const TIMEOUT_MS = 10_000;

const unreachable = (): never => {
  throw 'gateway-unreachable' satisfies EndReason;
};

/**
 * A token for one call of a SIP URI. `url` accepts `to` as a form field, and answers `{ token }`, or a `challenge`
 * whose solution is sent as `work`. Rejects with an {@link EndReason}.
 */
export async function takeToken(url: string, to: string, work?: string): Promise<string> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const body = new URLSearchParams({ to, ...(work && { work }) } satisfies TokenForm);
  const response = await fetch(url, { method: 'POST', body, signal }).catch(unreachable);
  if (!response.ok)
    throw (response.status === (403 satisfies TokenRefusal) ? 'not-found' : 'busy') satisfies EndReason;
  const { token, challenge }: TokenAnswer = await response.json().catch(unreachable);
  if (!challenge) return token;
  if (work) throw 'busy' satisfies EndReason;
  const { solveWork } = await import('./proof-of-work.ts').catch(unreachable);
  return takeToken(url, to, await solveWork(challenge).catch(unreachable));
}
