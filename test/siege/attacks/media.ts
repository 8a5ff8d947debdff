// Datagrams and TCP frames at the media ports: checks, handshakes, RTP and noise without a call.

import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { clientHellos, packets, strangersChecks } from '../../bench/attack/media-attacks.ts';
import { pace, udpFrom } from '../../bench/attack/pace.ts';
import type { BenchAttack } from '../../bench/attack/targets.ts';
import type { SiegeAttack } from '../siege-attack.ts';

function counted(attack: BenchAttack): SiegeAttack {
  return async ({ targets, tally, ms, perSecond, address }) => {
    const heard = (bytes: Buffer) => {
      tally.bytesIn += bytes.length;
      tally.answered(`datagram of kind ${bytes[0]}`);
    };
    // In slices, so that the count is known during the attack.
    const until = performance.now() + ms;
    for (let left = ms; left > 0; left = until - performance.now()) {
      tally.sent += await attack(targets, address(), Math.min(left, 5_000), { perSecond, heard });
    }
  };
}

export const stun = counted(strangersChecks);
export const hellos = counted(clientHellos);
export const rtp = counted(packets);

/**
 * One of each kind that a media port distinguishes by the first byte (RFC 7983): SRTP, SRTCP, RTCP, DTLS
 * data, and noise.
 */
const noises: readonly (() => Buffer)[] = [
  () => headed([0x80, 0x60], 172),
  () => headed([0x90, 0x00], 1_400),
  () => headed([0x80, 200], 60),
  () => headed([0x81, 206], 20),
  () => headed([0x17, 0xfe, 0xfd, 0, 1], 200),
  () => headed([0x15, 0xfe, 0xfd], 15),
  () => headed([0x00, 0x01, 0xff, 0xff, 0x21, 0x12, 0xa4, 0x42], 40),
  () => headed([0x01, 0x01, 0x00, 0x00, 0x21, 0x12, 0xa4, 0x42], 20),
  () => randomBytes(1),
  () => Buffer.alloc(0),
  () => randomBytes(1_472),
];

function headed(first: readonly number[], length: number): Buffer {
  return Buffer.concat([Buffer.from(first), randomBytes(length - first.length)]);
}

export const noise: SiegeAttack = async scene => {
  const { targets, tally, ms, perSecond } = scene;
  const socket = await udpFrom(scene.address(), bytes => tally.answered(`datagram of kind ${bytes[0]}`));
  const [first, last] = targets.pbxMedia;
  await pace(perSecond, ms, index => {
    const port = index % 2 === 0 ? targets.browserMedia : first + (index % (last - first + 1));
    socket.send(noises[index % noises.length]!(), port, targets.address);
    tally.sent++;
  });
  socket.close();
};

/** RFC 4571 frames: too long, too short, incomplete, and connections without data. */
export const tcpFrames: SiegeAttack = async scene => {
  const { targets, tally, ms, perSecond } = scene;
  const open = new Set<Socket>();
  await pace(perSecond, ms, index => {
    const socket = connect({
      host: targets.address,
      port: targets.browserMedia,
      localAddress: scene.address(),
    });
    open.add(socket);
    socket.on('error', error => tally.answered((error as NodeJS.ErrnoException).code ?? 'error'));
    socket.on('data', () => tally.answered('data'));
    socket.on('close', () => {
      tally.answered('closed');
      open.delete(socket);
    });
    socket.on('connect', () => {
      tally.sent++;
      const bytes = frames[index % frames.length]!();
      if (bytes) socket.write(bytes);
    });
    // A silent connection that the gateway does not close is closed after a while, so that this process stays
    // small.
    if (open.size > 400) open.values().next().value?.destroy();
  });
  for (const socket of open) socket.destroy();
};

const frames: readonly (() => Buffer | undefined)[] = [
  () => undefined,
  () => Buffer.from([0]),
  () => Buffer.from([0, 0]),
  () => Buffer.concat([Buffer.from([0xff, 0xff]), randomBytes(60_000)]),
  () => Buffer.concat([Buffer.from([0, 20]), headed([0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42], 20)]),
  () => Buffer.concat([Buffer.from([0, 200]), randomBytes(100)]),
  () =>
    Buffer.concat(Array.from({ length: 200 }, () => Buffer.concat([Buffer.from([0, 12]), randomBytes(12)]))),
  () => Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'),
];
