// WebSocket frames that violate RFC 6455, on connections opened with a valid token; several on each, so that
// frames after a malformed one are tested too.

import { randomBytes } from 'node:crypto';
import { open, tinyFragments, upgrade } from '../../bench/attack/http-attacks.ts';
import { pace } from '../../bench/attack/pace.ts';
import { askToken, ORIGIN } from '../../bench/page.ts';
import { Random } from '../../fuzz/random.ts';
import type { AttackContext, SiegeAttack } from '../siege-attack.ts';

const FRAMES_A_CONNECTION = 6;
const random = new Random(6455);

const broken: readonly (() => Buffer)[] = [
  () => frame(0x81, Buffer.from('unmasked'), false),
  () => frame(0xf1, Buffer.from('reserved bits')),
  () => frame(0x83 + random.below(5), Buffer.from('reserved opcode')),
  () => frame(0x8b + random.below(5), Buffer.from('reserved control opcode')),
  () => frame(0x80, Buffer.from('a continuation without a start')),
  () => frame(0x89, randomBytes(126 + random.below(500))),
  () => frame(0x09, Buffer.from('a fragmented control frame')),
  () => frame(0x88, Buffer.from([random.below(256)])),
  () => frame(0x88, Buffer.from([0x03, random.below(256), 0xff, 0xfe])),
  () => frame(0x81, Buffer.from([0xc0, 0xaf, 0xed, 0xa0, 0x80, 0xff])),
  () => Buffer.from([0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
  () => Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0]),
  () => Buffer.from([0x81, 0xfe, 0, 1, 0, 0, 0, 0, 0x41]),
  () => Buffer.concat([frame(0x01, Buffer.from('one')), frame(0x81, Buffer.from('another begins'))]),
  () => Buffer.concat(Array.from({ length: 20 }, () => frame(0x00, Buffer.from('x')))),
  () => frame(0x82, randomBytes(1 + random.below(2_000))),
  () => frame(0x81, Buffer.alloc(65_537, 0x41)),
  () => frame(0x81, Buffer.alloc(0)),
  () => frame(0x8a, randomBytes(random.below(126))),
  () => frame(0x81, Buffer.from('cut')).subarray(0, 1 + random.below(7)),
  () => randomBytes(1 + random.below(300)),
];

export const brokenFrames: SiegeAttack = async scene => {
  const { tally, perSecond, ms } = scene;
  await pace(perSecond / FRAMES_A_CONNECTION, ms, index => {
    sendFrames(scene, index).catch((error: Error) => tally.answered(error.message));
  });
};

async function sendFrames(scene: AttackContext, index: number): Promise<void> {
  const { targets, tally } = scene;
  const from = scene.address();
  const token = await askToken(targets.url, `sip:flooded@${targets.domain}`, ORIGIN, from);
  const socket = open(targets.url, from);
  const giveUp = setTimeout(() => socket.destroy(), 10_000);
  let upgraded = false;
  socket.on('error', error => tally.answered((error as NodeJS.ErrnoException).code ?? 'error'));
  socket.on('close', () => {
    clearTimeout(giveUp);
    tally.answered('connection closed');
  });
  socket.on('data', bytes => {
    if (upgraded) {
      // A close frame: its code.
      if (bytes[0] === 0x88 && bytes.length >= 4) tally.answered(`close ${bytes.readUInt16BE(2)}`);
      return;
    }
    upgraded = true;
    if (!bytes.toString('latin1').startsWith('HTTP/1.1 101')) {
      tally.answered(bytes.toString('latin1', 9, 12));
      return;
    }
    for (let at = 0; at < FRAMES_A_CONNECTION; at++) {
      socket.write(broken[(index + at) % broken.length]!());
      tally.sent++;
    }
  });
  socket.write(upgrade(targets.url, token));
}

export const fragments: SiegeAttack = async ({ targets, tally, ms, perSecond, address }) => {
  tally.unread = true;
  const uri = `sip:flooded@${targets.domain}`;
  const until = performance.now() + ms;
  for (let left = ms; left > 0; left = until - performance.now()) {
    tally.sent += await tinyFragments({ ...targets, uri }, address(), Math.min(left, 5_000), { perSecond });
  }
};

function frame(first: number, payload: Buffer, masked = true): Buffer {
  const { length } = payload;
  const bit = masked ? 0x80 : 0;
  const size =
    length < 126
      ? [bit | length]
      : length < 65_536
        ? [bit | 126, length >> 8, length & 255]
        : [
            bit | 127,
            0,
            0,
            0,
            0,
            (length >> 24) & 255,
            (length >> 16) & 255,
            (length >> 8) & 255,
            length & 255,
          ];
  if (!masked) return Buffer.concat([Buffer.from([first, ...size]), payload]);
  const mask = randomBytes(4);
  const sealed = Buffer.from(payload.map((byte, index) => byte ^ mask[index % 4]!));
  return Buffer.concat([Buffer.from([first, ...size]), mask, sealed]);
}
