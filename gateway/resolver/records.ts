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

export interface RecordsOfType {
  readonly NAPTR: NaptrRecord;
  readonly SRV: SrvRecord;
  readonly A: AddressRecord;
  readonly AAAA: AddressRecord;
}

export type RecordType = keyof RecordsOfType;

/** Records of another name that came along in the additional section, unasked. */
export type Along = {
  readonly [T in RecordType]: {
    readonly type: T;
    /** Lower case. */
    readonly name: string;
    readonly records: readonly RecordsOfType[T][];
  };
}[RecordType];

export type Answer<R> =
  /** At least one record. The seconds are the shortest TTL of all that the answer holds. */
  | {
      readonly kind: 'records';
      readonly records: readonly R[];
      readonly ttlSeconds: number;
      readonly along?: readonly Along[];
    }
  /** The seconds are those of RFC 2308 5; 0 where the server says nothing of them. */
  | {
      readonly kind: 'absent';
      readonly why: 'no such name' | 'no such record';
      /** The name at the end of aliases, where there are any. */
      readonly alias?: string;
      readonly ttlSeconds: number;
    }
  | { readonly kind: 'failed'; readonly why: string };

/** Nothing here rejects, and each answer comes within the source's own time limit. */
export interface DnsSource {
  ask<T extends RecordType>(type: T, name: string): Promise<Answer<RecordsOfType[T]>>;
  /** Questions under way fail. */
  close(): void;
}

/** `failed.why` when nobody answered in time. */
export const timedOut = 'no answer in time';

/** Names as they may stand in a zone for SIP; keeps the rest of what DNS can carry out of logs. */
export function isHostName(name: string): boolean {
  return /^(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/i.test(name);
}

/** As in a zone file. Strings are a stranger's: what is not plain text is shown as a question mark. */
export function naptrLine(record: NaptrRecord): string {
  const { order, preference, flags, service, regexp, replacement } = record;
  const strings = [flags, service, regexp].map(text => `"${plain(text)}"`).join(' ');
  return `${order} ${preference} ${strings} ${plain(replacement)}.`;
}

export function srvLine(record: SrvRecord): string {
  return `${record.priority} ${record.weight} ${record.port} ${plain(record.target)}.`;
}

function plain(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}
