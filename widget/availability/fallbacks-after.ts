// Selects the owner's fallbacks that can help after a failed call. Pure: a table.
import type { FallbackOffer } from '../../contract/http.ts';
import type { EndReason } from '../call/call-store.ts';

type Kind = FallbackOffer['kind'];

const all: readonly Kind[] = ['person', 'hotline', 'mail', 'callback'];
/** Those that need no call from this page, because the next call would fail too. */
const withoutCall: readonly Kind[] = ['hotline', 'mail', 'callback'];
const none: readonly Kind[] = [];

/** After any other reason the next call from this page would fail too. */
const helpfulAfter: { readonly [Reason in EndReason]?: readonly Kind[] } = {
  closed: all,
  busy: all,
  declined: all,
  'no-answer': all,
  'not-found': all,
  failed: all,
  // The form is sent to the same gateway.
  'gateway-unreachable': ['hotline', 'mail'],
  'hung-up': none,
  'remote-hung-up': none,
  cancelled: none,
  elsewhere: none,
  'bad-address': none,
};

/** The fallbacks among `offers` that can help after this reason. */
export function fallbacksAfter(
  reason: EndReason,
  offers: readonly FallbackOffer[],
): readonly FallbackOffer[] {
  const kinds = helpfulAfter[reason] ?? withoutCall;
  return offers.filter(({ kind }) => kinds.includes(kind));
}
