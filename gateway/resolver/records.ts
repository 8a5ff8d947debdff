// The DNS records of the resolver, and the interface of their source. Answers are values: a missing record or a failing
// server is a result to continue with, not an exception.

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

/** Records of another name in the additional section of an answer. */
export type AdditionalRecords = {
  readonly [T in RecordType]: {
    readonly type: T;
    /** Lower case. */
    readonly name: string;
    readonly records: readonly RecordsOfType[T][];
  };
}[RecordType];

export type DnsAnswer<R> =
  /** At least one record. `ttlSeconds` is the shortest TTL in the answer. */
  | {
      readonly kind: 'records';
      readonly records: readonly R[];
      readonly ttlSeconds: number;
      readonly additional?: readonly AdditionalRecords[];
    }
  /** `ttlSeconds` is that of RFC 2308 5; 0 if the server gives none. */
  | {
      readonly kind: 'absent';
      readonly why: 'no such name' | 'no such record';
      /** The last name of a chain of aliases, if there is one. */
      readonly alias?: string;
      readonly ttlSeconds: number;
    }
  | { readonly kind: 'failed'; readonly why: string };

/** Never rejects; each answer arrives within the time limit of the source. */
export interface DnsSource {
  ask<T extends RecordType>(type: T, name: string): Promise<DnsAnswer<RecordsOfType[T]>>;
  /** Questions under way fail. */
  close(): void;
}

/** `failed.why` if no server answered in time. */
export const timedOut = 'no answer in time';

/** Whether the name can occur in a zone for SIP. Keeps other text that DNS can carry out of logs. */
export function isHostName(name: string): boolean {
  return /^(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/i.test(name);
}

/** As in a zone file. The strings come from others: characters that are not printable ASCII become question marks. */
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
