// The transport of a browser in its SDP: ICE (RFC 8839), its certificates (RFC 8122), which side begins DTLS
// (RFC 5763 5), and which lines share the transport (RFC 8843).

import { MediaError } from '../relay.ts';
import { type Description, type MediaSection, valuesOf, wordsOf } from './description.ts';
import { type Fingerprint, isUsableHash } from './plan.ts';

/** A browser's transport attributes; with BUNDLE they apply to every line. */
export interface BrowserTransport {
  readonly ufrag: string;
  /**
   * Unchanged from the SDP. The embedded relay does not need it, because it answers checks and sends none.
   */
  readonly password: string;
  readonly fingerprint: Fingerprint;
  /** mids of its BUNDLE group; null when it has none. */
  readonly bundle: readonly string[] | null;
}

export function transportOf(
  description: Description,
  media: MediaSection,
  offering: boolean,
): BrowserTransport {
  // Of the line, else of the session.
  const valuesFor = (name: string) => [...valuesOf(media, name), ...valuesOf(description.session, name)];
  // RFC 8839 5.4.
  const ufrag = valuesFor('ice-ufrag').find(value => /^[A-Za-z0-9+/]{4,256}$/.test(value));
  if (ufrag === undefined) throw new MediaError('no usable a=ice-ufrag', 488, 'no-ice');
  const fingerprint = strongest(valuesOf(media, 'fingerprint')) ?? strongest(valuesFor('fingerprint'));
  if (fingerprint === undefined) throw new MediaError('no usable a=fingerprint', 488, 'no-fingerprint');
  assertBegins(valuesFor('setup'), offering);
  return {
    ufrag,
    password: valuesFor('ice-pwd')[0] ?? '',
    fingerprint,
    bundle: bundleOf(description, media),
  };
}

/**
 * The relay is the DTLS server: RFC 5763 5 requires actpass in a browser's offer. An absent attribute means
 * actpass.
 */
function assertBegins(setups: readonly string[], offering: boolean): void {
  const roles = setups.map(value => value.toLowerCase());
  if (roles.length === 0 || roles.includes('active') || (offering && roles.includes('actpass'))) return;
  throw new MediaError('a=setup lets neither side begin DTLS', 488, 'dtls-role');
}

/**
 * RFC 8122 5: the strongest usable hash function counts, and the certificate must match one of its values. A
 * line that is unreadable or insecure is skipped.
 */
function strongest(lines: readonly string[]): Fingerprint | undefined {
  const found = new Map<number, string[]>();
  for (const line of lines) {
    const [hash = '', value = ''] = wordsOf(line);
    const bits = isUsableHash(hash) ? Number(hash.slice(4)) : 0;
    if (bits === 0 || value.length !== (bits / 8) * 3 - 1 || !/^[0-9a-f]{2}(?::[0-9a-f]{2})*$/i.test(value))
      continue;
    found.set(bits, [...(found.get(bits) ?? []), value.toUpperCase()]);
  }
  const bits = Math.max(0, ...found.keys());
  const [value, ...others] = new Set(found.get(bits)?.slice(0, maxCertificates));
  if (value === undefined) return undefined;
  return { hash: `sha-${bits}`, value, ...(others.length > 0 && { others }) };
}

/** A browser has one or two. */
const maxCertificates = 8;

/** The group of the line; when no line has a mid, the first group. */
function bundleOf({ session }: Description, media: MediaSection): readonly string[] | null {
  const mid = valuesOf(media, 'mid')[0];
  const groups = valuesOf(session, 'group').map(wordsOf);
  const bundles = groups.filter(([type = '']) => type.toUpperCase() === 'BUNDLE').map(([, ...mids]) => mids);
  return bundles.find(mids => mid === undefined || mids.includes(mid)) ?? null;
}

/**
 * RFC 8842 5.5 would let a browser change its certificate during a call. Here the first certificate
 * identifies the browser, whichever connection its offers use: a call cannot be taken over.
 */
export function assertSameBrowser(known: BrowserTransport | null, shown: BrowserTransport | null): void {
  if (known === null || shown === null) return;
  if (identityOf(known) === identityOf(shown)) return;
  throw new MediaError(
    'the browser shows another certificate than at the start of the call',
    488,
    'other-certificate',
  );
}

function identityOf({ fingerprint: { hash, value, others = [] } }: BrowserTransport): string {
  return [hash, ...[value, ...others].sort()].join(' ');
}
