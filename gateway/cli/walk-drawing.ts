// A resolution on paper: the questions in the order in which a person would follow them, what came of each,
// and the servers in the order in which a call would try them. 80 columns; pure text in, text out.

import { styleText } from 'node:util';
import type { ResolutionStep, Target } from '../resolver/target.ts';

export interface KnownTarget extends Target {
  /** When it and all better ones were known, in milliseconds from the start. */
  readonly knownAfterMs: number;
}

export interface Walk {
  /** As it was asked for. */
  readonly address: string;
  /** Best first. */
  readonly targets: readonly KnownTarget[];
  readonly trace: readonly ResolutionStep[];
  readonly error?: {
    readonly code: string;
    readonly message: string;
    /** Which record or question is at fault, and what mends it. */
    readonly why?: string;
    readonly mend?: string | undefined;
  };
}

const columns = 80;

type Ink = (style: 'bold' | 'dim' | 'green' | 'red' | 'yellow', text: string) => string;

export function drawWalk(walk: Walk, colour: boolean): string {
  const ink: Ink = colour ? (style, text) => styleText(style, text) : (_style, text) => text;
  const lines = [ends(walk.address, times('asked at', 'took', 'ttl'), ink, 'bold'), ''];
  for (const step of walk.trace) lines.push(...drawStep(step, walk.trace, ink));
  if (walk.trace.length === 0) lines.push(ink('dim', 'Nothing to ask DNS for.'));
  lines.push('', ...(walk.error ? drawError(walk.error, ink) : drawTargets(walk, ink)));
  return lines.join('\n');
}

function drawError({ code, message, why, mend }: NonNullable<Walk['error']>, ink: Ink): string[] {
  const hint = code === 'forbidden-address' ? [ink('dim', 'Open a network that is meant with --allow.')] : [];
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

/** Why the records of an answer stand in the order they do. */
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
    if (transport === 'tls') lines.push(ink('dim', `     its certificate must bear ${domain}`));
  }
  if (keepsOffClear(trace, targets)) lines.push(ink('dim', '  After TLS nothing is tried in clear.'));
  return lines;
}

function placeOf({ transport, address, port }: Target): string {
  return `${transport} ${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/** NAPTR at the margin, SRV under it, hosts under these: the way one leads to the other. */
function depthOf({ type }: ResolutionStep, trace: readonly ResolutionStep[]): number {
  const above = (other: ResolutionStep['type']) => (trace.some(step => step.type === other) ? 1 : 0);
  if (type === 'NAPTR') return 0;
  return type === 'SRV' ? above('NAPTR') : above('NAPTR') + above('SRV');
}

function keepsOffClear(trace: readonly ResolutionStep[], targets: readonly Target[]): boolean {
  const lastSecure = trace.findLastIndex(step => step.type === 'SRV' && step.name.startsWith('_sips.'));
  const clearFollows = trace.some(
    (step, index) => index > lastSecure && step.type === 'SRV' && step.records.length > 0,
  );
  return targets.at(-1)?.transport === 'tls' && lastSecure >= 0 && clearFollows;
}

function isAbsence({ failure }: ResolutionStep): boolean {
  return failure === 'no such name' || failure === 'no such record';
}

function times(at: string, took: string, ttl: string): string {
  return `${at.padStart(9)}${took.padStart(10)}${ttl.padStart(7)}`;
}

/** Both ends of a line, the right one as far right as it goes. Colours take no room. */
function ends(left: string, right: string, ink: Ink, style?: 'bold'): string {
  const length = left.replace(/\x1b\[\d+m/g, '').length;
  const gap = ' '.repeat(Math.max(2, columns - length - right.length));
  return `${style ? ink(style, left) : left}${gap}${ink('dim', right)}`;
}
