// The engine answers SIP requests that do not arrive over a WebSocket. None of them reaches the application, whose library
// needs more than linear time for some messages.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { FrameReader } from '../../gateway/engine/drachtio/framing.ts';
import { eventually } from '../support/eventually.ts';
import { startSiege } from './siege.ts';
import {
  type BareEngine,
  knock,
  LOOPBACK,
  startBareEngine,
  statusOf,
  UnknownSender,
} from './unknown-sender.ts';

const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, PRACK';
const methods = [
  'invite',
  'options',
  'register',
  'subscribe',
  'notify',
  'message',
  'info',
  'publish',
  'refer',
  'bye',
  'update',
  'prack',
  'fetch',
];

/** An application that subscribes to all methods; `frames` are the messages that it received. */
async function application(context: TestContext, { engine }: BareEngine) {
  const { host, port, secret } = engine.applications;
  const socket = connect(port, host);
  context.after(() => void socket.destroy());
  await once(socket, 'connect');
  const frames: string[] = [];
  let replies = 0;
  const reader = new FrameReader(payload => {
    const text = payload.toString('latin1');
    if (text.includes('|sip|network|')) frames.push(text);
    else replies++;
  });
  socket.on('data', chunk => reader.push(chunk));
  const say = (text: string) => socket.write(`${text.length}#${text}`);
  const command = async (text: string) => {
    const before = replies;
    say(text);
    await eventually('a reply', () => replies > before);
  };
  await command(`1|authenticate|${secret}|`);
  for (const method of methods) await command(`1|route|${method}`);
  /** What was given before this. */
  const given = async () => {
    await command('1|ping');
    return frames;
  };
  const dial = (to: number) =>
    say(
      `2|sip||\r\nOPTIONS sip:${LOOPBACK}:${to};transport=tcp SIP/2.0\r\nFrom: <sip:a@${LOOPBACK}>\r\nTo: <sip:b@${LOOPBACK}>\r\n\r\n`,
    );
  return { given, dial };
}

/** The final answer that `socket` gets to a request. */
async function ask(socket: Socket, request: string): Promise<string> {
  let heard = '';
  const keep = (bytes: Buffer) => {
    heard += bytes.toString('latin1');
  };
  socket.on('data', keep);
  socket.write(request);
  // A request of the engine's may come before it.
  const answer = () => /SIP\/2\.0 [2-6]\d\d[\s\S]*\r\n\r\n/.exec(heard)?.[0];
  const found = await eventually('an answer', answer);
  socket.off('data', keep);
  return found;
}

const expected: [method: string, status: number, allow: boolean][] = [
  ['INVITE', 403, false],
  ['OPTIONS', 200, true],
  ['REGISTER', 405, true],
  ['SUBSCRIBE', 405, true],
  ['NOTIFY', 405, true],
  ['MESSAGE', 405, true],
  ['INFO', 405, true],
  ['PUBLISH', 405, true],
  ['REFER', 405, true],
  ['BYE', 481, false],
  ['UPDATE', 481, false],
  ['PRACK', 481, false],
  ['CANCEL', 481, false],
  ['FETCH', 501, true],
];

function assertAnswer(answer: string, method: string, status: number, allow: boolean): void {
  assert.equal(statusOf(Buffer.from(answer)), status, method);
  assert.equal(answer.match(/^Allow: (.*)\r$/m)?.[1], allow ? ALLOW : undefined, method);
}

test('what comes by UDP outside dialogs is answered by the engine, and the application is given no frame', async context => {
  const bare = await startBareEngine(context);
  const app = await application(context, bare);
  const stranger = await UnknownSender.at(context, bare.port);
  for (const [method, status, allow] of expected) {
    stranger.send(knock(method, { headers: ['Subject: room for an Allow'] }));
    const [answer] = await stranger.allHeard();
    assertAnswer(String(answer), method, status, allow);
  }
  assert.deepEqual(await app.given(), []);
  assert.deepEqual(bare.offences, []);
});

test('what comes by TCP outside dialogs is answered by the engine, and calls and registrations are offences', async context => {
  const bare = await startBareEngine(context);
  const app = await application(context, bare);
  const socket = connect(bare.port, LOOPBACK);
  context.after(() => void socket.destroy());
  await once(socket, 'connect');
  for (const [method, status, allow] of expected) {
    assertAnswer(await ask(socket, knock(method, { via: 'SIP/2.0/TCP x' })), method, status, allow);
  }
  assert.deepEqual(await app.given(), []);
  assert.deepEqual(bare.offences, Array(2).fill(`unknown-source from ${LOOPBACK}`));
});

test('what a PBX says outside dialogs on a connection that we opened is answered alike, and is no offence', async context => {
  const bare = await startBareEngine(context);
  const app = await application(context, bare);
  const server = createServer().listen(0, LOOPBACK);
  context.after(() => server.close());
  await once(server, 'listening');
  const connected = once(server, 'connection') as Promise<[Socket]>;
  app.dial((server.address() as { port: number }).port);
  const [pbx] = await connected;
  context.after(() => void pbx.destroy());
  for (const [method, status, allow] of expected) {
    assertAnswer(await ask(pbx, knock(method, { via: 'SIP/2.0/TCP x' })), method, status, allow);
  }
  assert.deepEqual(await app.given(), []);
  assert.deepEqual(bare.offences, []);
});

test('a boundary of 30 kB in an OPTIONS by UDP costs the gateway no more than reading it', async context => {
  const siege = await startSiege(context);
  const stranger = await UnknownSender.at(context, siege.sipPort('udp'));
  const boundary = `Content-Type: multipart/${'x'.repeat(30_000)}`;
  const body = '--a\r\n\r\nx\r\n--a--';
  const attack = knock('OPTIONS', { headers: [boundary] }).replace(
    /Content-Length: 0\r\n\r\n$/,
    `Content-Length: ${body.length}\r\n\r\n${body}`,
  );
  const before = process.cpuUsage();
  for (let i = 0; i < 5; i++) stranger.send(attack.replace(/knock-\d+/g, `boundary-${i}`));
  const answers = await stranger.allHeard();
  const { user, system } = process.cpuUsage(before);
  assert.deepEqual(answers.map(statusOf), Array(5).fill(200));
  assert.ok(user + system < 1_500_000, `${(user + system) / 1000} ms of CPU`);
  await siege.goodCall();
});

test('an unknown sender that calls without end causes a bounded number of log lines', async context => {
  const { logged, port } = await startBareEngine(context);
  const stranger = await UnknownSender.at(context, port);
  for (let i = 0; i < 300; i++) stranger.send(knock('INVITE'));
  await stranger.allHeard();
  const refusals = logged.filter(({ msg }) => msg === 'call refused');
  assert.ok(refusals.length > 0 && refusals.length <= 60, `${refusals.length} lines`);
});
