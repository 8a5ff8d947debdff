import assert from 'node:assert/strict';
import { test } from 'node:test';
import { announcement } from '../../../../demo-site/pbx/greetings.ts';
import { DelayLine } from '../../../../demo-site/pbx/media/delay-line.ts';
import { decodeG711, encodeG711 } from '../../../../demo-site/pbx/media/g711.ts';
import { Mixer } from '../../../../demo-site/pbx/media/mixer.ts';
import { OutgoingStream } from '../../../../demo-site/pbx/media/outgoing-stream.ts';
import { Playback } from '../../../../demo-site/pbx/media/playback.ts';
import {
  asksForPicture,
  pictureLoss,
  type RtpPacket,
  readRtp,
  writeRtp,
} from '../../../../demo-site/pbx/media/rtp.ts';
import { beep, digitTone, music } from '../../../../demo-site/pbx/media/tones.ts';
import { amplitude, sine } from './goertzel.ts';

const packet = (sequence: number, more: Partial<RtpPacket> = {}): RtpPacket => {
  const timestamp = sequence * 160;
  return { payloadType: 0, marker: false, sequence, timestamp, ssrc: 7, payload: Buffer.from([1]), ...more };
};

test('G.711 keeps the values that ITU-T tables give', () => {
  assert.deepEqual(
    [...decodeG711('PCMU', Uint8Array.of(0x00, 0x80, 0xff, 0x7f, 0xd5))],
    [-32124, 32124, 0, 0, 716],
  );
  assert.deepEqual([...decodeG711('PCMA', Uint8Array.of(0x2a, 0xaa, 0xd5, 0x55))], [-32256, 32256, 8, -8]);
});

test('every G.711 code survives decoding and encoding', () => {
  const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
  assert.deepEqual([...encodeG711('PCMA', decodeG711('PCMA', codes))], [...codes]);
  const back = decodeG711('PCMU', encodeG711('PCMU', decodeG711('PCMU', codes)));
  assert.deepEqual([...back], [...decodeG711('PCMU', codes)]);
});

test('both laws keep a tone almost unchanged', () => {
  for (const law of ['PCMU', 'PCMA'] as const) {
    const out = decodeG711(law, encodeG711(law, sine(440, 800)));
    assert.ok(Math.abs(amplitude(out, 440) - 8_000) < 100, law);
  }
});

test('RTP is read as it was written, past extensions, contributors and padding', () => {
  const whole = packet(65_535, { marker: true, payloadType: 101, timestamp: 2 ** 32 - 1, ssrc: 2 ** 32 - 1 });
  assert.deepEqual(readRtp(writeRtp(whole)), whole);
  const rich = Buffer.from(
    'b101000100000002000000030000000400020001aabbccdd0102030405060708616200000004',
    'hex',
  );
  assert.equal(readRtp(rich)?.payload.length, rich.length - 12 - 4 - 4 - 4 - 4);
});

test('bytes that are not an RTP packet are refused: short, another version, wrong lengths', () => {
  for (const bytes of [
    '',
    '80',
    '00'.repeat(12),
    '8f00'.padEnd(24, '0'),
    '9000'.padEnd(32, 'f'),
    'a000'.padEnd(26, 'f'),
  ]) {
    assert.equal(readRtp(Buffer.from(bytes, 'hex')), undefined, bytes);
  }
  assert.equal(readRtp(Buffer.alloc(2_000, 0x80)), undefined);
});

test('a request for a key frame is found in compound RTCP, and invalid bytes do no harm', () => {
  const request = pictureLoss(1, 2);
  assert.equal(request.readUInt32BE(16), 2);
  assert.equal(asksForPicture(request), true);
  assert.equal(asksForPicture(request.subarray(0, 8)), false);
  for (let length = 0; length < 64; length++) asksForPicture(Buffer.alloc(length, 0xff));
});

test('generated frames and returned packets have common sequence numbers, with gaps and order kept', () => {
  const stream = new OutgoingStream(160);
  const numbers = (bytes: Buffer) => readRtp(bytes)!;
  const greeting = numbers(stream.frame(0, Buffer.from([1])));
  const more = numbers(stream.frame(0, Buffer.from([1])));
  assert.deepEqual([greeting.marker, more.marker], [true, false]);
  const [first, late, next] = [packet(9), packet(12), packet(11)].map(each => numbers(stream.returned(each)));
  const base = greeting.sequence;
  const steps = [more, first, late, next].map(each => (each!.sequence - base) & 0xffff);
  assert.deepEqual(steps, [1, 2, 5, 4]);
  assert.equal(first!.marker, true);
  assert.equal((first!.timestamp - greeting.timestamp) >>> 0, 320);
  const tone = numbers(stream.frame(0, Buffer.from([1])));
  assert.equal((tone.sequence - base) & 0xffff, 6);
  assert.equal(tone.marker, true);
});

test('a new stream of the caller is renumbered without a jump', () => {
  const stream = new OutgoingStream(160);
  const before = readRtp(stream.returned(packet(100)))!;
  const after = readRtp(stream.returned(packet(5_000, { ssrc: 8 })))!;
  assert.equal((after.sequence - before.sequence) & 0xffff, 1);
});

test('packets leave the delay line in time and in order, and a flood is dropped', () => {
  let now = 0;
  const line = new DelayLine(400, 3, () => now);
  for (const sequence of [1, 2]) line.push(packet(sequence));
  now = 399;
  assert.equal(line.due().length, 0);
  line.push(packet(3));
  line.push(packet(4));
  now = 400;
  assert.deepEqual(
    line.due().map(each => each.sequence),
    [1, 2],
  );
  now = 10_000;
  assert.deepEqual(
    line.due().map(each => each.sequence),
    [3],
  );
});

test('sounds queued are played one after the other in whole frames', () => {
  const playback = new Playback();
  playback.add(Int16Array.of(1, 2, 3), new Int16Array(200).fill(9));
  assert.deepEqual([...playback.next()!.subarray(0, 5)], [1, 2, 3, 9, 9]);
  assert.equal(playback.next()!.filter(value => value === 9).length, 43);
  assert.equal(playback.next(), undefined);
});

test('each member of a conference hears the others and not itself', () => {
  const mixer = new Mixer<string>();
  const tones = { anna: 400, ben: 700, cora: 1_000 };
  for (const name of Object.keys(tones)) mixer.add(name);
  const heard: Record<string, number[]> = { anna: [], ben: [], cora: [] };
  for (let frame = 0; frame < 20; frame++) {
    for (const [name, hz] of Object.entries(tones)) mixer.push(name, sine(hz, 160, 4_000, frame * 160));
    for (const [name, samples] of mixer.mix()) heard[name]!.push(...samples);
  }
  for (const [name, own] of Object.entries(tones)) {
    const samples = heard[name]!.slice(-800);
    for (const hz of Object.values(tones)) {
      const level = amplitude(samples, hz);
      assert.ok(hz === own ? level < 200 : level > 3_500, `${name} hears ${hz} Hz at ${level}`);
    }
  }
});

test('a sum that is too loud is clipped, a member that sends too much is limited, samples of non-members are ignored', () => {
  const mixer = new Mixer<number>();
  for (const member of [1, 2, 3]) mixer.add(member);
  for (const member of [1, 2, 3, 4]) mixer.push(member, new Int16Array(100_000).fill(30_000));
  assert.equal(mixer.mix().get(1)![0], 32_767);
  let frames = 1;
  while (
    mixer
      .mix()
      .get(1)!
      .some(value => value !== 0)
  )
    frames++;
  assert.equal(frames, 10);
});

test('the tone after a greeting is 880 Hz, a digit has its two frequencies, other characters are silent', () => {
  assert.ok(amplitude(beep().subarray(800, 1600), 880) > 9_000);
  const five = digitTone('5');
  assert.ok(amplitude(five, 770) > 5_000 && amplitude(five, 1336) > 5_000);
  assert.ok(amplitude(five, 697) < 1_000);
  for (const text of ['', 'x', '12', '💥']) assert.equal(digitTone(text).length, 0);
});

test('the music fills eight seconds, is heard and is not loud', () => {
  const samples = music();
  const peak = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  assert.equal(samples.length, 64_000);
  assert.ok(peak > 2_000 && peak < 10_000, `peak ${peak}`);
});

test('the announcements exist, last some seconds, and are audible', () => {
  for (const name of ['director', 'alex', '101', 'bad-user'] as const) {
    const samples = announcement(name);
    const loudness = Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
    assert.ok(samples.length > 24_000 && samples.length < 60_000, name);
    assert.ok(loudness > 2_000 && loudness < 8_000, `${name}: ${loudness}`);
  }
});
