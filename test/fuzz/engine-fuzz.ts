// A running engine and its application, over UDP and WebSocket, against mutated messages. Valid calls in between must
// be answered, and when all timers have run, the engine must be empty.

import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setImmediate as breathe } from 'node:timers/promises';
import Srf from 'drachtio-srf';
import { WebSocket, WebSocketServer } from 'ws';
import { Engine } from '../../gateway/engine/engine.ts';
import { eventually } from '../support/eventually.ts';
import { mutate } from './mutate.ts';
import { Random } from './random.ts';
import { seeds } from './seeds.ts';

const secret = 'fuzz';
/** 64*T1 is 320 ms. */
const timers = { t1: 5, t2: 20, t4: 10 };
const methods = [
  'invite',
  'options',
  'register',
  'message',
  'bye',
  'info',
  'subscribe',
  'refer',
  'notify',
  'update',
];
const statuses = [200, 302, 404, 486, 603];

export interface EngineRun {
  readonly messages: number;
  /** Requests that reached the application. */
  readonly delivered: number;
  /** Errors that the engine's error boundary caught. Each is a bug. */
  readonly faults: readonly unknown[];
}

/** Runs until `enough` returns true, then waits until the engine is empty. */
export async function fuzzEngine(seed: number, enough: (count: number) => boolean): Promise<EngineRun> {
  const random = new Random(seed);
  const faults: unknown[] = [];
  const log = { debug() {}, info() {}, warn() {}, error: (fields: object) => void faults.push(fields) };
  const engine = await Engine.start({
    listen: [{ transport: 'udp', address: '127.0.0.1', port: 0 }],
    admin: { secret },
    timers,
    log,
  });
  let delivered = 0;
  const srf = await connectApplication(engine, random, () => delivered++);
  const udp = createSocket('udp4').bind(0, '127.0.0.1');
  await once(udp, 'listening');
  const { socket, server } = await connectWebSocket(engine);
  const udpPort = engine.points[0]!.port;
  const pool = seeds();
  let count = 0;
  for (; !enough(count); count++) {
    const bytes = toUs(mutate(random.pick(pool), random, random.pick(pool)), random);
    if (bytes.length < 60_000 && random.oneIn(2)) udp.send(bytes, udpPort, '127.0.0.1');
    else if (socket.readyState === WebSocket.OPEN) socket.send(bytes);
    if (count % 16 === 0) await breathe();
  }
  socket.close();
  try {
    await eventually('the engine has forgotten everything', () => {
      const { applications, ...rest } = engine.counts();
      assert.equal(applications, 1, 'The application was lost');
      return Object.values(rest).every(value => value === 0) || assert.fail(JSON.stringify(rest));
    });
  } finally {
    srf.disconnect();
    await engine.stop();
    udp.close();
    server.close();
  }
  return { messages: count, delivered, faults };
}

/** Answers requests randomly, and some calls correctly. */
async function connectApplication(engine: Engine, random: Random, delivered: () => void): Promise<Srf> {
  const srf = new Srf();
  srf.on('error', () => {});
  for (const method of methods) {
    srf.use(method, (request, response) => {
      delivered();
      // An accepted subscription would last until its NOTIFY ends it, which this application never sends.
      if (request.method === 'SUBSCRIBE') response.send(489);
      else if (request.method !== 'INVITE' || random.oneIn(2)) {
        response.send(random.pick(statuses));
      } else {
        response.send(180);
        response.send(random.pick([200, 404, 486]));
      }
    });
  }
  srf.connect({ host: engine.admin.address, port: engine.admin.port, secret });
  await once(srf, 'connect');
  return srf;
}

async function connectWebSocket(engine: Engine): Promise<{ socket: WebSocket; server: WebSocketServer }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', maxPayload: 128 * 1024 });
  server.on('connection', (accepted, request) => {
    const { remoteAddress = '', remotePort = 0 } = request.socket;
    engine.acceptWebSocket(accepted, { address: remoteAddress, port: remotePort }, false);
  });
  await once(server, 'listening');
  const address = server.address() as { port: number };
  const socket = new WebSocket(`ws://127.0.0.1:${address.port}`, 'sip');
  socket.on('error', () => {});
  await once(socket, 'open');
  return { socket, server };
}

/** Usually gives the message new identifiers. Otherwise every later message would be a retransmission. */
function toUs(bytes: Buffer, random: Random): Buffer {
  if (random.oneIn(10)) return bytes;
  const mark = random.text('abcdef0123456789', 12);
  const text = bytes
    .toString('latin1')
    .replace(/^(call-id|i)([ \t]*:[ \t]*)/im, `$1$2${mark}`)
    .replace(/branch=z9hG4bK/, `branch=z9hG4bK${mark};rport;x=`);
  return Buffer.from(text, 'latin1');
}
