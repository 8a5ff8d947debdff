// The [guest-call] context of the founding document as a table: the extensions that guests may call, and what each
// does. The first match wins; the last line matches every other number.

import type { Announcement } from './greetings.ts';

export type Action =
  /** Rings, answers, plays a greeting, then sends back the received audio. */
  | { readonly type: 'greet'; readonly greeting: Announcement }
  /** Answers into the conference. */
  | { readonly type: 'conference' }
  | { readonly type: 'refuse'; readonly status: number }
  /** Rings and never answers. */
  | { readonly type: 'ring' }
  /** Answers, says that the number does not exist, ends the call. */
  | { readonly type: 'announce'; readonly announcement: Announcement };

export interface Extension {
  readonly match: RegExp;
  readonly verdict: 'Good call' | 'Wrong call';
  readonly action: Action;
}

export const dialplan: readonly Extension[] = [
  { match: /^director$/i, verdict: 'Good call', action: { type: 'greet', greeting: 'director' } },
  { match: /^alex$/i, verdict: 'Good call', action: { type: 'greet', greeting: 'alex' } },
  { match: /^101$/, verdict: 'Good call', action: { type: 'greet', greeting: '101' } },
  { match: /^seminar$/i, verdict: 'Good call', action: { type: 'conference' } },
  { match: /^busy$/i, verdict: 'Good call', action: { type: 'refuse', status: 486 } },
  { match: /^silent$/i, verdict: 'Good call', action: { type: 'ring' } },
  { match: /(?:)/, verdict: 'Wrong call', action: { type: 'announce', announcement: 'bad-user' } },
];

/** The line for a Request-URI. A URI without a user part gets the last line. */
export function extensionFor(uri: string): Extension {
  const user = /^sips?:([^@;?]*)@/i.exec(uri)?.[1] ?? '';
  return dialplan.find(({ match }) => match.test(user))!;
}
