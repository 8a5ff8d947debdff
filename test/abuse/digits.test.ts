// Keys of the keypad that go to the PBX by INFO: a page can press them as fast as it may send messages, and each that the
// PBX does not answer is sent to it eleven times (RFC 3261 17.1.2).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SipMessage } from '../../gateway/engine/message/message.ts';
import { startSiege } from './siege.ts';

const PRESSED = 100;
/** One is on its way, and so many wait. */
const TAKEN = 32;

test('keys reach a PBX one after the other, and no more wait than a person presses', async context => {
  const {
    browser,
    pbx,
    quiet,
    call: establish,
  } = await startSiege(context, {
    limits: { messagesPerSecond: 10_000 },
  });
  const { call } = await establish();
  for (let i = 0; i < PRESSED; i++) call.request('INFO', `Signal=${i % 10}`, [], 'application/dtmf-relay');
  // Refused immediately, while the PBX has answered none.
  for (let i = TAKEN; i < PRESSED; i++) await browser.response(500, 'INFO');
  const numberOf = (message: SipMessage) => message.headers.get('CSeq') ?? '';
  const seen = new Map<string, string>();
  while (seen.size < TAKEN) {
    const info = await pbx.request('INFO');
    // One that comes once more is no further key.
    const isNew = !seen.has(numberOf(info));
    seen.set(numberOf(info), /Signal=(.)/.exec(String(info.body))?.[1] ?? '');
    assert.deepEqual(
      pbx.inbox.map(numberOf).filter(number => !seen.has(number)),
      [],
    );
    pbx.respond(info, '200 OK');
    if (isNew) await browser.response(200, 'INFO');
  }
  assert.deepEqual(
    [...seen.values()],
    Array.from({ length: TAKEN }, (_, i) => String(i % 10)),
  );
  call.request('BYE');
  await browser.response(200, 'BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await quiet();
});
