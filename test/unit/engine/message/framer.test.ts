import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StreamFramer } from '../../../../gateway/engine/message/framer.ts';
import { messageLimits } from '../../../../gateway/engine/message/limits.ts';
import { cpuTime } from './cpu-time.ts';

const message = (body: string, ...fields: string[]): Buffer =>
  Buffer.from(
    ['OPTIONS sip:a@b SIP/2.0', ...fields, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join(
      '\r\n',
    ),
  );
const first = message('body one: д', 'Subject: 1');
const second = message('', 'Subject: 2');
const third = message('\r\n\r\nlooks like\r\n\r\na ping', 'Subject: 3');

/** Everything that comes out when the bytes go in by chunks of `size`. */
function feed(bytes: Buffer, size: number): { messages: string[]; pings: number; error: string | undefined } {
  const framer = new StreamFramer();
  const messages: Buffer[] = [];
  let pings = 0;
  for (let at = 0; at < bytes.length; at += size) {
    const framed = framer.push(Buffer.from(bytes.subarray(at, at + size)));
    messages.push(...framed.messages);
    if (framed.pinged) pings++;
    if (framed.error !== undefined) return { messages: messages.map(String), pings, error: framed.error };
  }
  assert.equal(framer.partial, false);
  // Read only now: later chunks must not change a message.
  return { messages: messages.map(String), pings, error: undefined };
}

describe('cutting', () => {
  const stream = Buffer.concat([first, second, Buffer.from('\r\n\r\n'), third, Buffer.from('\r\n'), first]);
  for (const size of [1, 2, 3, 5, 7, 64, 100, stream.length]) {
    test(`messages are complete when they arrive in chunks of ${size} bytes`, () => {
      const { messages, pings, error } = feed(stream, size);
      assert.equal(error, undefined);
      assert.deepEqual(messages, [first, second, third, first].map(String));
      assert.equal(pings, 1);
    });
  }

  test('a stream split at any place gives the same messages', () => {
    for (let cut = 1; cut < stream.length; cut++) {
      const framer = new StreamFramer();
      const parts = [stream.subarray(0, cut), stream.subarray(cut)].flatMap(
        part => framer.push(part).messages,
      );
      assert.deepEqual(parts.map(String), [first, second, third, first].map(String));
    }
  });

  test('a message is partial from its first byte to its last', () => {
    const framer = new StreamFramer();
    assert.equal(framer.partial, false);
    framer.push(first.subarray(0, 1));
    assert.equal(framer.partial, true);
    framer.push(first.subarray(1));
    assert.equal(framer.partial, false);
  });

  for (const field of [
    'l: 3',
    'L : 3',
    'content-length:3',
    'CONTENT-LENGTH\t: \t3 ',
    'Content-Length:\r\n 3',
    'l: 003',
  ]) {
    test(`${JSON.stringify(field)} is parsed`, () => {
      const text = `OPTIONS sip:a@b SIP/2.0\r\nX: y\r\n${field}\r\nZ: l: 9\r\n\r\nabc`;
      assert.deepEqual(feed(Buffer.from(text), 4), { messages: [text], pings: 0, error: undefined });
    });
  }
});

describe('keep-alive', () => {
  const pings = (text: string, size: number) => feed(Buffer.from(text), size).pings;
  test('a double CRLF is a ping, a single one is not', () => {
    assert.equal(pings('\r\n\r\n', 4), 1);
    assert.equal(pings('\r\n', 2), 0);
  });
  test('a ping may arrive in pieces', () => {
    assert.equal(pings('\r\n\r\n', 1), 1);
    assert.equal(pings('\r\n\r\n\r\n\r\n', 1), 2);
  });
  test('a flood in one chunk is one ping', () => assert.equal(pings('\r\n'.repeat(30_000), 60_000), 1));
});

describe('a stream that cannot be parsed', () => {
  const head = (...fields: string[]) =>
    Buffer.from(['OPTIONS sip:a@b SIP/2.0', ...fields, '', ''].join('\r\n'));
  for (const [what, bytes, error] of [
    ['no Content-Length', head('Subject: x'), 'Missing Content-Length'],
    [
      'a folded line that only looks like Content-Length',
      head('X: y', ' Content-Length: 0'),
      'Missing Content-Length',
    ],
    ['a Content-Length with a vertical tab', head('Content-Length\x0b: 0'), 'Missing Content-Length'],
    ['a negative Content-Length', head('Content-Length: -1'), 'Bad Content-Length'],
    ['two Content-Lengths that differ', head('Content-Length: 1', 'l: 2'), 'Bad Content-Length'],
    ['a body over the limit', head(`l: ${messageLimits.messageBytes}`), 'Message too large'],
    [
      'a header section over the limit',
      Buffer.alloc(messageLimits.headerBytes + 1, 'a'),
      'Header section too large',
    ],
  ] as const) {
    test(`${what} is an error that stays`, () => {
      const framer = new StreamFramer();
      const { messages, error: found } = framer.push(bytes);
      assert.deepEqual([messages, found], [[], error]);
      assert.equal(framer.push(second).error, error);
      assert.deepEqual(framer.push(second).messages, []);
    });
  }

  test('messages before the error are delivered', () => {
    const framed = new StreamFramer().push(Buffer.concat([first, head('Subject: x')]));
    assert.deepEqual(
      [framed.messages.map(String), framed.error],
      [[String(first)], 'Missing Content-Length'],
    );
  });
});

test('a message of 60 kB in chunks of one byte takes less than 100 ms', () => {
  const bytes = message('x'.repeat(40_000), `Subject: ${'\r\n x'.repeat(5_000)}`);
  assert.equal(feed(bytes, 1).messages.length, 1);
  assert.ok(cpuTime(() => feed(bytes, 1)) < 100);
});
