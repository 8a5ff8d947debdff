// What the resolver reads from DNS, and the one door it reads through.
// Answers are values: a missing record or a failing server is an outcome to walk on from, not an exception.

export interface NaptrRecord {
  readonly order: number;
  readonly preference: number;
  readonly flags: string;
  readonly service: string;
  readonly regexp: string;
  /** Without its last dot; empty for `.`. */
  readonly replacement: string;
}

export interface SrvRecord {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  /** Without its last dot; empty for `.`, which means "no such service here" (RFC 2782). */
  readonly target: string;
}

export interface AddressRecord {
  readonly address: string;
}

export type Answer<R> =
  /** At least one record. `ttlSeconds` is absent where the source cannot tell it. */
  | { readonly kind: 'records'; readonly records: readonly R[]; readonly ttlSeconds?: number }
  | { readonly kind: 'absent'; readonly why: 'no such name' | 'no such record' }
  | { readonly kind: 'failed'; readonly why: string };

/** Nothing here rejects, and each answer comes within the source's own time limit. */
export interface DnsSource {
  naptr(name: string): Promise<Answer<NaptrRecord>>;
  srv(name: string): Promise<Answer<SrvRecord>>;
  a(name: string): Promise<Answer<AddressRecord>>;
  aaaa(name: string): Promise<Answer<AddressRecord>>;
  close(): void;
}

/** `failed.why` when nobody answered in time. */
export const timedOut = 'no answer in time';

export function naptrLine(record: NaptrRecord): string {
  const { order, preference, flags, service, regexp, replacement } = record;
  return `${order} ${preference} "${flags}" "${service}" "${regexp}" ${replacement}.`;
}

export function srvLine(record: SrvRecord): string {
  return `${record.priority} ${record.weight} ${record.port} ${record.target}.`;
}
