// The orderings of RFC 3263 and RFC 2782, as pure functions: which NAPTR records count and which come
// first, the weighted draw among SRV records, the mixing of address families. Asks nothing of DNS.

import { type NaptrRecord, naptrLine, type SrvRecord } from './records.ts';
import type { Target, Transport } from './target.ts';

/** A way to reach the domain that it offers itself: an SRV name, or a host (NAPTR flag `a`). */
export interface Service {
  readonly transport: Transport;
  readonly lookup: 'SRV' | 'address';
  readonly name: string;
}

export interface ChosenServices {
  readonly services: readonly Service[];
  /** All records, best first, then those ignored with the reason as a zone-file comment. */
  readonly lines: readonly string[];
}

const transportOfService = new Map<string, Transport>([
  ['SIP+D2U', 'udp'],
  ['SIP+D2T', 'tcp'],
  ['SIPS+D2T', 'tls'],
]);

/**
 * Keeps the records whose service is one of `transports` and whose flag we follow, by order, then
 * preference, then our own preference (the order of `transports`).
 *
 * Deviation: RFC 3403 4.1 forbids looking at a higher order once a lower one matched. We do look, but only
 * as places to try after the earlier ones failed, which is what owners of such zones expect.
 */
export function chooseServices(
  records: readonly NaptrRecord[],
  transports: readonly Transport[],
): ChosenServices {
  const services: Service[] = [];
  const lines: string[] = [];
  const ignored: string[] = [];
  const known = records.map(record => ({
    record,
    transport: transportOfService.get(record.service.toUpperCase()),
  }));
  const rank = (transport: Transport | undefined) => (transport ? transports.indexOf(transport) : -1);
  known.sort(
    (x, y) =>
      x.record.order - y.record.order ||
      x.record.preference - y.record.preference ||
      rank(x.transport) - rank(y.transport),
  );
  for (const { record, transport } of known) {
    const reason = reasonToIgnore(record, transport, transports);
    if (reason || !transport) {
      ignored.push(`${naptrLine(record)} ; ignored: ${reason}`);
      continue;
    }
    lines.push(naptrLine(record));
    const lookup = record.flags.toLowerCase() === 's' ? 'SRV' : 'address';
    services.push({ transport, lookup, name: record.replacement.toLowerCase() });
  }
  return { services, lines: [...lines, ...ignored] };
}

// RFC 3263 4.1: a client MUST discard services it does not know or cannot use; for a sips URI all but SIPS.
function reasonToIgnore(
  record: NaptrRecord,
  transport: Transport | undefined,
  transports: readonly Transport[],
): string | undefined {
  if (!transport) return 'another service';
  if (!transports.includes(transport)) return `${transport} is not wanted here`;
  if (!/^[sa]$/i.test(record.flags)) return record.flags === '' ? 'not terminal' : 'flag not followed';
  // RFC 3263 4.1: the regular expression is empty; RFC 3403 4.1: it and the replacement exclude each other.
  if (record.regexp !== '') return 'regular expression';
  if (!isHostName(record.replacement)) return 'no usable name';
  return undefined;
}

/**
 * RFC 2782: by priority; among equals a draw by weight, those of weight 0 having a very small chance.
 * @param random uniform in [0, 1)
 */
export function orderSrv(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  const ordered: SrvRecord[] = [];
  const priorities = [...new Set(records.map(record => record.priority))].sort((x, y) => x - y);
  for (const priority of priorities) {
    // "arrange all SRV RRs ... in any order, except that all those with weight 0 are placed at the beginning"
    const waiting = records
      .filter(record => record.priority === priority)
      .sort((x, y) => x.weight - y.weight);
    let sum = waiting.reduce((total, record) => total + record.weight, 0);
    while (waiting.length > 0) {
      const drawn = Math.floor(random() * (sum + 1));
      let running = 0;
      const index = waiting.findIndex(record => {
        running += record.weight;
        return running >= drawn;
      });
      const [chosen] = waiting.splice(index, 1);
      sum -= chosen!.weight;
      ordered.push(chosen!);
    }
  }
  return ordered;
}

/** Takes from each list in turn, so that a family without a route costs one attempt, not all of them. */
export function interleave<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map(list => list.length));
  return Array.from({ length: longest }, (_, index) =>
    lists.flatMap(list => list.slice(index, index + 1)),
  ).flat();
}

/** Where the domain puts TLS first, what comes after it in clear is no place to fall back to. */
export function withoutDowngrade<T extends Pick<Target, 'transport'>>(targets: readonly T[]): T[] {
  const secure = targets.findIndex(target => target.transport === 'tls');
  return targets.filter((target, index) => secure < 0 || index < secure || target.transport === 'tls');
}

/** Names as they may stand in a zone for SIP; keeps the rest of what DNS can carry out of logs. */
export function isHostName(name: string): boolean {
  return /^(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/i.test(name);
}
