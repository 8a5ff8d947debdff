import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { messageLimits } from '../../../../gateway/engine/message/limits.ts';
import type { ParseFailure, SipMessage } from '../../../../gateway/engine/message/message.ts';
import { parseMessage } from '../../../../gateway/engine/message/parse.ts';
import { cpuTime } from './cpu-time.ts';

const FIELDS = [
  'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
  'From: <sip:a@example.com>;tag=1',
  'To: <sip:b@example.com>',
  'Call-ID: 1@example.com',
  'CSeq: 1 OPTIONS',
];

function options(...more: string[]): Buffer {
  return Buffer.from(['OPTIONS sip:b@example.com SIP/2.0', ...FIELDS, ...more, '', ''].join('\r\n'));
}

function parsed(bytes: Buffer): SipMessage {
  const message = parseMessage(bytes);
  if (message.kind === 'failure') assert.fail(message.reason);
  return message;
}

function refused(bytes: Buffer): ParseFailure {
  const message = parseMessage(bytes);
  if (message.kind !== 'failure') assert.fail('The message was accepted');
  return message;
}

describe('header fields', () => {
  test('compact forms get their long names', () => {
    const compact =
      'i: 1\r\nm: <sip:a@b>\r\ne: gzip\r\nl: 0\r\nc: text/plain\r\nf: <sip:a@b>;tag=1\r\ns: hi\r\nk: timer\r\nt: <sip:b@b>\r\nv: SIP/2.0/UDP h\r\no: x\r\nr: <sip:c@b>\r\nu: x\r\nx: 90\r\nb: <sip:d@b>';
    const message = parsed(Buffer.from(`OPTIONS sip:b@b SIP/2.0\r\n${compact}\r\n\r\n`));
    assert.deepEqual(
      [...message.headers].map(({ name }) => name),
      [
        'Call-ID',
        'Contact',
        'Content-Encoding',
        'Content-Length',
        'Content-Type',
        'From',
        'Subject',
        'Supported',
        'To',
        'Via',
        'Event',
        'Refer-To',
        'Allow-Events',
        'Session-Expires',
        'Referred-By',
      ],
    );
  });

  test('lists are split at commas outside quotes and angle brackets', () => {
    const message = parsed(
      options(
        'Contact: "a, \\"b, c" <sip:a@example.com;x=1,2>;q=0.5, <sip:b,c@example.com> , sip:d@example.com',
      ),
    );
    assert.deepEqual(message.headers.all('contact'), [
      '"a, \\"b, c" <sip:a@example.com;x=1,2>;q=0.5',
      '<sip:b,c@example.com>',
      'sip:d@example.com',
    ]);
  });

  test('the topmost Via is first, whether joined or on separate lines', () => {
    const message = parsed(options('v: SIP/2.0/TCP b, SIP/2.0/TCP c', 'Via: SIP/2.0/TCP d'));
    assert.deepEqual(
      message.headers.all('Via').map(via => via.slice(8, 13)),
      ['UDP 1', 'TCP b', 'TCP c', 'TCP d'],
    );
  });

  test('commas in credentials and dates split nothing', () => {
    const credentials = 'Digest realm="a,b", nonce="1", qop="auth,auth-int"';
    const message = parsed(
      options(`WWW-Authenticate: ${credentials}`, 'Date: Sat, 13 Nov 2010 23:29:00 GMT'),
    );
    assert.deepEqual(message.headers.all('www-authenticate'), [credentials]);
    assert.equal(message.headers.get('date'), 'Sat, 13 Nov 2010 23:29:00 GMT');
  });

  test('an empty element is refused in a list of addresses and ignored in a list of tokens', () => {
    assert.equal(refused(options('Route: <sip:a@b>,,<sip:c@d>')).reason, 'Bad Route');
    assert.deepEqual(parsed(options('Allow: INVITE,, ACK,')).headers.all('Allow'), ['INVITE', 'ACK']);
  });

  test('folded lines become one line, with one space for each fold', () => {
    const message = parsed(options('Subject: I know you are there,\r\n  pick up\t \r\n\tthe phone\r\n '));
    assert.equal(message.headers.get('subject'), 'I know you are there, pick up the phone');
  });

  test('a backslash before a fold does not quote', () => {
    assert.equal(parsed(options('Subject: "a\\\r\n b"')).headers.get('Subject'), '"a\\ b"');
  });

  test('other Unicode blanks are text, at the end of a folded line and in a list too', () => {
    const { headers } = parsed(options('Subject: a\u00a0\r\n \ufeffb', 'X-A: \u2003x', 'Allow: A\u00a0, B'));
    assert.equal(headers.get('Subject'), 'a\u00a0 \ufeffb');
    assert.equal(headers.get('X-A'), '\u2003x');
    assert.deepEqual(headers.all('Allow'), ['A\u00a0', 'B']);
  });

  test('a space or tab before the colon is allowed', () => {
    assert.equal(parsed(options('Subject \t : x')).headers.get('Subject'), 'x');
  });

  for (const [what, line] of Object.entries({
    'a vertical tab before the colon': 'X-A\x0b: x',
    'a space inside a name': 'X A: x',
    'no colon': 'X-A',
    'no name': ': x',
    'a non-breaking space before the colon': 'X-A\u00a0: x',
  })) {
    test(`a line with ${what} is refused`, () => {
      const failure = refused(options(line));
      assert.equal(failure.status, 400);
      assert.equal(failure.partial?.method, 'OPTIONS');
    });
  }

  for (const code of [0x00, 0x01, 0x07, 0x0a, 0x0b, 0x0d, 0x1b, 0x7f]) {
    const character = String.fromCharCode(code);
    const refusal = (value: string) => refused(options(`Subject: ${value}`)).reason;
    test(`control character ${code} in a value is refused`, () => {
      assert.equal(refusal(`a${character}b`), 'Control Character In Header');
      assert.equal(refusal(`a\\${character}b`), 'Control Character In Header');
      assert.equal(refusal(`"a${character}b"`), 'Control Character In Header');
      assert.equal(refusal(`"a\\\\${character}b"`), 'Control Character In Header');
      assert.equal(refusal(`"a" \\${character}b`), 'Control Character In Header');
    });
    if (code === 0x0a || code === 0x0d) {
      test(`control character ${code} is refused after a backslash in quotes too`, () => {
        assert.equal(refusal(`"a\\${character}b"`), 'Control Character In Header');
      });
    } else {
      test(`control character ${code} after a backslash in quotes is read, and replaced`, () => {
        const { headers } = parsed(options(`Subject: "a\\${character}b\\"" \t c`));
        assert.equal(headers.get('Subject'), '"a\ufffdb\\"" \t c');
      });
    }
  }

  test('UTF-8 is kept, and other bytes neither crash nor shift the rest', () => {
    assert.equal(parsed(options('Subject: Директор ☎')).headers.get('Subject'), 'Директор ☎');
    const latin = Buffer.concat([
      Buffer.from(`OPTIONS sip:b@b SIP/2.0\r\nSubject: `),
      Buffer.from([0xc4, 0xe8, 0xf0]),
      Buffer.from('\r\nCall-ID: 1\r\n\r\n'),
    ]);
    assert.equal(parsed(latin).headers.get('Call-ID'), '1');
  });
});

describe('single fields', () => {
  for (const line of ['Call-ID: 2', 'i: 2', 'CSeq: 1 OPTIONS', 'From: <sip:x@y>;tag=2', 't: <sip:x@y>']) {
    test(`a second ${line.split(':')[0]} is refused`, () => {
      assert.match(refused(options(line)).reason, /^Multiple /);
    });
  }

  test('equal Content-Lengths count once, different ones are refused', () => {
    assert.deepEqual(parsed(options('Content-Length: 0', 'l: 0')).headers.all('Content-Length'), ['0']);
    assert.equal(refused(options('Content-Length: 0', 'l: 1')).reason, 'Conflicting Content-Length');
  });
});

describe('the body', () => {
  const withBody = (length: string, body: string): Buffer =>
    Buffer.concat([options(`Content-Length: ${length}`), Buffer.from(body)]);

  test('bytes beyond Content-Length are discarded', () => {
    assert.equal(parsed(withBody('3', 'abcdef')).body.toString(), 'abc');
  });

  test('a Content-Length larger than the datagram is refused, and can be answered', () => {
    const failure = refused(withBody('7', 'abcdef'));
    assert.equal(failure.reason, 'Bad Content-Length');
    assert.equal(failure.partial?.headers.get('Call-ID'), '1@example.com');
  });

  for (const length of ['-1', '', '1 2', '0x3', '+3', '99999999999999999999', '3;x']) {
    test(`Content-Length "${length}" is refused`, () => {
      assert.equal(refused(withBody(length, 'abc')).reason, 'Bad Content-Length');
    });
  }

  test('without Content-Length the body is the rest of the datagram', () => {
    assert.equal(parsed(Buffer.concat([options(), Buffer.from('abc')])).body.toString(), 'abc');
  });

  test('the bytes of a body are not changed', () => {
    const body = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    assert.deepEqual(parsed(Buffer.concat([options('l: 256'), body])).body, body);
  });

  test('a body that begins with a space is not a fold', () => {
    assert.equal(parsed(withBody('2', ' x')).body.toString(), ' x');
  });

  test('on request the declared length is ignored', () => {
    const message = parseMessage(withBody('1', 'é😀'), { ignoreContentLength: true });
    assert.equal(message.kind !== 'failure' && message.body.toString(), 'é😀');
  });
});

describe('the whole', () => {
  test('blank lines before the start line are skipped', () => {
    assert.equal(parsed(Buffer.concat([Buffer.from('\r\n\r\n'), options()])).kind, 'request');
  });

  test('a request without its blank line is refused, and can be answered', () => {
    const bytes = options();
    const failure = refused(bytes.subarray(0, bytes.length - 2));
    assert.equal(failure.reason, 'Missing Blank Line');
    assert.ok(failure.partial);
  });

  test('an ACK is never answered, however malformed', () => {
    const bytes = Buffer.from(options('Broken').toString().replaceAll('OPTIONS', 'ACK'));
    assert.equal(refused(bytes).partial, undefined);
  });

  test('more than 64 KiB is refused without parsing', () => {
    const failure = refused(Buffer.alloc(messageLimits.messageBytes + 1, 'a'));
    assert.deepEqual([failure.status, failure.partial], [513, undefined]);
  });

  test('more than 256 header fields are refused, commas counted', () => {
    assert.equal(refused(options(`Allow: ${'A,'.repeat(300)}B`)).reason, 'Too Many Headers');
    assert.equal(refused(options(...new Array<string>(300).fill('X-A: y'))).reason, 'Too Many Headers');
  });

  test('every truncation and every single changed byte of a message is parsed without an exception', () => {
    const bytes = options('Contact: "a" <sip:a@b>;q=1', 'Subject: x\r\n y', 'Content-Length: 0');
    for (let i = 0; i <= bytes.length; i++) {
      parseMessage(bytes.subarray(0, i));
      for (const value of [0x00, 0x0a, 0x0d, 0x20, 0x22, 0x2c, 0x3a, 0x3c, 0xff]) {
        const changed = Buffer.from(bytes);
        changed[i] = value;
        parseMessage(changed);
      }
    }
  });

  for (const [what, filler] of Object.entries({
    semicolons: `Contact: <sip:a@b>${';'.repeat(60_000)}`,
    commas: `Via: ${','.repeat(60_000)}`,
    quotes: `Contact: ${'"'.repeat(60_000)}`,
    'open brackets': `Contact: ${'<'.repeat(60_000)}`,
    folds: `Subject: ${'\r\n '.repeat(20_000)}`,
    'spaces before the colon': `Subject${' '.repeat(60_000)}: x`,
    'empty header lines': 'a:\r\n'.repeat(15_000).trimEnd(),
  })) {
    test(`60 kB of ${what} take less than 20 ms`, () => {
      const bytes = options(filler);
      assert.ok(cpuTime(() => parseMessage(bytes)) < 20);
    });
  }
});
