import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMessage } from '../../../../gateway/engine/message/parse.ts';
import { checkRequest, checkResponse } from '../../../../gateway/engine/message/sanity.ts';
import { serialize } from '../../../../gateway/engine/message/serialize.ts';
import { type TortureMessage, tortureMessages } from './torture-messages.ts';

function bytesOf(message: TortureMessage): Buffer {
  return Buffer.concat([
    Buffer.from(`${message.head.join('\r\n')}\r\n\r\n`),
    Buffer.isBuffer(message.body) ? message.body : Buffer.from(message.body ?? ''),
  ]);
}

function judge(bytes: Buffer): TortureMessage['verdict'] {
  const message = parseMessage(bytes);
  if (message.kind === 'failure') return message.partial === undefined ? 'dropped' : message.status;
  if (message.kind === 'response') return checkResponse(message) === undefined ? 'accepted' : 'dropped';
  return checkRequest(message)?.status ?? 'accepted';
}

for (const message of tortureMessages) {
  test(`RFC 4475 ${message.name}: ${message.verdict}`, () => {
    assert.equal(judge(bytesOf(message)), message.verdict);
  });
}

for (const message of tortureMessages.filter(({ verdict }) => verdict === 'accepted')) {
  test(`RFC 4475 ${message.name} means the same after being written and read again`, () => {
    const first = parseMessage(bytesOf(message));
    assert.notEqual(first.kind, 'failure');
    if (first.kind === 'failure') return;
    const second = parseMessage(serialize(first));
    assert.notEqual(second.kind, 'failure');
    if (second.kind === 'failure') return;
    const fields = (headers: typeof first.headers) =>
      [...headers].filter(({ name }) => name !== 'Content-Length').map(({ name, value }) => [name, value]);
    assert.deepEqual(fields(second.headers), fields(first.headers));
    assert.deepEqual(second.body, first.body);
  });
}
