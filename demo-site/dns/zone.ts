// The answer of an authoritative DNS server to a question (RFC 1034 4.3.2): answer, NODATA or NXDOMAIN. Pure: no
// sockets, no bytes. Names are compared in any case and without the last dot.

export type ZoneRecord =
  | {
      readonly name: string;
      readonly type: 'A' | 'AAAA' | 'CNAME';
      readonly data: string;
      readonly ttl?: number;
    }
  | { readonly name: string; readonly type: 'SRV'; readonly data: SrvData; readonly ttl?: number }
  | { readonly name: string; readonly type: 'NAPTR'; readonly data: NaptrData; readonly ttl?: number };

export interface SrvData {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  /** `.` if the service is not offered. */
  readonly target: string;
}

export interface NaptrData {
  readonly order: number;
  readonly preference: number;
  readonly flags: string;
  readonly services: string;
  readonly regexp: string;
  readonly replacement: string;
}

export interface Zone {
  /** The name at the top of the zone, such as `mysite.test`. */
  readonly origin: string;
  readonly records: readonly ZoneRecord[];
}

export interface ZoneAnswer {
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'REFUSED';
  readonly records: readonly ZoneRecord[];
}

const maxChain = 8;

export function answerFrom(zone: Zone, type: string, name: string): ZoneAnswer {
  const origin = plain(zone.origin);
  const queried = plain(name);
  if (!isAtOrBelow(queried, origin)) return { rcode: 'REFUSED', records: [] };

  const records: ZoneRecord[] = [];
  let at = queried;
  // RFC 1034 3.6.2: a CNAME is followed within this zone. A loop ends after `maxChain` steps.
  for (let hops = 0; hops < maxChain; hops++) {
    const here = zone.records.filter(record => plain(record.name) === at);
    const found = here.filter(record => record.type === type || type === 'ANY');
    records.push(...found);
    const alias = here.find(record => record.type === 'CNAME');
    if (found.length > 0 || alias?.type !== 'CNAME') {
      const exists = here.length > 0 || zone.records.some(record => isAtOrBelow(plain(record.name), at));
      // RFC 6604: after a CNAME the code is that of the last name. RFC 8020: a name above other names exists.
      return { rcode: exists || !isAtOrBelow(at, origin) ? 'NOERROR' : 'NXDOMAIN', records };
    }
    records.push(alias);
    at = plain(alias.data);
  }
  return { rcode: 'NOERROR', records };
}

/**
 * The records of this zone that the given records point at: SRV records of NAPTR records, addresses of both, without
 * duplicates.
 */
export function relatedRecords(zone: Zone, records: readonly ZoneRecord[]): ZoneRecord[] {
  const found = new Set<ZoneRecord>();
  const follow = (record: ZoneRecord) => {
    if (record.type !== 'NAPTR' && record.type !== 'SRV') return;
    const name = plain(record.type === 'NAPTR' ? record.data.replacement : record.data.target);
    const wanted = record.type === 'NAPTR' && /^s$/i.test(record.data.flags) ? ['SRV'] : ['A', 'AAAA'];
    for (const next of zone.records) {
      if (plain(next.name) !== name || !wanted.includes(next.type) || found.has(next)) continue;
      found.add(next);
      follow(next);
    }
  };
  for (const record of records) follow(record);
  return [...found];
}

function isAtOrBelow(name: string, top: string): boolean {
  return name === top || name.endsWith(`.${top}`);
}

function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
