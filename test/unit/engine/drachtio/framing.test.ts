import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameReader, frameHead, maxFrameBytes } from '../../../../gateway/engine/drachtio/framing.ts';

function read(chunks: Iterable<Buffer>): { frames: string[]; problem: string | undefined } {
  const frames: string[] = [];
  const reader = new FrameReader(payload => frames.push(payload.toString()));
  let problem: string | undefined;
  for (const chunk of chunks) problem ??= reader.push(chunk);
  return { frames, problem };
}

test('frames are read completely wherever the stream is split', () => {
  const payloads = ['a|ping', 'b|sip||\r\nOPTIONS sip:é😀 SIP/2.0\r\n\r\n', 'c#9#|route|invite'];
  const stream = Buffer.from(payloads.map(payload => `${Buffer.byteLength(payload)}#${payload}`).join(''));
  for (let cut = 0; cut <= stream.length; cut++) {
    assert.deepEqual(read([stream.subarray(0, cut), stream.subarray(cut)]).frames, payloads, `cut at ${cut}`);
  }
  const bytes = Array.from(stream, byte => Buffer.from([byte]));
  assert.deepEqual(read(bytes).frames, payloads);
});

test('a frame of 100 kB passes; drachtio-server hangs at 12 kB', () => {
  const payload = 'x'.repeat(100_000);
  assert.deepEqual(read([Buffer.from(`100000#${payload}`)]).frames, [payload]);
});

test('a frame without a length, or above the limit, is refused', () => {
  for (const stream of ['12a#', '#abc', 'GET / HTTP/1.1', '99999999', `${maxFrameBytes + 1}#`, '-1#x']) {
    assert.notEqual(read([Buffer.from(stream)]).problem, undefined, stream);
  }
});

test('a frame that is written counts bytes, not characters', () => {
  const message = Buffer.from('é😀');
  assert.equal(frameHead('id|ré', message), '14#id|ré\r\n');
  assert.equal(frameHead('id|OK', undefined), '5#id|OK');
});
