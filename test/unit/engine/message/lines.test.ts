import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { headerAt, headerNamed } from '../../../../gateway/engine/message/header-names.ts';
import { Lines } from '../../../../gateway/engine/message/lines.ts';
import { parseMessage } from '../../../../gateway/engine/message/parse.ts';

function firstLine(bytes: Buffer): Lines {
  const lines = new Lines(bytes);
  assert.ok(lines.next(true));
  return lines;
}

test('each byte of a line counts', () => {
  for (let byte = 0; byte < 256; byte++) {
    const isPlain = (byte >= 0x20 && byte < 0x7f) || byte === 0x09;
    // At each of the four positions that are checked together, with any neighbour.
    for (const neighbour of [0x20, 0x7e, 0x41])
      for (let at = 0; at < 9; at++) {
        const bytes = Buffer.alloc(11, neighbour);
        bytes[at] = byte;
        bytes.write('\r\n', 9);
        const { end, isAscii, isClean, isFolded } = firstLine(bytes);
        assert.deepEqual(
          { end, isAscii, isClean, isFolded },
          { end: 9, isAscii: byte < 0x80, isClean: isPlain || byte >= 0x80, isFolded: false },
          `byte ${byte} at ${at}`,
        );
      }
  }
});

test('a line ends at its CRLF, not at that of a fold', () => {
  const lines = new Lines(Buffer.from('one\r\n two\r\n\tthree\r\nfour\r\n'));
  assert.ok(lines.next(true));
  assert.deepEqual([lines.text(0, lines.end), lines.isFolded], ['one\r\n two\r\n\tthree', true]);
  const from = lines.at;
  assert.ok(lines.next(true));
  assert.deepEqual([lines.text(from, lines.end), lines.isFolded], ['four', false]);
  assert.equal(lines.next(true), false);
});

test('a line is the same at any position of a long message', () => {
  for (let before = 990; before < 1060; before++) {
    const bytes = Buffer.from(`${'x'.repeat(before)}\r\nSubject: grüße\r\nCall-ID: 1@example.com\r\n`);
    const lines = firstLine(bytes);
    for (const expected of ['Subject: grüße', 'Call-ID: 1@example.com']) {
      const from = lines.at;
      assert.ok(lines.next(true));
      assert.equal(lines.text(from, lines.end), expected);
    }
  }
});

test('a name is found in bytes like in text', () => {
  const names = [
    'Via',
    'v',
    'CALL-ID',
    'call-id',
    'cSeQ',
    'Max-Forwards',
    'Record-Route',
    'www-Authenticate',
  ];
  const strangers = ['', 'X-Via', 'Vix', 'z', 'Max\rForwards', 'Call\x0dID', '\x16ia', 'a'.repeat(40), 'Ï'];
  for (const name of [...names, ...strangers]) {
    const bytes = Buffer.from(`<${name}>`, 'latin1');
    assert.equal(headerAt(bytes, 1, bytes.length - 1), headerNamed(name), JSON.stringify(name));
  }
  assert.equal(headerAt(Buffer.from('Via'), 0, 3)?.name, 'Via');
});

test('a stored Call-ID keeps less than 4 kB of its message', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const long = `Subject: ${'x'.repeat(60_000)}`;
  const kept: unknown[] = [];
  const keep = () => {
    const bytes = Buffer.from(`OPTIONS sip:b SIP/2.0\r\nCall-ID: a-rather-long-one@b\r\n${long}\r\n\r\n`);
    const message = parseMessage(bytes);
    if (message.kind === 'failure') assert.fail(message.reason);
    assert.notEqual(message.body.buffer, bytes.buffer, 'a body of no bytes keeps those of the message');
    kept.push(message.headers.get('Call-ID'));
  };
  keep();
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 300; i++) keep();
  collect();
  const each = (process.memoryUsage().heapUsed - before) / 300;
  assert.equal(kept.length, 301);
  assert.ok(each < 4_000, `${each} bytes`);
});
