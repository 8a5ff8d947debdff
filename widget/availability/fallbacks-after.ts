// Which of the owner's offers can help after a call that could not be: pure, a table.
import type { EndReason } from '../call/call-store.ts';
import type { FallbackOffer } from './availability.ts';

type Kind = FallbackOffer['kind'];

const every: readonly Kind[] = ['person', 'hotline', 'mail', 'callback'];
/** What needs no call from this page: the next one would fail alike. */
const elsewhere: readonly Kind[] = ['hotline', 'mail', 'callback'];
const none: readonly Kind[] = [];

/** Others fail for reasons that the next call from here would share. */
const fitting: { readonly [Reason in EndReason]?: readonly Kind[] } = {
  closed: every,
  busy: every,
  declined: every,
  'no-answer': every,
  'not-found': every,
  failed: every,
  // The form goes by the same gateway.
  'gateway-unreachable': ['hotline', 'mail'],
  'hung-up': none,
  'remote-hung-up': none,
  cancelled: none,
  elsewhere: none,
  'bad-address': none,
};

/** Those of the owner's offers that can help after this. */
export function fallbacksAfter(
  reason: EndReason,
  offers: readonly FallbackOffer[],
): readonly FallbackOffer[] {
  const kinds = fitting[reason] ?? elsewhere;
  return offers.filter(({ kind }) => kinds.includes(kind));
}
