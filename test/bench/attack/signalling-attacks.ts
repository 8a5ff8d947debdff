// SIP attacks, malformed or valid but too many, at the engine's UDP port and over visitors' WebSockets.

import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import { mutate } from '../../fuzz/mutate.ts';
import { Random } from '../../fuzz/random.ts';
import { seeds } from '../../fuzz/seeds.ts';
import { SDP } from '../../support/signalling-gateway.ts';
import { openPage } from '../page.ts';
import { pace, udpFrom } from './pace.ts';
import type { BenchAttack, Targets } from './targets.ts';

const SEED = 7;
const PER_SECOND = 1_000;
const SOCKETS = 10;

export const brokenMessages: BenchAttack = async (
  { address, sip },
  from,
  ms,
  { perSecond = PER_SECOND, heard } = {},
) => {
  const socket = await udpFrom(from, heard);
  const next = broken();
  const attempts = await pace(perSecond, ms, () => socket.send(next(), sip, address));
  socket.close();
  return attempts;
};

/** Valid INVITEs without ACK: the gateway repeats each refusal until Timer H. */
export const unansweredInvites: BenchAttack = async (
  { address, sip, uri },
  from,
  ms,
  { perSecond = PER_SECOND / 4, heard } = {},
) => {
  const socket = await udpFrom(from, heard);
  const own = `${from}:${socket.address().port}`;
  const attempts = await pace(perSecond, ms, () => socket.send(invite(uri, 'UDP', own), sip, address));
  socket.close();
  return attempts;
};

export const brokenFrames: BenchAttack = async (targets, from, ms) => {
  const next = broken();
  return await overSockets(targets, from, ms, PER_SECOND, () => next());
};

export const rapidInvites: BenchAttack = async (targets, from, ms) =>
  await overSockets(targets, from, ms, PER_SECOND / 2, () => invite(targets.uri, 'WS', 'attacker.invalid'));

/** On sockets that are reopened after each close, each with a separate token while tokens are available. */
async function overSockets(
  { url, uri }: Targets,
  from: string,
  ms: number,
  perSecond: number,
  frame: () => Buffer,
): Promise<number> {
  const sockets = new Array<WebSocket | 'coming' | undefined>(SOCKETS).fill(undefined);
  const attempts = await pace(perSecond, ms, index => {
    const place = index % SOCKETS;
    const socket = sockets[place];
    if (socket === 'coming' || socket?.readyState === WebSocket.CONNECTING) return;
    if (socket?.readyState === WebSocket.OPEN) {
      socket.send(frame());
      return;
    }
    sockets[place] = 'coming';
    openPage(url, { from, to: uri }).then(
      page => {
        page.on('error', () => {});
        sockets[place] = page;
      },
      () => {
        sockets[place] = undefined;
      },
    );
  });
  for (const socket of sockets) if (socket instanceof WebSocket) socket.terminate();
  return attempts;
}

export function broken(): () => Buffer {
  const random = new Random(SEED);
  const whole = seeds();
  return () => mutate(random.pick(whole), random, random.pick(whole));
}

export function invite(uri: string, transport: 'UDP' | 'WS', own: string): Buffer {
  const id = randomBytes(8).toString('hex');
  return Buffer.from(
    [
      `INVITE ${uri} SIP/2.0`,
      `Via: SIP/2.0/${transport} ${own};branch=z9hG4bK${id}`,
      'Max-Forwards: 70',
      `To: <${uri}>`,
      `From: <sip:${id}@attacker.invalid>;tag=${id}`,
      `Call-ID: ${id}`,
      'CSeq: 1 INVITE',
      `Contact: <sip:${id}@${own}>`,
      'Content-Type: application/sdp',
      `Content-Length: ${Buffer.byteLength(SDP)}`,
      '',
      SDP,
    ].join('\r\n'),
  );
}
