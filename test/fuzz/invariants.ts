// What holds for any bytes whatever: parsed without an exception, in time that grows no faster than they do,
// into a model that holds nothing to end a line with and that means the same once written and read again.

import assert from 'node:assert/strict';
import { formatAddress, parseAddress, tagOf } from '../../gateway/engine/message/address.ts';
import { createResponse } from '../../gateway/engine/message/compose.ts';
import { parseCSeq } from '../../gateway/engine/message/cseq.ts';
import { StreamFramer } from '../../gateway/engine/message/framer.ts';
import { CONTROL } from '../../gateway/engine/message/grammar.ts';
import { messageLimits } from '../../gateway/engine/message/limits.ts';
import type { SipMessage } from '../../gateway/engine/message/message.ts';
import { parseMessage } from '../../gateway/engine/message/parse.ts';
import { checkRequest, checkResponse } from '../../gateway/engine/message/sanity.ts';
import { serialize } from '../../gateway/engine/message/serialize.ts';
import { formatUri, parseUri } from '../../gateway/engine/message/uri.ts';
import { formatVia, parseVia } from '../../gateway/engine/message/via.ts';
import type { Random } from './random.ts';

/** For what we write: it has a Content-Length where a peer may have left it out. */
const wide = {
  ...messageLimits,
  messageBytes: 4 * messageLimits.messageBytes,
  headerFields: messageLimits.headerFields + 1,
};

/** @throws AssertionError, or whatever the parser threw. */
export function check(bytes: Buffer, random: Random): void {
  const message = parseMessage(bytes);
  if (message.kind === 'failure') {
    if (message.partial === undefined) return;
    checkModel(message.partial);
    const refusal = createResponse(message.partial, message.status, message.reason, 'tag');
    assert.equal(parseMessage(serialize(refusal), { limits: wide }).kind, 'response');
    return;
  }
  checkModel(message);
  checkGrammars(message);
  // A byte that is no UTF-8 becomes a character of three.
  const again = parseMessage(serialize(message), { limits: wide });
  if (again.kind === 'failure') assert.fail(`Refused once written: ${again.reason}`);
  assert.deepEqual(essence(again), essence(message));
  checkFraming(serialize(message), message, random);
  checkFraming(bytes, message, random);
}

/** Milliseconds that reading a message may take: a base for the clock's whims, and 0.5 us a byte. */
export function allowance(bytes: Buffer): number {
  return 3 + bytes.length * 0.0005;
}

/** The best of several readings, in milliseconds; the first that is within the allowance ends it. */
export function readingTime(bytes: Buffer): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 5 && best > allowance(bytes); run++) {
    const before = performance.now();
    const message = parseMessage(bytes);
    if (message.kind === 'request') checkRequest(message);
    if (message.kind === 'response') checkResponse(message);
    best = Math.min(best, performance.now() - before);
  }
  return best;
}

function checkModel(message: SipMessage): void {
  const start = message.kind === 'request' ? [message.method, message.uri] : [message.reason];
  for (const text of start) assert.ok(!CONTROL.test(text), 'A control character in the start line');
  for (const { name, value } of message.headers) {
    assert.ok(!CONTROL.test(name) && !CONTROL.test(value), `A control character in ${name}`);
  }
}

/** Every grammar is read from any value, and what was read is read again the same once written. */
function checkGrammars(message: SipMessage): void {
  if (message.kind === 'request') {
    checkRequest(message);
    checkUri(message.uri);
  } else checkResponse(message);
  for (const { value } of message.headers) {
    tagOf(value);
    parseCSeq(value);
    const via = parseVia(value);
    if (via !== undefined) assert.deepEqual(parseVia(formatVia(via)), via);
    const address = parseAddress(value);
    if (address === undefined) continue;
    assert.deepEqual(parseAddress(formatAddress(address)), address);
    checkUri(address.uri);
  }
}

function checkUri(text: string): void {
  const uri = parseUri(text);
  if (uri !== undefined) assert.deepEqual(parseUri(formatUri(uri)), uri);
}

function essence(message: SipMessage): unknown {
  const fields = [...message.headers].filter(({ name }) => name !== 'Content-Length');
  return { ...message, headers: fields.map(({ name, value }) => [name, value]) };
}

/**
 * However a stream is cut, the framer finds the same in it, and never another length than the parser: two
 * opinions on where a message ends are how one is smuggled inside another.
 */
function checkFraming(bytes: Buffer, message: SipMessage, random: Random): void {
  const whole = frame([bytes]);
  const cuts = Array.from({ length: 1 + random.below(6) }, () => random.below(bytes.length)).sort(
    (a, b) => a - b,
  );
  const pieces = [...cuts, bytes.length].map((cut, index) =>
    bytes.subarray(index === 0 ? 0 : cuts[index - 1], cut),
  );
  assert.deepEqual(frame(pieces), whole);
  const [first] = whole.messages;
  if (first === undefined) return;
  const framed = parseMessage(Buffer.from(first, 'latin1'));
  if (framed.kind === 'failure') assert.fail(`Refused once framed: ${framed.reason}`);
  const head = first.indexOf('\r\n\r\n') + 4;
  assert.equal(framed.body.length, first.length - head);
  assert.deepEqual(essence(framed), essence(message));
}

function frame(pieces: readonly Buffer[]): { messages: string[]; error: string | undefined } {
  const framer = new StreamFramer();
  const messages: Buffer[] = [];
  let error: string | undefined;
  for (const piece of pieces) {
    const framed = framer.push(Buffer.from(piece));
    messages.push(...framed.messages);
    error ??= framed.error;
  }
  return { messages: messages.map(message => message.toString('latin1')), error };
}
