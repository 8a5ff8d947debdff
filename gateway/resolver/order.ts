// The orderings of RFC 3263 and RFC 2782, as pure functions: selection and order of NAPTR records, weighted choice
// among SRV records, interleaving of address families. Asks no questions.

import { isHostName, type NaptrRecord, naptrLine, type SrvRecord } from './records.ts';
import type { Transport } from './target.ts';

/** A service that a NAPTR record offers: an SRV name, a host, or further NAPTR records. */
export type Service = { readonly name: string; readonly because: string } & (
  | { readonly lookup: 'SRV' | 'address'; readonly transport: Transport }
  | { readonly lookup: 'NAPTR' }
);

export interface ChosenServices {
  readonly services: readonly Service[];
  /** All records, best first, then the ignored ones with the reason as a zone-file comment. */
  readonly lines: readonly string[];
}

const transportOfService = new Map<string, Transport>([
  ['SIP+D2U', 'udp'],
  ['SIP+D2T', 'tcp'],
  ['SIPS+D2T', 'tls'],
]);

/** SIP services that are known but not supported towards a PBX: RFC 7118 8.2 (for browsers), RFC 4168. */
const notSpoken = new Map([
  ['SIP+D2W', 'WebSocket is for browsers'],
  ['SIPS+D2W', 'WebSocket is for browsers'],
  ['SIP+D2S', 'SCTP is not supported'],
  ['SIPS+D2S', 'SCTP is not supported'],
]);

/**
 * Keeps the records whose service is one of `transports` and whose flag is supported, by order, then preference, then
 * our preference (the order of `transports`).
 * Deviation: RFC 3403 4.1 forbids using a higher order after a lower one matched. This code uses it, but only after the
 * earlier targets failed, which is what owners of such zones expect.
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
    if (reason) {
      ignored.push(`${naptrLine(record)} ; ignored: ${reason}`);
      continue;
    }
    lines.push(naptrLine(record));
    const name = record.replacement.toLowerCase();
    const because = `NAPTR ${record.order} ${record.preference}`;
    if (record.flags === '' || !transport) services.push({ lookup: 'NAPTR', name, because });
    else services.push({ lookup: isSrv(record) ? 'SRV' : 'address', transport, name, because });
  }
  return { services, lines: [...lines, ...ignored] };
}

// RFC 3263 4.1: a client MUST discard services that it does not know or cannot use; for a sips URI all except SIPS.
function reasonToIgnore(
  record: NaptrRecord,
  transport: Transport | undefined,
  transports: readonly Transport[],
): string | undefined {
  // RFC 3403 4.1: an empty flag leads to further records, which have their own services.
  const leadsOn = record.flags === '' && record.service === '';
  if (!transport && !leadsOn) return notSpoken.get(record.service.toUpperCase()) ?? 'another service';
  if (transport && !transports.includes(transport)) return `${transport} is not requested`;
  // RFC 3403 4.1, RFC 3404 4.3: "u" produces a URI and the meaning of "p" is open; RFC 3263 uses neither.
  if (/^u$/i.test(record.flags)) return 'leads to a URI';
  if (!/^[sa]?$/i.test(record.flags)) return 'unsupported flag';
  // RFC 3263 4.1: the regular expression is empty. RFC 3403 4.1: it excludes the replacement.
  if (record.regexp !== '') return 'regular expression';
  if (!isHostName(record.replacement)) return 'no usable name';
  return undefined;
}

function isSrv(record: NaptrRecord): boolean {
  return record.flags.toLowerCase() === 's';
}

/** The weight used for 0: "a very small chance of being selected" (RFC 2782). */
const nearlyNothing = 0.01;

/**
 * RFC 2782: by priority; among equal priorities a random choice by weight. The RFC's own arithmetic, an integer from 0
 * to the sum of weights, gives weights of 1 and 2 equal shares; this one gives one third and two thirds.
 * @param random uniform in [0, 1)
 */
export function orderSrv(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  const ordered: SrvRecord[] = [];
  const priorities = [...new Set(records.map(record => record.priority))].sort((x, y) => x - y);
  for (const priority of priorities) {
    const waiting = records
      .filter(record => record.priority === priority)
      .sort((x, y) => x.weight - y.weight);
    while (waiting.length > 0) {
      const sum = waiting.reduce((total, record) => total + chanceOf(record), 0);
      const drawn = random() * sum;
      let running = 0;
      const index = waiting.findIndex(record => {
        running += chanceOf(record);
        return running > drawn;
      });
      ordered.push(...waiting.splice(index, 1));
    }
  }
  return ordered;
}

function chanceOf({ weight }: SrvRecord): number {
  return weight > 0 ? weight : nearlyNothing;
}

/** Takes one item from each list in turn, so that a family without a route costs only one attempt. */
export function interleave<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map(list => list.length));
  return Array.from({ length: longest }, (_, index) =>
    lists.flatMap(list => list.slice(index, index + 1)),
  ).flat();
}
