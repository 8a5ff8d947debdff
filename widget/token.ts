// The token that each call takes: from the gateway, or from the page's own server where that mints them. Asked for with
// the visitor's intent, beside the parts, so that no call waits for it.
import type { EndReason } from './call-store.ts';

/** Rejects with the reason for which there is no call. */
export type TakeToken = () => Promise<string>;

const PATIENCE_MS = 10_000;

let asked: { readonly of: string; readonly at: number; readonly token: Promise<string> } | undefined;

const unreachable = (): never => {
  throw 'gateway-unreachable' satisfies EndReason;
};

/** `place` takes `to` as a form sends it, and answers `{ token, seconds }`, or with work to be done first. */
export function foreseeToken(place: string, to: string): Promise<string> {
  const of = place + to;
  if (asked?.of === of && performance.now() < asked.at) return asked.token;
  const mine = { of, at: Number.POSITIVE_INFINITY, token: ask() };
  asked = mine;
  // Whoever takes it hears of it.
  mine.token.catch(() => {
    if (asked === mine) asked = undefined;
  });
  return mine.token;

  async function ask(work?: string): Promise<string> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const body = new URLSearchParams({ to, ...(work && { work }) });
    const response = await fetch(place, { method: 'POST', body, signal }).catch(unreachable);
    if (!response.ok) throw (response.status === 403 ? 'not-found' : 'busy') satisfies EndReason;
    const { token, seconds, challenge } = await response.json().catch(unreachable);
    if (challenge) {
      if (work) throw 'busy' satisfies EndReason;
      const { solve } = await import('./work.ts').catch(unreachable);
      return ask(await solve(challenge).catch(unreachable));
    }
    mine.at = performance.now() + seconds * 900;
    return token;
  }
}

/** The one that was foreseen, while it is good: each is taken once. */
export function takeToken(place: string, to: string): Promise<string> {
  const token = foreseeToken(place, to);
  asked = undefined;
  return token;
}
