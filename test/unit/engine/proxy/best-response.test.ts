import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRequest, createResponse } from '../../../../gateway/engine/message/compose.ts';
import type { SipResponse } from '../../../../gateway/engine/message/message.ts';
import { bestResponse } from '../../../../gateway/engine/proxy/best-response.ts';

const request = createRequest('INVITE', 'sip:b@example.org', []);

function final(status: number, ...fields: [string, string][]): SipResponse {
  const response = createResponse(request, status);
  for (const [name, value] of fields) response.headers.append(name, value);
  return response;
}

describe('the best of several failures (RFC 3261 16.7)', () => {
  const choices: readonly [title: string, finals: readonly number[], best: number][] = [
    ['a 6xx before everything', [302, 404, 603, 500], 603],
    ['the lowest class otherwise', [500, 486, 302], 302],
    ['the first of a class', [486, 404], 486],
    ['a 4xx that tells the caller what to do before another', [486, 404, 407], 407],
    ['a 503 only as a 500', [503, 503], 500],
    ['a 503 after another 5xx of before', [501, 503], 501],
  ];
  for (const [title, finals, best] of choices) {
    test(title, () => {
      assert.equal(bestResponse(finals.map(status => final(status))).status, best);
    });
  }

  test('a challenge contains the challenges of all responses', () => {
    const finals = [
      final(401, ['WWW-Authenticate', 'Digest realm="a"']),
      final(486),
      final(407, ['Proxy-Authenticate', 'Digest realm="b"']),
      final(401, ['WWW-Authenticate', 'Digest realm="c"']),
    ];
    const best = bestResponse(finals);
    assert.equal(best.status, 401);
    assert.deepEqual(best.headers.all('WWW-Authenticate'), ['Digest realm="a"', 'Digest realm="c"']);
    assert.deepEqual(best.headers.all('Proxy-Authenticate'), ['Digest realm="b"']);
    assert.deepEqual(finals[0]!.headers.all('WWW-Authenticate'), ['Digest realm="a"']);
  });

  test('a 503 turned into a 500 loses its Retry-After', () => {
    const best = bestResponse([final(503, ['Retry-After', '30'])]);
    assert.equal(best.reason, 'Server Internal Error');
    assert.equal(best.headers.has('Retry-After'), false);
  });
});
