// The founding document's [guest-call], as a table: whom strangers may call, and what then happens.
// First match wins; whoever is not in the table is the last line's.

import type { Announcement } from './greetings.ts';

export type Action =
  /** Rings, answers, greets, then sends back what it hears. */
  | { readonly type: 'greet'; readonly greeting: Announcement }
  /** Answers into the conference. */
  | { readonly type: 'confer' }
  | { readonly type: 'refuse'; readonly status: number }
  /** Rings and is never picked up. */
  | { readonly type: 'ring' }
  /** Answers, says that there is nobody, hangs up. */
  | { readonly type: 'dismiss'; readonly words: Announcement };

export interface Extension {
  readonly match: RegExp;
  readonly verdict: 'Good call' | 'Wrong call';
  readonly action: Action;
}

export const dialplan: readonly Extension[] = [
  { match: /^director$/i, verdict: 'Good call', action: { type: 'greet', greeting: 'director' } },
  { match: /^alex$/i, verdict: 'Good call', action: { type: 'greet', greeting: 'alex' } },
  { match: /^101$/, verdict: 'Good call', action: { type: 'greet', greeting: '101' } },
  { match: /^seminar$/i, verdict: 'Good call', action: { type: 'confer' } },
  { match: /^busy$/i, verdict: 'Good call', action: { type: 'refuse', status: 486 } },
  { match: /^silent$/i, verdict: 'Good call', action: { type: 'ring' } },
  { match: /(?:)/, verdict: 'Wrong call', action: { type: 'dismiss', words: 'bad-user' } },
];

/** The line for a Request-URI; one without a user part is a stranger's too. */
export function extensionFor(uri: string): Extension {
  const user = /^sips?:([^@;?]*)@/i.exec(uri)?.[1] ?? '';
  return dialplan.find(({ match }) => match.test(user))!;
}
