// The cost of a PBX's SDP: one check of an address against the fence takes about ten microseconds, so one message must not
// cause thousands of checks.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chromium, negotiation } from '../unit/media/sdp-samples.ts';

const head = ['v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 't=0 0'];
const fencedAddress = 'c=IN IP4 10.0.0.1';
const sound = ['m=audio 30000 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000'];
const repeated = (times: number, ...lines: string[]) => Array.from({ length: times }, () => lines).flat();

/** Questions to the fence until the description is refused. */
async function questions(give: (allowed: (address: string) => boolean) => Promise<unknown>) {
  let asked = 0;
  await assert.rejects(
    give(() => {
      asked++;
      return false;
    }),
    /is not allowed/,
  );
  return asked;
}

for (const [where, ...lines] of [
  ['of the session', ...repeated(900, fencedAddress), ...repeated(16, ...sound)],
  ['of each m= line', ...repeated(16, ...sound, ...repeated(55, fencedAddress))],
] as const) {
  test(`an offer with hundreds of c= lines ${where} asks the fence for few addresses`, async () => {
    const sdp = [...head, ...lines, ''].join('\r\n');
    const asked = await questions(allowed => negotiation(allowed).offer('pbx', sdp));
    assert.ok(asked <= 16 * 8, `${asked} questions`);
  });
}

test('an answer with hundreds of c= and a=rtcp lines asks the fence for few addresses', async () => {
  const rtcp = repeated(400, 'a=rtcp:30001 IN IP4 10.0.0.1');
  const sdp = [...head, ...repeated(500, fencedAddress), ...sound, ...rtcp, ''].join('\r\n');
  const asked = await questions(async allowed => {
    const call = negotiation(allowed);
    await call.offer('browser', chromium());
    await call.answer('pbx', sdp);
  });
  assert.ok(asked <= 8, `${asked} questions`);
});

test('of hundreds of a=rtcp lines few are held against the fence', async () => {
  let asked = 0;
  const call = negotiation(address => {
    asked++;
    return address === '192.0.2.1';
  });
  await call.offer('browser', chromium());
  const rtcp = repeated(900, 'a=rtcp:30001 IN IP4 10.0.0.1');
  await call.answer('pbx', [...head, 'c=IN IP4 192.0.2.1', ...sound, ...rtcp, ''].join('\r\n'));
  assert.ok(asked <= 8, `${asked} questions`);
});
