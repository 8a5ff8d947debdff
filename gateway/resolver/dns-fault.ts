// Finds the DNS fault of a domain that has no usable server, in the trace of questions: the question or record at
// fault, so that the owner can be shown the line to change. Asks no questions itself.

import { timedOut } from './records.ts';
import type { ResolutionStep } from './target.ts';

export type DnsFault =
  /** All addresses found are outside the allowed networks. */
  | { readonly kind: 'not-allowed'; readonly address: string; readonly host: string }
  /** The target of a record lacks its final dot: the name server has appended the name of the zone. */
  | {
      readonly kind: 'without-dot';
      readonly type: 'NAPTR' | 'SRV' | 'CNAME';
      readonly owner: string;
      /** The data before and after the target, as in a zone file; empty for a CNAME. */
      readonly before: string;
      /** The name in DNS, and the intended name. */
      readonly target: string;
      readonly intended: string;
    }
  /** An SRV record points at a name without an address. `intended`: the name if a dot is missing. */
  | {
      readonly kind: 'target-missing';
      readonly owner: string;
      readonly record: string;
      readonly target: string;
      readonly intended: string | undefined;
    }
  /** SRV `.`: the domain states that it does not offer the service (RFC 2782). */
  | { readonly kind: 'not-offered'; readonly owner: string }
  /** Unusable records. */
  | { readonly kind: 'unusable'; readonly owner: string; readonly record: string }
  | { readonly kind: 'no-such-domain' | 'no-record'; readonly domain: string }
  /** A question without a proper answer from DNS. */
  | {
      readonly kind: 'refused' | 'failed' | 'timeout' | 'unreachable' | 'alias-loop' | 'bad-answer';
      readonly type: string;
      readonly name: string;
      readonly failure: string;
    };

/** `refused`: addresses that the address fence refused. */
export function dnsFault(
  trace: readonly ResolutionStep[],
  domain: string,
  refused: readonly { readonly address: string; readonly host: string }[],
): DnsFault {
  const [dropped] = refused;
  if (dropped) return { kind: 'not-allowed', ...dropped };
  return recordFault(trace) ?? questionFault(trace) ?? absence(trace, domain);
}

/**
 * The intended name, if a name server has appended its zone to `name`: then the name ends with the zone twice. The zone
 * of the record is one of the names above `owner`.
 */
export function missingDot(name: string, owner: string): string | undefined {
  const labels = owner.split('.');
  for (let at = 0; at < labels.length; at++) {
    const zone = labels.slice(at).join('.');
    if (`.${name}`.endsWith(`.${zone}.${zone}`)) return name.slice(0, -zone.length - 1);
  }
  return undefined;
}

/** A record that does not lead to an address. */
function recordFault(trace: readonly ResolutionStep[]): DnsFault | undefined {
  let ignored: DnsFault | undefined;
  for (const { name: owner, alias: target = '' } of trace) {
    const intended = missingDot(target, owner);
    if (intended) return { kind: 'without-dot', type: 'CNAME', owner, before: '', target, intended };
  }
  for (const step of trace) {
    if (step.type !== 'SRV' && step.type !== 'NAPTR') continue;
    for (const line of step.records) {
      const [record = '', why] = line.split(' ; ignored: ');
      if (why === undefined) {
        const fault = targetFault(step, record, trace);
        if (fault) return fault;
      } else if (step.type === 'SRV') {
        const { name: owner } = step;
        ignored ??=
          why === 'not offered here' ? { kind: 'not-offered', owner } : { kind: 'unusable', owner, record };
      }
    }
  }
  return ignored;
}

/** `record`: as in a zone file, the target last and with its dot. */
function targetFault(
  { type, name: owner }: ResolutionStep,
  record: string,
  trace: readonly ResolutionStep[],
): DnsFault | undefined {
  const space = record.lastIndexOf(' ') + 1;
  const before = record.slice(0, space);
  const target = record.slice(space, -1).toLowerCase();
  const steps = trace.filter(step => step.name === target);
  const absent = steps.length > 0 && steps.every(isAbsence);
  if (!absent || (type !== 'SRV' && type !== 'NAPTR')) return undefined;
  const intended = missingDot(target, owner);
  if (intended) return { kind: 'without-dot', type, owner, before, target, intended };
  if (type === 'NAPTR') return undefined;
  return { kind: 'target-missing', owner, record, target, intended: withoutAppendedZone(target, owner) };
}

/** The target without the zone that may have been appended, if the rest could be a name or an address. */
function withoutAppendedZone(target: string, owner: string): string | undefined {
  const zone = owner.split('.').slice(2).join('.');
  const rest = target.endsWith(`.${zone}`) ? target.slice(0, -zone.length - 1) : '';
  return rest.includes('.') ? rest : undefined;
}

function questionFault(trace: readonly ResolutionStep[]): DnsFault | undefined {
  const step = trace.find(
    ({ failure, records }) => failure && records.length === 0 && !absences.has(failure),
  );
  if (!step?.failure) return undefined;
  const { type, name, failure } = step;
  return {
    kind: kinds.get(failure) ?? (/^[A-Z]+$/.test(failure) ? 'unreachable' : 'bad-answer'),
    type,
    name,
    failure,
  };
}

function absence(trace: readonly ResolutionStep[], domain: string): DnsFault {
  const own = trace.filter(step => step.name === domain && step.type.startsWith('A'));
  const exists = own.length === 0 || own.some(step => step.failure !== 'no such name');
  return { kind: exists ? 'no-record' : 'no-such-domain', domain };
}

function isAbsence({ failure = '' }: ResolutionStep): boolean {
  return absences.has(failure);
}

const absences: ReadonlySet<string> = new Set(['no such name', 'no such record']);

/** Failure kinds by their text in the trace. Operating system codes consist of capitals only. */
const kinds: ReadonlyMap<string, Extract<DnsFault, { failure: string }>['kind']> = new Map([
  ['SERVFAIL', 'failed'],
  ['REFUSED', 'refused'],
  ['FORMERR', 'bad-answer'],
  ['NOTIMP', 'bad-answer'],
  [timedOut, 'timeout'],
  ['aliases in a loop', 'alias-loop'],
  ['DNS server refused the connection', 'unreachable'],
  ['no DNS server is known', 'unreachable'],
] as const);
