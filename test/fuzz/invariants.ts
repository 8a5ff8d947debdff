// What must hold for any bytes: parsed without an exception, in linear time, into a model without line ends in its
// values, and with the same meaning after it is written and parsed again.

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

/** For messages that we wrote: they have a Content-Length, which the peer may have left out. */
const wide = {
  ...messageLimits,
  messageBytes: 4 * messageLimits.messageBytes,
  headerFields: messageLimits.headerFields + 1,
};

/** @throws AssertionError, or the exception of the parser. */
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
  // A byte that is not UTF-8 becomes a character of three bytes.
  const again = parseMessage(serialize(message), { limits: wide });
  if (again.kind === 'failure') assert.fail(`Refused once written: ${again.reason}`);
  assert.deepEqual(essence(again), essence(message));
  checkFraming(serialize(message), message, random);
  checkFraming(bytes, message, random);
}

/** Time limit for parsing a message, in milliseconds: a base for the inaccuracy of the clock, and 0.5 us per byte. */
export function allowance(bytes: Buffer): number {
  return 3 + bytes.length * 0.0005;
}

/** The best of several measurements, in milliseconds. The first one within the limit ends it. */
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

/** Every grammar parses any value. The result has the same meaning after it is written and parsed again. */
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
 * However a stream is split, the framer finds the same messages in it, and the same length as the parser: two different
 * lengths allow request smuggling.
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
