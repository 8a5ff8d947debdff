// Randomly damaged descriptions: whatever the bytes, both sides get strict SDP, or the call gets a
// MediaError.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MediaError } from '../../../../gateway/media/relay.ts';
import { Random } from '../../../fuzz/random.ts';
import { chromium, pbx, ulaw } from '../sdp-samples.ts';
import { assertStrict, negotiationWith, PBX } from './sdp-notation.ts';

const pieces = [
  '%s',
  ':',
  '=/',
  ' ',
  '\t',
  '/',
  '-',
  '0',
  '99999999999',
  '\0',
  '\r',
  '\n',
  '\u2028',
  'ё',
  '"',
  'm=',
  'a=',
  '\r\na=',
];

/** The text with one to four of its lines dropped, cut, doubled, moved or with inserted bytes. */
function damaged(text: string, random: Random): string {
  const lines = text.split('\r\n');
  for (let edits = 1 + random.below(4); edits > 0; edits--) {
    const at = random.below(lines.length);
    const line = lines[at] ?? '';
    const cut = random.below(line.length + 1);
    const edit = random.below(4);
    if (edit === 0) lines.splice(at, 1);
    else if (edit === 1) lines[at] = line.slice(0, cut);
    else if (edit === 2) lines[at] = line.slice(0, cut) + random.pick(pieces) + line.slice(cut);
    else lines.splice(random.below(lines.length), 0, line);
  }
  return lines.join('\r\n');
}

async function refusedWith(what: string, work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return false;
  } catch (error) {
    assert.ok(error instanceof MediaError, `${String(error)}\n${what}`);
    assert.notEqual(error.status, 503, what);
    return true;
  }
}

/** Every line that a PBX may receive. */
const STRICT =
  /^(?:v=0|o=- \d+ \d+ IN IP4 192\.0\.2\.9|s=-|t=0 0|c=IN IP4 192\.0\.2\.9|m=\S+ \d+ \S+(?: \S+)+|a=(?:rtpmap|fmtp|rtcp-fb):\d+ [\w;=,.+/ -]+|a=(?:max)?ptime:\d+|a=(?:sendrecv|sendonly|recvonly|inactive))$/;

test('a browser’s offer with random damage becomes a strict one for the PBX or is refused', async () => {
  const source = chromium({ video: true });
  const random = new Random(7);
  let refused = 0;
  for (let i = 0; i < 1500; i++) {
    const offer = damaged(source, random);
    const negotiation = negotiationWith();
    const failed = await refusedWith(
      offer,
      negotiation.offer('browser', offer).then(async written => {
        for (const line of written.trimEnd().split('\r\n')) assert.match(line, STRICT, offer);
        await negotiation.answer('pbx', pbx(...ulaw));
      }),
    );
    if (failed) refused++;
  }
  assert.ok(refused > 10 && refused < 500, `${refused} of 1500 refused`);
});

test('a PBX’s answer with random damage becomes a strict one for the browser or is refused', async () => {
  const source = pbx(...ulaw, 'm=video 10300 RTP/AVP 96', 'a=rtpmap:96 VP8/90000', 'a=rtcp-fb:* nack pli');
  const random = new Random(8);
  let refused = 0;
  for (let i = 0; i < 1500; i++) {
    const answer = damaged(source, random);
    const negotiation = negotiationWith();
    await negotiation.offer('browser', chromium({ video: true }));
    const failed = await refusedWith(
      answer,
      negotiation.answer('pbx', answer).then(({ sdp, plan }) => {
        assertStrict(sdp);
        for (const { remote } of plan.lines) assert.ok(remote === null || remote.address.includes('.'), PBX);
      }),
    );
    if (failed) refused++;
  }
  assert.ok(refused > 10 && refused < 700, `${refused} of 1500 refused`);
});
