import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import type { SipMessage } from '../../../../gateway/engine/message/message.ts';
import { parseMessage } from '../../../../gateway/engine/message/parse.ts';
import { serialize } from '../../../../gateway/engine/message/serialize.ts';
import { parseVia } from '../../../../gateway/engine/message/via.ts';
import { disguise, generate } from '../../../fuzz/generate.ts';
import { Random } from '../../../fuzz/random.ts';

// Two parsers of other projects, which have no types for these internal modules.
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

const MESSAGES = 2_000;

/** A failure names the seed, which reproduces the message: `generate(new Random(seed))`. */
function forEachMessage(check: (message: SipMessage, bytes: Buffer, random: Random) => void): void {
  for (let seed = 1; seed <= MESSAGES; seed++) {
    const random = new Random(seed);
    const message = generate(random);
    const bytes = serialize(message);
    try {
      check(message, bytes, random);
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

test(`${MESSAGES} messages have the same meaning folded, in compact forms and with blanks around colons`, () => {
  forEachMessage((message, bytes, random) => {
    const disguised = disguise(bytes, random);
    const back = parseMessage(disguised);
    if (back.kind === 'failure') assert.fail(`${back.reason}\n${disguised}`);
    assert.deepEqual(serialize(back).toString('latin1'), bytes.toString('latin1'));
    assert.deepEqual({ ...back, headers: 0 }, { ...message, headers: 0 });
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
    assert.equal(theirs.via_branch, parseVia(ours.get('Via')!)?.params.get('branch'));
    assert.deepEqual(theirs.getHeaders('record-route'), ours.all('Record-Route'));
    assert.deepEqual(theirs.getHeaders('contact'), ours.all('Contact'));
  });
});
