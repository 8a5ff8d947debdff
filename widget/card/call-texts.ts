// What the card says about its call: the status, the hints below it, and the hint after its end. Pure.
import { browserKind } from '../base/browser-kind.ts';
import type { Call } from '../call/call-store.ts';
import type { Trouble } from '../call/quality.ts';
import type { Words } from '../locales/words.ts';
import { secondsBetween } from './call-clock.ts';

export function statusText(call: Call, words: Words): string {
  const { state, asking, requestedMedia, held, heldByThem, listen, speaks, mediaLost } = call;
  if (asking) return requestedMedia ? words.askingFor[requestedMedia].title : words.asking;
  if (mediaLost) return words.mediaLost;
  if (held) return words.held;
  if (heldByThem) return words.heldByThem;
  if (listen && state === 'in-call') return speaks ? words.speaking : words.listening;
  return state === 'in-call' ? words.inCall : state === 'ringing' ? words.ringing : words.calling;
}

/** Why and where the browser asks for permission, or the most important problem. */
export function callHints(call: Call, words: Words, keypadOpen: boolean): string[] {
  const { state, asking, requestedMedia, signallingLost, mediaLost, holdRefused } = call;
  const { refusal, oneWay, trouble, speaks, digits } = call;
  if (asking) {
    const why = requestedMedia ? words.askingFor[requestedMedia].why : words.askingWhy;
    return [why, words.askingHint[browserKind()]];
  }
  if (mediaLost) return [words.mediaLostHint];
  if (signallingLost) return [words.signallingLost];
  // A visitor who is not heard may hear nothing either. Otherwise the gateway's report replaces the page's own.
  const problems = new Set<Trouble | undefined>([
    oneWay,
    oneWay && trouble !== 'nothing-arrives' ? oneWay : trouble,
  ]);
  const shown = [...problems].flatMap(problem => (problem ? [words.troubles[problem]] : []));
  if (shown.length > 0) return shown;
  if (refusal) return [words.refusals[refusal]];
  if (holdRefused) return [words.holdRefused];
  if (keypadOpen && !digits) return [words.noDigits];
  return state === 'in-call' && !speaks ? [words.listeningWhy] : [];
}

/** What to do after a failed call, or how long the call lasted. `opening` is when a closed office opens. */
export function endHint(
  { reason, allowed, answeredAt, endedAt }: Call,
  words: Words,
  opening: string,
): string {
  if (allowed) return words.allowed;
  if (reason === 'closed') return opening;
  if (reason === 'microphone-refused') return words.allowHint[browserKind()];
  const hint = reason ? words.reasons[reason].hint : '';
  return hint || !answeredAt || !endedAt ? hint : words.talked(secondsBetween(answeredAt, endedAt));
}
