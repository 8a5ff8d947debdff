// Datagrams at the media ports: checks for calls of other clients, unexpected handshakes, RTP of no call.

import { randomBytes, randomInt } from 'node:crypto';
import { writeRequest } from '../../../gateway/media/embedded/stun.ts';
import { pace, udpFrom } from './pace.ts';
import type { BenchAttack } from './targets.ts';

const PER_SECOND = 2_000;

export const strangersChecks: BenchAttack = async (
  { address, browserMedia },
  from,
  ms,
  { perSecond = PER_SECOND, heard } = {},
) => {
  const socket = await udpFrom(from, heard);
  const attempts = await pace(perSecond, ms, () => {
    const check = writeRequest({
      transaction: randomBytes(12),
      username: `${randomBytes(4).toString('hex')}:${randomBytes(4).toString('hex')}`,
      password: randomBytes(12).toString('hex'),
      nominate: true,
    });
    socket.send(check, browserMedia, address);
  });
  socket.close();
  return attempts;
};

/** DTLS 1.2 with a null cipher suite only (EnableSecurity's ES2023 race). */
export const clientHellos: BenchAttack = async (
  { address, browserMedia },
  from,
  ms,
  { perSecond = PER_SECOND, heard } = {},
) => {
  const socket = await udpFrom(from, heard);
  const attempts = await pace(perSecond, ms, () => {
    const body = Buffer.concat([
      Buffer.from('fefd', 'hex'),
      randomBytes(32),
      Buffer.from('0000' + '00020000' + '0100', 'hex'),
    ]);
    const size = (length: number) => Buffer.from([length >> 16, length >> 8, length]);
    const handshake = Buffer.concat([
      Buffer.from([1]),
      size(body.length),
      Buffer.alloc(2),
      size(0),
      size(body.length),
      body,
    ]);
    const record = Buffer.concat([
      Buffer.from('16feff0000000000000000', 'hex'),
      Buffer.from([handshake.length >> 8, handshake.length]),
      handshake,
    ]);
    socket.send(record, browserMedia, address);
  });
  socket.close();
  return attempts;
};

/** To the browsers' port and all PBX ports, because an attacker does not know which are in use. */
export const packets: BenchAttack = async (targets, from, ms, { perSecond = PER_SECOND, heard } = {}) => {
  const { address, browserMedia, pbxMedia } = targets;
  const [first, last] = pbxMedia;
  const socket = await udpFrom(from, heard);
  const packet = Buffer.alloc(172, 0x55);
  packet[0] = 0x80;
  packet[1] = 0;
  const attempts = await pace(perSecond, ms, index => {
    packet.writeUInt16BE(index & 0xffff, 2);
    packet.writeUInt32BE(randomInt(2 ** 32 - 1), 8);
    const port = index % 4 === 0 ? browserMedia : first + (index % (last - first + 1));
    socket.send(Buffer.from(packet), port, address);
  });
  socket.close();
  return attempts;
};
