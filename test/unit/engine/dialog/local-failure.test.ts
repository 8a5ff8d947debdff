// The response that the engine itself makes gives the cause, on one line and in a header of limited length.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { localFailure } from '../../../../gateway/engine/dialog/local-failure.ts';
import { createRequest } from '../../../../gateway/engine/message/compose.ts';

const request = createRequest('INVITE', 'sip:x@192.0.2.1', [
  ['Via', 'SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1'],
  ['To', '<sip:x@192.0.2.1>'],
  ['CSeq', '1 INVITE'],
]);

function reason(error?: Error): string | undefined {
  return localFailure(request, 503, error).headers.get('Reason');
}

test('an error becomes its code and its message', () => {
  const error = Object.assign(new Error('connect ECONNREFUSED 192.0.2.1:5061'), { code: 'ECONNREFUSED' });
  assert.equal(reason(error), 'SIP;cause=503;text="ECONNREFUSED connect ECONNREFUSED 192.0.2.1:5061"');
  assert.equal(reason(new Error('x')), 'SIP;cause=503;text="EFAILED x"');
  assert.equal(reason(), undefined);
});

test('the names in a certificate break no header', () => {
  const text = reason(new Error(`names: a"b\\c\r\nVia: x${'é'.repeat(900)}`)) ?? '';
  assert.match(text, /^SIP;cause=503;text="EFAILED names: a'b'c {2}Via: x[ ]+"$/);
  assert.ok(text.length < 450);
});
