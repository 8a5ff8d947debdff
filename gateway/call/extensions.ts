// The extensions of SIP that an INVITE to a PBX names, and how a refusal changes them (RFC 3261 8.1.3.5).

import type { SrfResponse } from 'drachtio-srf';

export interface Extensions {
  readonly supported: readonly string[];
  /** Named by the PBX as what it insists on. */
  readonly required: readonly string[];
  /** Taken back, the PBX knowing nothing of it. */
  readonly dropped: readonly string[];
  /** Seconds of a session that the PBX insists on (RFC 4028). */
  readonly interval: number | undefined;
}

/** The engine acknowledges reliable provisional responses, and refreshes a session whose length a 2xx limits. */
const known: readonly string[] = ['100rel', 'timer'];
/** A day, in seconds: the longest session that is agreed on. */
const LONGEST_INTERVAL = 86_400;

export const ourExtensions: Extensions = {
  supported: known,
  required: [],
  dropped: [],
  interval: undefined,
};

export function extensionHeaders({ supported, required, interval }: Extensions): Record<string, string> {
  return {
    ...(supported.length > 0 && { Supported: supported.join(', ') }),
    ...(required.length > 0 && { Require: required.join(', ') }),
    ...(interval && { 'Session-Expires': String(interval), 'Min-SE': String(interval) }),
  };
}

/** What to say in another INVITE to the same server; undefined where the refusal is final. */
export function extensionsAfter(
  extensions: Extensions,
  refusal: Pick<SrfResponse, 'status' | 'get'>,
): Extensions | undefined {
  switch (refusal.status) {
    case 420:
      return without(extensions, tagsIn(refusal.get('Unsupported')));
    case 421:
      return requiring(extensions, tagsIn(refusal.get('Require')));
    case 422:
      return lasting(extensions, Number(/^\s*(\d{1,9})/.exec(refusal.get('Min-SE') ?? '')?.[1]));
    default:
      return undefined;
  }
}

/** RFC 3261 21.4.15; where the response does not say which, it can be any. */
function without(extensions: Extensions, unsupported: readonly string[]): Extensions | undefined {
  const { supported, required, dropped } = extensions;
  const unknown = unsupported.length > 0 ? unsupported : supported;
  const kept = (tag: string) => !unknown.includes(tag);
  const gone = supported.filter(tag => !kept(tag));
  if (gone.length === 0) return undefined;
  return {
    ...extensions,
    supported: supported.filter(kept),
    required: required.filter(kept),
    dropped: [...dropped, ...gone],
    interval: kept('timer') ? extensions.interval : undefined,
  };
}

/** RFC 3261 21.4.16. A PBX that refuses although Supported names the tag reads Require instead. */
function requiring(extensions: Extensions, wanted: readonly string[]): Extensions | undefined {
  const { supported, required, dropped } = extensions;
  const ours = wanted.every(tag => known.includes(tag) && !dropped.includes(tag));
  if (wanted.length === 0 || !ours || wanted.every(tag => required.includes(tag))) return undefined;
  const all = (tags: readonly string[]) => [...new Set([...tags, ...wanted])];
  return { ...extensions, supported: all(supported), required: all(required) };
}

/** RFC 4028 7.4. */
function lasting(extensions: Extensions, least: number): Extensions | undefined {
  const { interval = 0, supported } = extensions;
  const isNews = least > interval && least <= LONGEST_INTERVAL;
  return isNews && supported.includes('timer') ? { ...extensions, interval: least } : undefined;
}

/** Option tags of a header field, in lower case. */
export function tagsIn(value: string | undefined): string[] {
  const tags = (value ?? '').split(',').map(tag => tag.trim().toLowerCase());
  return tags.filter(tag => tag !== '');
}
