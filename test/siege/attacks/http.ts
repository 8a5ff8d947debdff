// HTTP abuse: pipelined requests, clients that close early or do not read, unusual spellings of names, Hosts,
// upgrades and endless bodies.

import type { Socket } from 'node:net';
import { halfRequests, hopefulUpgrades, open } from '../../bench/attack/http-attacks.ts';
import { pace } from '../../bench/attack/pace.ts';
import type { BenchAttack } from '../../bench/attack/targets.ts';
import { ORIGIN } from '../../bench/page.ts';
import { Random } from '../../fuzz/random.ts';
import type { AttackContext, SiegeAttack } from '../siege-attack.ts';

const random = new Random(9110);
/** The maximum of open connections of an attacker; the oldest is closed. */
const MOST_OPEN = 300;
const PATIENCE_MS = 10_000;

interface ConnectionOptions {
  readonly text: string;
  /** The number of requests in the data. */
  readonly requests?: number;
  /** Closes the connection on the first byte of an answer. */
  readonly leaves?: boolean;
  /** Does not read for this long. */
  readonly deafMs?: number;
  /** Sent a few times a second while the connection is open. */
  readonly trickle?: string;
}

/** Opens a new connection each time, from another address. */
function connections(next: (index: number, scene: AttackContext) => ConnectionOptions): SiegeAttack {
  return async scene => {
    const sockets = new Set<Socket>();
    await pace(scene.perSecond, scene.ms, index => {
      const manner = next(index, scene);
      const socket = open(scene.targets.url, scene.address());
      sockets.add(socket);
      if (sockets.size > MOST_OPEN) sockets.values().next().value?.destroy();
      behave(scene, socket, manner, () => sockets.delete(socket));
      scene.tally.sent += manner.requests ?? 1;
    });
    for (const socket of sockets) socket.destroy();
  };
}

function behave({ tally }: AttackContext, socket: Socket, manner: ConnectionOptions, over: () => void): void {
  const { text, leaves, deafMs, trickle } = manner;
  const timers = [setTimeout(() => socket.destroy(), (deafMs ?? 0) + PATIENCE_MS)];
  if (trickle) timers.push(setInterval(() => socket.write(trickle), 250));
  if (deafMs) socket.pause();
  socket.on('data', bytes => {
    for (const [, status] of bytes.toString('latin1').matchAll(/HTTP\/1\.1 (\d{3})/g))
      tally.answered(status!);
    if (leaves) socket.destroy();
  });
  socket.on('error', error => tally.answered((error as NodeJS.ErrnoException).code ?? 'error'));
  socket.on('close', () => {
    for (const timer of timers) clearTimeout(timer);
    over();
  });
  socket.write(text, 'latin1');
}

function get(path: string, host = 'gateway.test', more: readonly string[] = []): string {
  return [`GET ${path} HTTP/1.1`, `Host: ${host}`, ...more, '', ''].join('\r\n');
}

function spelled(text: string): string {
  return text.replace(/[a-z]/g, letter => (random.oneIn(2) ? letter.toUpperCase() : letter));
}

export const pipelining = connections((_index, { targets }) => ({
  text: get(targets.largestFile).repeat(600),
  requests: 600,
  leaves: true,
}));

export const earlyLeavers = connections((_index, { targets }) => ({
  text: get(targets.largestFile),
  leaves: true,
}));

export const slowReaders = connections((index, { targets }) => ({
  text: get(index % 2 ? targets.largestFile : `/card/${targets.card}/photo`).repeat(50),
  requests: 50,
  deafMs: 40_000,
}));

export const caseVariants = connections((_index, { targets }) => ({
  text: get(`/card/${spelled(targets.card)}/picture.png`),
}));

export const qrCodes = connections((index, { targets }) => ({
  text: get(`/card/${targets.card}/qr.svg`, `${index}.gateway.test`).repeat(1_000),
  requests: 1_000,
}));

const hosts = [
  '',
  'a'.repeat(4_000),
  '[::1',
  'a b',
  '127.0.0.1:99999',
  'x@y',
  '%00',
  '\u00ff',
  '"><script>',
  'a/b',
];
export const manyHosts = connections((index, { targets }) => ({
  text: get(
    index % 3 === 0
      ? `/call?to=${targets.card}`
      : `/card/${targets.card}${index % 3 === 1 ? '' : '/picture.png'}`,
    index % 2 ? `host-${index}.test` : hosts[index % hosts.length],
  ),
}));

const upgradeHeaders: readonly (readonly string[])[] = [
  ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'],
  ['Connection: Upgrade', 'Upgrade: TLS/1.0'],
  ['Connection: Upgrade', 'Upgrade: websocket'],
  ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 99', 'Sec-WebSocket-Key: x'],
  ['Connection: Upgrade', 'Upgrade: websocket', `Sec-WebSocket-Protocol: ${'sip,'.repeat(3_000)}`],
  [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Protocol: sip, token.a.b.c',
    `Origin: ${ORIGIN}`,
  ],
  ['Connection: Upgrade', `Upgrade: ${'websocket,'.repeat(1_000)}`],
  ['Connection: Upgrade', 'Upgrade: websocket', 'Transfer-Encoding: chunked', 'Content-Length: 5'],
];
export const upgrades = connections(index => ({
  text: `${get(index % 2 ? '/sip' : '/', 'gateway.test', upgradeHeaders[index % upgradeHeaders.length])}PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`,
}));

const endless: readonly ConnectionOptions[] = [
  { text: post('/token', 'Transfer-Encoding: chunked'), trickle: '1\r\na\r\n' },
  { text: post('/token', 'Content-Length: 4000'), trickle: 'a' },
  { text: post('/callback', 'Content-Length: 99999999'), trickle: 'a'.repeat(1_000) },
  { text: post('/callback', 'Transfer-Encoding: chunked'), trickle: 'ffffffff\r\n' },
  { text: `${get('/', 'gateway.test', ['Content-Length: 99999999'])}`, trickle: 'a'.repeat(1_000) },
];
export const endlessBodies = connections(index => endless[index % endless.length]!);

function post(path: string, header: string): string {
  return `POST ${path} HTTP/1.1\r\nHost: gateway.test\r\nOrigin: ${ORIGIN}\r\nContent-Type: application/x-www-form-urlencoded\r\n${header}\r\n\r\n`;
}

export const names = connections((index, { targets }) => {
  const name = `${random.text('abcdefghijklmnop0123456789%', 12)}@${targets.domain}`;
  const body = `to=${name}`;
  const texts = [
    get(`/call?to=${name}`),
    get(`/card/${name}`),
    get(`/status?to=${name}`, 'gateway.test', [`Origin: ${ORIGIN}`]),
    `${post('/token', `Content-Length: ${body.length}`)}${body}`,
  ];
  return { text: texts[index % texts.length]! };
});

function counted(attack: BenchAttack): SiegeAttack {
  return async ({ targets, tally, ms, perSecond, address }) => {
    tally.unread = true;
    tally.sent += await attack(targets, address(), ms, { perSecond });
  };
}

export const slowHeaders = counted(halfRequests);
export const foreignPages = counted(hopefulUpgrades);
