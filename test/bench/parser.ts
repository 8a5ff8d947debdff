// How much SIP text one core reads and writes, compared with other parsers: the messages of a call, one by one.
// The parsers take turns of a few milliseconds, so that other load on the machine slows all of them equally.

import assert from 'node:assert/strict';
import type { SipMessage } from '../../gateway/engine/message/message.ts';
import { parseMessage } from '../../gateway/engine/message/parse.ts';
import { checkRequest, checkResponse } from '../../gateway/engine/message/sanity.ts';
import { serialize } from '../../gateway/engine/message/serialize.ts';
import { type Figure, percentile } from './figure.ts';
import { type MeasuredParser, otherParsers } from './other-parsers.ts';
import { messages } from './parser-messages.ts';

const ours: MeasuredParser<SipMessage> = {
  name: 'sip-call',
  read(bytes) {
    const message = parseMessage(bytes);
    if (message.kind === 'failure') throw new Error(message.reason);
    return message;
  },
  needed: message => ({
    start: message.kind === 'request' ? message.method : message.status,
    via: message.headers.get('Via')!,
    from: message.headers.get('From')!,
    to: message.headers.get('To')!,
    callId: message.headers.get('Call-ID')!,
    cseq: message.headers.get('CSeq')!,
    contact: message.headers.get('Contact')!,
    // The engine keeps bodies as bytes; the other parsers convert theirs to text.
    body: message.body.toString(),
  }),
  write: serialize,
};

const TURNS = 25;
/** The first turns compile the code and are not counted. */
const COUNTED = 20;
/** CPU microseconds. */
const TURN = 12_000;

const AIM = 3;

type Work = () => unknown;

export async function benchParser(): Promise<Figure[]> {
  const parsers: MeasuredParser[] = [ours, ...(await otherParsers())];
  for (const bytes of Object.values(messages)) for (const parser of parsers) compareNeeded(parser, bytes);
  return ['read', 'write'].flatMap(what =>
    Object.entries(messages).flatMap(([message, bytes]) => {
      const works = new Map(parsers.map(parser => [parser.name, workOf(parser, what, bytes)]));
      const extra: [string, Work][] =
        what === 'read' ? [['sip-call, sanity checked', () => checked(bytes)]] : [];
      return figures(`${what} ${message}`, takeTurns(new Map([...works, ...extra])));
    }),
  );
}

/** Asserts that all parsers find the same values before they are measured. */
function compareNeeded(parser: MeasuredParser, bytes: Buffer): void {
  const expected = ours.needed(ours.read(bytes));
  const { via, ...found } = parser.needed(parser.read(bytes));
  assert.ok(via.startsWith(expected.via), `${parser.name} has another Via`);
  assert.deepEqual({ ...found, via: expected.via }, expected, `${parser.name} has something else`);
}

function workOf(parser: MeasuredParser, what: string, bytes: Buffer): Work | undefined {
  if (what === 'read') return () => parser.needed(parser.read(bytes));
  if (parser.write === undefined) return undefined;
  const message = parser.read(bytes);
  return () => parser.write!(message);
}

/** The engine's checks of every message before the message is processed. */
function checked(bytes: Buffer): unknown {
  const message = ours.read(bytes);
  return message.kind === 'request' ? checkRequest(message) : checkResponse(message);
}

/** CPU microseconds per message in each counted turn. */
function takeTurns(works: ReadonlyMap<string, Work | undefined>): Map<string, number[]> {
  const taken = new Map<string, number[]>();
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [name, work] of works) {
      if (work === undefined) continue;
      const each = microseconds(work);
      if (turn >= TURNS - COUNTED) taken.set(name, [...(taken.get(name) ?? []), each]);
    }
  }
  return taken;
}

function microseconds(work: Work): number {
  const before = process.cpuUsage();
  let count = 0;
  let spent = 0;
  // The faster the work, the less often the clock is read.
  for (let batch = 1; spent < TURN; batch = Math.min(2 * batch, 256)) {
    for (let i = 0; i < batch; i++) work();
    count += batch;
    const { user, system } = process.cpuUsage(before);
    spent = user + system;
  }
  return spent / count;
}

function figures(what: string, taken: ReadonlyMap<string, readonly number[]>): Figure[] {
  const others = [...taken].filter(([name]) => !name.startsWith(ours.name));
  const [fastest, theirs] = others.reduce((a, b) => (percentile(a[1], 0.5) < percentile(b[1], 0.5) ? a : b));
  return [...taken].map(([name, turns]) => {
    const times = percentile(
      turns.map((ours, turn) => theirs[turn]! / ours),
      0.5,
    );
    return {
      name: `${what}: ${name}`,
      value: `${Math.round(1e6 / percentile(turns, 0.5)).toLocaleString('en')} per CPU-second`,
      ...(name === ours.name && { aim: `at least ${AIM} times ${fastest}'s (${times.toFixed(2)} times)` }),
    };
  });
}
