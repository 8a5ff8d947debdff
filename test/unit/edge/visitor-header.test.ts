// The id of a visitor in the requests of its WebSocket: written once, and nowhere what the browser wrote.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VISITOR_HEADER } from '../../../gateway/auth/visitor.ts';
import { withVisitor } from '../../../gateway/edge/visitor-header.ts';
import { parseMessage } from '../../../gateway/engine/message/parse.ts';

const ID = 'AbCdEf012345';
const OURS = `${VISITOR_HEADER}: ${ID}\r\n`;
const written = (frame: string) => withVisitor(Buffer.from(frame, 'latin1'), ID).toString('latin1');

test('a request gets the header after its first line, and nothing else changes', () => {
  const rest = 'Via: SIP/2.0/WS a\r\nContent-Length: 4\r\n\r\n\x00\xff\r\n';
  assert.equal(written(`INVITE sip:a@b SIP/2.0\r\n${rest}`), `INVITE sip:a@b SIP/2.0\r\n${OURS}${rest}`);
});

test('empty lines before a request stay before it', () => {
  assert.equal(
    written('\r\n\r\nBYE a SIP/2.0\r\nA: b\r\n\r\n'),
    `\r\n\r\nBYE a SIP/2.0\r\n${OURS}A: b\r\n\r\n`,
  );
});

for (const frame of [
  '',
  '\r\n',
  '\r\n\r\n',
  'no line',
  'SIP/2.0 200 OK\r\nA: b\r\n\r\n',
  'sip/2.0 200 OK\r\n\r\n',
])
  test(`the frame ${JSON.stringify(frame)} stays as it is`, () => assert.equal(written(frame), frame));

const forged: Readonly<Record<string, string>> = {
  'the header': `${VISITOR_HEADER}: forged\r\n`,
  'the header in other letters': `${VISITOR_HEADER.toUpperCase()}:forged\r\n`,
  'blanks before the colon': `${VISITOR_HEADER} \t : forged\r\n`,
  'continuation lines': `${VISITOR_HEADER}:\r\n forged\r\n\tforged\r\n`,
  'two headers in a row': `${VISITOR_HEADER}: forged\r\n${VISITOR_HEADER}: forged\r\n`,
  'a line that ends with LF': `${VISITOR_HEADER}: forged\n`,
};

for (const [name, lines] of Object.entries(forged)) {
  test(`${name} of a browser is removed`, () => {
    const head = 'INVITE sip:a@b SIP/2.0\r\n';
    const body = `\r\n${VISITOR_HEADER}: in the body\r\n`;
    assert.equal(written(`${head}${lines}A: b\r\n${body}`), `${head}${OURS}A: b\r\n${body}`);
    assert.equal(written(`${head}A: b\r\n${lines}C: d\r\n${body}`), `${head}${OURS}A: b\r\nC: d\r\n${body}`);
    assert.equal(written(`${head}A: b\r\n c\r\n${lines}${body}`), `${head}${OURS}A: b\r\n c\r\n${body}`);
  });
}

test('names that only begin like the header stay', () => {
  const rest = `${VISITOR_HEADER}s: a\r\n${VISITOR_HEADER}\r\nX: ${VISITOR_HEADER}: b\r\n\r\n`;
  assert.equal(written(`BYE a SIP/2.0\r\n${rest}`), `BYE a SIP/2.0\r\n${OURS}${rest}`);
});

test('the parser of the engine finds exactly the written id, whatever form the forged header has', () => {
  for (const lines of Object.values(forged)) {
    const head = 'INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/WS a;branch=z9hG4bKx\r\n';
    const rest =
      'From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\n';
    const frame = Buffer.from(`${head}${lines}${rest}Content-Length: 0\r\n\r\n`);
    const message = parseMessage(withVisitor(frame, ID));
    assert.ok(message.kind === 'request');
    assert.deepEqual(message.headers.all(VISITOR_HEADER), [ID]);
  }
});
