import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndReason } from '../../../../widget/call/call-store.ts';
import { reasonForBye, reasonForStatus } from '../../../../widget/call/reasons.ts';
import { reasonForError } from '../../../../widget/devices/microphone.ts';

const byReason: readonly (readonly [EndReason, readonly number[]])[] = [
  ['not-found', [403, 404, 410, 484, 604]],
  ['busy', [486, 600]],
  ['declined', [603]],
  ['no-answer', [408, 480, 487]],
  ['media-failed', [415, 488, 606]],
  ['server-unreachable', [500, 502, 503, 504, 513, 599]],
  ['failed', [300, 302, 400, 401, 407, 420, 481, 482, 699]],
];

for (const [reason, statuses] of byReason) {
  test(`${statuses.join(', ')} to an INVITE: ${reason}`, () => {
    for (const status of statuses) assert.equal(reasonForStatus(status), reason, String(status));
  });
}

const byHeader: readonly (readonly [string | undefined, EndReason])[] = [
  [undefined, 'remote-hung-up'],
  ['', 'remote-hung-up'],
  ['Q.850;cause=16;text="Normal Clearing"', 'remote-hung-up'],
  ['SIP;cause=200;text="Call completed elsewhere"', 'remote-hung-up'],
  ['SIP;cause=503;text="PBX gone"', 'call-dropped'],
  ['SIP ;cause=408 ;text="RTP Timeout"', 'call-dropped'],
  ['sip; text="x"; cause=500', 'call-dropped'],
  ['Q.850;cause=41, SIP;cause=503', 'call-dropped'],
  ['Q.850;cause=503', 'remote-hung-up'],
  ['nonsense', 'remote-hung-up'],
];

for (const [header, reason] of byHeader) {
  test(`a BYE with Reason ${header ?? 'absent'}: ${reason}`, () => {
    assert.equal(reasonForBye(header), reason);
  });
}

const byError: readonly (readonly [name: string, message: string, forbidden: boolean, EndReason])[] = [
  ['NotAllowedError', 'Permission denied', false, 'microphone-refused'],
  ['NotAllowedError', 'Permission dismissed', false, 'microphone-dismissed'],
  ['NotAllowedError', 'Permission denied by system', false, 'microphone-off'],
  ['NotAllowedError', 'Permission denied', true, 'microphone-blocked'],
  ['SecurityError', '', false, 'microphone-blocked'],
  ['NotFoundError', 'Requested device not found', false, 'microphone-missing'],
  ['OverconstrainedError', '', false, 'microphone-missing'],
  ['NotReadableError', 'Could not start audio source', false, 'microphone-in-use'],
  ['AbortError', '', false, 'microphone-in-use'],
  ['TypeError', '', false, 'failed'],
];

for (const [name, message, forbidden, reason] of byError) {
  test(`getUserMedia's ${name}, "${message}"${forbidden ? ', by policy' : ''}: ${reason}`, () => {
    assert.equal(reasonForError(new DOMException(message, name), { forbidden, mayAskAgain: false }), reason);
  });
}

test('a thrown value that is no error is a failure, not a crash', () => {
  assert.equal(reasonForError(null, { forbidden: false, mayAskAgain: false }), 'failed');
});

test('when the browser would ask again after a refusal, its question was dismissed', () => {
  const refusal = new DOMException('The request is not allowed.', 'NotAllowedError');
  assert.equal(reasonForError(refusal, { forbidden: false, mayAskAgain: true }), 'microphone-dismissed');
  assert.equal(reasonForError(refusal, { forbidden: true, mayAskAgain: true }), 'microphone-blocked');
});
