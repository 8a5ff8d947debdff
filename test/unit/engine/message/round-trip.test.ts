import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { createRequest } from '../../../../gateway/engine/message/compose.ts';
import { HeaderList } from '../../../../gateway/engine/message/headers.ts';
import type { SipMessage } from '../../../../gateway/engine/message/message.ts';
import { parseMessage } from '../../../../gateway/engine/message/parse.ts';
import { serialize } from '../../../../gateway/engine/message/serialize.ts';

// Two parsers written by others, neither with types for these inner modules.
const require = createRequire(import.meta.url);
const { parseSipMessage } = require('drachtio-srf/lib/sip-parser/parser') as {
  parseSipMessage(text: string, keepCase: boolean): DrachtioMessage | undefined;
};
interface DrachtioMessage {
  readonly method?: string;
  readonly uri?: string;
  readonly status?: number;
  readonly headers: Record<string, string>;
  readonly body?: string;
}
const jssip = require('jssip/lib/Parser') as {
  parseMessage(text: string, ua: unknown): JssipMessage | undefined;
};
interface JssipMessage {
  readonly method?: string;
  readonly status_code?: number;
  readonly call_id: string;
  readonly from_tag: string;
  readonly cseq: number;
  readonly via_branch: string;
  readonly body?: string;
  getHeaders(name: string): string[];
}

/** Mulberry32: the same messages on every run, and on the run that a failure names. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function generate(seed: number): SipMessage {
  const next = random(seed);
  const below = (limit: number) => Math.floor(next() * limit);
  const some = (alphabet: string, longest: number) =>
    Array.from({ length: 1 + below(longest) }, () => [...alphabet][below([...alphabet].length)]).join('');
  const token = () => some("abcXYZ019-.!%*_+`'~", 12);
  const word = () => some('abcXYZ019', 12);
  const display = () =>
    [`"${some('aZ9 ,;<>@ДЖ☎', 15)}" `, `"\\"${word()}\\\\" `, `${word()} `, ''][below(4)]!;
  const uri = () => `sip:${word()}@${word()}.example.com${['', ':5070', ';lr', ';transport=tcp'][below(4)]}`;
  const address = () =>
    `${display()}<${uri()}>${['', `;${word()}`, `;p${word()}="${some('a;,<>', 5)}"`][below(3)]}`;
  const method = ['INVITE', 'BYE', 'OPTIONS', 'MESSAGE', 'INFO'][below(5)]!;
  const fields: [string, string][] = [];
  for (let i = 0; i <= below(3); i++)
    fields.push(['Via', `SIP/2.0/UDP ${word()}.example.com:5060;branch=z9hG4bK${word()}`]);
  for (let i = 0; i < below(3); i++) fields.push(['Record-Route', `<${uri()}>`]);
  fields.push(['From', `${display()}<${uri()}>;tag=${word()}`], ['To', `${display()}<${uri()}>`]);
  fields.push(
    ['Call-ID', `${word()}@${word()}`],
    ['CSeq', `${below(2 ** 31)} ${method}`],
    ['Max-Forwards', '70'],
  );
  for (let i = 0; i < below(3); i++) fields.push(['Contact', address()]);
  for (let i = 0; i < below(4); i++) fields.push(['Allow', token()]);
  for (let i = 0; i < below(4); i++) fields.push([`X-${word()}`, some('aZ9 ,;:<>@"ДЖ☎()', 30).trim()]);
  const body = below(2) === 0 ? '' : some('aZ9\r\n ДЖ☎:', 60);
  fields.push(['Content-Type', 'text/plain']);
  if (below(3) > 0) return createRequest(method, uri(), fields, Buffer.from(body));
  const status = 100 + below(600);
  return {
    kind: 'response',
    status,
    reason: some('aZ9 ДЖ', 12).trim(),
    headers: new HeaderList(fields),
    body: Buffer.from(body),
  };
}

const MESSAGES = 2_000;

function forEachMessage(check: (message: SipMessage, bytes: Buffer) => void): void {
  for (let seed = 1; seed <= MESSAGES; seed++) {
    const message = generate(seed);
    const bytes = serialize(message);
    try {
      check(message, bytes);
    } catch (error) {
      throw new Error(`Seed ${seed}:\n${bytes}`, { cause: error });
    }
  }
}

const fieldsOf = (message: SipMessage) =>
  [...message.headers]
    .filter(({ name }) => name !== 'Content-Length')
    .map(({ name, value }) => [name, value]);

test(`${MESSAGES} generated messages read back as they were written`, () => {
  forEachMessage((message, bytes) => {
    const back = parseMessage(bytes);
    if (back.kind === 'failure') assert.fail(back.reason);
    assert.deepEqual(fieldsOf(back), fieldsOf(message));
    assert.deepEqual({ ...back, headers: 0 }, { ...message, headers: 0 });
    assert.deepEqual(serialize(back), bytes);
  });
});

test(`drachtio-srf's parser reads the same in ${MESSAGES} messages of ours`, () => {
  forEachMessage((message, bytes) => {
    const theirs = parseSipMessage(bytes.toString(), true);
    assert.ok(theirs);
    if (message.kind === 'request')
      assert.deepEqual([theirs.method, theirs.uri], [message.method, message.uri]);
    else assert.equal(theirs.status, message.status);
    const byName = new Map<string, string[]>();
    for (const [name, value] of fieldsOf(message)) {
      const key = name!.toLowerCase();
      byName.set(key, [...(byName.get(key) ?? []), value!]);
    }
    const headers = new Map(
      Object.entries(theirs.headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    assert.equal(headers.size, byName.size + 1);
    for (const [name, values] of byName) {
      assert.equal(
        headers.get(name)?.replace(/\s*,\s*/g, ','),
        values.join(',').replace(/\s*,\s*/g, ','),
        name,
      );
    }
  });
});

test(`JsSIP's parser reads the same in ${MESSAGES} messages of ours`, () => {
  forEachMessage((message, bytes) => {
    const theirs = jssip.parseMessage(bytes.toString(), {});
    assert.ok(theirs);
    const ours = message.headers;
    if (message.kind === 'request') assert.equal(theirs.method, message.method);
    else assert.equal(theirs.status_code, message.status);
    assert.equal(theirs.call_id, ours.get('Call-ID'));
    assert.equal(`${theirs.cseq} ${theirs.method ?? ours.get('CSeq')?.split(' ')[1]}`, ours.get('CSeq'));
    assert.equal(theirs.from_tag, ours.get('From')?.split(';tag=').at(-1));
    assert.equal(theirs.via_branch, ours.get('Via')?.split('branch=')[1]);
    assert.deepEqual(theirs.getHeaders('record-route'), ours.all('Record-Route'));
    assert.deepEqual(theirs.getHeaders('contact'), ours.all('Contact'));
  });
});
