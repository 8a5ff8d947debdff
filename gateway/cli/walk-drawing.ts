// Formats a resolution as text of 80 columns: the DNS queries with their answers, and the servers in the order in which a
// call tries them. No input or output.

import { styleText } from 'node:util';
import type { ResolutionStep, Target } from '../resolver/target.ts';

export interface KnownTarget extends Target {
  /** Milliseconds from the start until this target and all before it were known. */
  readonly knownAfterMs: number;
}

export interface Walk {
  /** The argument of the command. */
  readonly address: string;
  /** In the order of preference. */
  readonly targets: readonly KnownTarget[];
  readonly trace: readonly ResolutionStep[];
  readonly error?: {
    readonly code: string;
    readonly message: string;
    /** The wrong record or query, and the correction. */
    readonly why?: string;
    readonly mend?: string | undefined;
  };
}

const columns = 80;

type Ink = (style: 'bold' | 'dim' | 'green' | 'red' | 'yellow', text: string) => string;

export function drawWalk(walk: Walk, colour: boolean): string {
  const ink: Ink = colour ? (style, text) => styleText(style, text) : (_style, text) => text;
  const lines = [ends(walk.address, times('sent at', 'took', 'ttl'), ink, 'bold'), ''];
  for (const step of walk.trace) lines.push(...drawStep(step, walk.trace, ink));
  if (walk.trace.length === 0) lines.push(ink('dim', 'No DNS query needed.'));
  lines.push('', ...(walk.error ? drawError(walk.error, ink) : drawTargets(walk, ink)));
  return lines.join('\n');
}

function drawError({ code, message, why, mend }: NonNullable<Walk['error']>, ink: Ink): string[] {
  const hint =
    code === 'forbidden-address' ? [ink('dim', 'Allow the network with --allow if this is intended.')] : [];
  return [ink('red', `${message}.`), ...[why, mend].filter(text => text !== undefined), ...hint];
}

function drawStep(step: ResolutionStep, trace: readonly ResolutionStep[], ink: Ink): string[] {
  const depth = depthOf(step, trace);
  const took = step.from === 'DNS' ? `${step.ms} ms` : step.from === 'cache' ? 'cached' : 'along';
  const ttl = step.ttlSeconds === undefined ? '' : `${step.ttlSeconds} s`;
  const title = `${'  '.repeat(depth)}${step.type} ${step.name}`;
  const inset = '  '.repeat(depth + 1);
  const lines = [ends(title, times(`${step.atMs} ms`, took, ttl), ink, 'bold')];
  const followed = step.records.filter(record => !record.includes(' ; ignored: '));
  for (const record of followed) lines.push(`${inset}${record}`);
  const why = orders[step.type];
  if (followed.length > 1 && why) lines.push(ink('dim', `${inset}in this order: ${why}`));
  for (const record of step.records) {
    if (!followed.includes(record)) lines.push(...drawIgnored(record, inset, ink));
  }
  if (step.failure !== undefined) {
    const old = step.records.length > 0 ? '; these are old records' : '';
    lines.push(ink(isAbsence(step) ? 'dim' : 'yellow', `${inset}${step.failure}${old}`));
  }
  return lines;
}

/** The rule that orders the records of an answer. */
const orders: Partial<Record<ResolutionStep['type'], string>> = {
  NAPTR: 'lowest order, then lowest preference',
  SRV: 'lowest priority; equal ones drawn by weight',
};

function drawIgnored(record: string, inset: string, ink: Ink): string[] {
  const [text = '', reason = ''] = record.split(' ; ignored: ');
  const line = `${inset}${text}   not used: ${reason}`;
  const lines = line.length <= columns ? [line] : [`${inset}${text}`, `${inset}  not used: ${reason}`];
  return lines.map(one => ink('dim', one));
}

function drawTargets({ targets, trace }: Walk, ink: Ink): string[] {
  const lines = [ink('bold', targets.length === 1 ? 'One server:' : 'Tried in this order:')];
  const places = targets.map(placeOf);
  const width = Math.max(...places.map(place => place.length));
  for (const [index, { hostname, address, transport, domain, because, knownAfterMs }] of targets.entries()) {
    const place = (places[index] ?? '').padEnd(width);
    const name = hostname === address ? '' : `  ${hostname}`;
    lines.push(ends(`  ${index + 1}  ${ink('green', place)}${name}`, `after ${knownAfterMs} ms`, ink));
    lines.push(ink('dim', `     ${because}`));
    if (transport === 'tls') lines.push(ink('dim', `     its certificate must name ${domain}`));
  }
  if (omitsPlain(trace, targets)) lines.push(ink('dim', '  After TLS, no server without TLS is tried.'));
  return lines;
}

function placeOf({ transport, address, port }: Target): string {
  return `${transport} ${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/** NAPTR is not indented, SRV by one level, hosts by one more. */
function depthOf({ type }: ResolutionStep, trace: readonly ResolutionStep[]): number {
  const levelOf = (other: ResolutionStep['type']) => (trace.some(step => step.type === other) ? 1 : 0);
  if (type === 'NAPTR') return 0;
  return type === 'SRV' ? levelOf('NAPTR') : levelOf('NAPTR') + levelOf('SRV');
}

function omitsPlain(trace: readonly ResolutionStep[], targets: readonly Target[]): boolean {
  const lastSecure = trace.findLastIndex(step => step.type === 'SRV' && step.name.startsWith('_sips.'));
  const plainFollows = trace.some(
    (step, index) => index > lastSecure && step.type === 'SRV' && step.records.length > 0,
  );
  return targets.at(-1)?.transport === 'tls' && lastSecure >= 0 && plainFollows;
}

function isAbsence({ failure }: ResolutionStep): boolean {
  return failure === 'no such name' || failure === 'no such record';
}

function times(at: string, took: string, ttl: string): string {
  return `${at.padStart(9)}${took.padStart(10)}${ttl.padStart(7)}`;
}

/** Text at the left and right end of a line. Escape codes of colours have no width. */
function ends(left: string, right: string, ink: Ink, style?: 'bold'): string {
  const length = left.replace(/\x1b\[\d+m/g, '').length;
  const gap = ' '.repeat(Math.max(2, columns - length - right.length));
  return `${style ? ink(style, left) : left}${gap}${ink('dim', right)}`;
}
