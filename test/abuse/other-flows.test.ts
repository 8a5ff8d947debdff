// Messages with the branch of a transaction that arrive from another source: they do not change the transaction. Also the
// number of sockets that the Via and the silent connections of an unknown sender can use.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { SipRequest } from '../../gateway/engine/message/message.ts';
import { streamLimits } from '../../gateway/engine/transport/stream-limits.ts';
import { eventually } from '../support/eventually.ts';
import { RawCall } from '../support/raw-call.ts';
import { connectApp, nextRequest, startEngine } from '../unit/engine/drachtio/testbed.ts';
import { DIRECTOR, OFFER, startSiege } from './siege.ts';
import {
  doorOf,
  knock,
  LIFETIME_MS,
  LOOPBACK,
  startBareEngine,
  startHeldEngine,
  statusOf,
  UnknownSender,
} from './unknown-sender.ts';

/** An engine of any application, with an INVITE that rings. */
async function ringing(context: TestContext) {
  const { engine, clock } = await startHeldEngine(context);
  const srf = await connectApp(engine);
  const door = doorOf(engine, 'udp');
  const caller = await UnknownSender.at(context, door);
  const other = await UnknownSender.at(context, door, '127.0.0.2');
  srf.use('options', (_req, res) => res.send(200));
  const asked = nextRequest(srf, 'invite');
  const invite = knock('INVITE', { id: 'ringing' });
  caller.send(invite);
  const { req, res } = await asked;
  let cancelled = false;
  req.on('cancel', () => (cancelled = true));
  res.send(180);
  assert.deepEqual((await caller.allHeard()).map(statusOf), [100, 180]);
  const forged = (method: string, text = invite) =>
    text.replace(/^INVITE/, method).replace('1 INVITE', `1 ${method}`);
  return { clock, caller, other, invite, forged, res, isCancelled: () => cancelled };
}

test('a CANCEL with the branch of an INVITE is 481 from another address, and the phone rings on', async context => {
  const { caller, other, forged, isCancelled } = await ringing(context);
  other.send(forged('CANCEL'));
  assert.deepEqual((await other.allHeard()).map(statusOf), [481]);
  assert.deepEqual(await caller.allHeard(), []);
  assert.equal(isCancelled(), false);
  caller.send(forged('CANCEL'));
  assert.deepEqual((await caller.allHeard()).map(statusOf).sort(), [200, 487]);
});

test('an ACK with the branch of an INVITE stops no answer from another address', async context => {
  const { caller, other, forged, res, clock } = await ringing(context);
  res.send(486);
  await eventually('the refusal', () => caller.heard.some(bytes => statusOf(bytes) === 486));
  await caller.allHeard();
  other.send(forged('ACK'));
  await other.allHeard();
  clock.pass(20);
  assert.deepEqual((await caller.allHeard()).map(statusOf), [486]);
  caller.send(forged('ACK'));
  await caller.allHeard();
  clock.pass(LIFETIME_MS);
  assert.deepEqual(await caller.allHeard(), []);
});

test('a request that is repeated from another address causes no answer to the first one', async context => {
  const { caller, other, invite } = await ringing(context);
  other.send(invite);
  assert.deepEqual((await other.allHeard()).map(statusOf), [482]);
  assert.deepEqual(await caller.allHeard(), []);
});

test('16: a CANCEL with the branch of a visitor is 481 by UDP and TCP, and the phone rings on', async context => {
  const siege = await startSiege(context);
  const { browser, pbx } = siege;
  const call = new RawCall(browser, DIRECTOR);
  call.invite(OFFER);
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '180 Ringing');
  await browser.response(180);
  const sent = cancelOf(call.id);
  const stranger = await UnknownSender.at(context, siege.sipPort('udp'));
  stranger.send(sent);
  // Without rport the answer goes to port 5060 and is not seen here: see the next one.
  assert.deepEqual(await stranger.allHeard(), []);
  const socket = connect(siege.sipPort('tcp'), LOOPBACK);
  context.after(() => void socket.destroy());
  socket.write(sent);
  const heard: Buffer[] = [];
  socket.on('data', bytes => heard.push(bytes));
  await eventually('an answer', () => heard.length > 0);
  assert.equal(statusOf(Buffer.concat(heard)), 481);
  assert.ok(!pbx.inbox.some(message => message.kind === 'request' && message.method === 'CANCEL'));
  assert.ok(!browser.inbox.some(message => message.kind === 'response' && message.status === 487));
  call.cancel();
  await browser.response(487);
  pbx.respond(await pbx.request('CANCEL'), '200 OK');
  pbx.respond(invite, '487 Request Terminated');
  await siege.goodCall();
});

/** What the page of that call would send. */
function cancelOf(id: string): string {
  return [
    `CANCEL ${DIRECTOR} SIP/2.0`,
    `Via: SIP/2.0/WS browser.invalid;branch=z9hG4bK${id}invite`,
    'Max-Forwards: 69',
    `To: <${DIRECTOR}>`,
    `From: <sip:anonymous@anonymous.invalid>;tag=${id}`,
    `Call-ID: ${id}`,
    'CSeq: 1 CANCEL',
    'User-Agent: room for what the answer adds to the Via',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

/** An answer of the callee, as an attacker who has the INVITE could write it. */
function responseTo(invite: SipRequest, status: string, branch = ''): string {
  return [
    `SIP/2.0 ${status}`,
    ...invite.headers.all('Via').map(value => `Via: ${value.replace(/branch=/, `$&${branch}`)}`),
    `From: ${invite.headers.get('From')}`,
    `To: ${invite.headers.get('To')};tag=elsewhere`,
    `Call-ID: ${invite.headers.get('Call-ID')}`,
    `CSeq: ${invite.headers.get('CSeq')}`,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

test('a PBX may answer from another of its addresses', async context => {
  const siege = await startSiege(context);
  const { browser, pbx } = siege;
  const call = new RawCall(browser, DIRECTOR);
  call.invite(OFFER);
  const invite = await pbx.request('INVITE');
  const otherAddress = await UnknownSender.at(context, siege.sipPort('udp'), '127.0.0.2');
  otherAddress.send(responseTo(invite, '180 Ringing'));
  await browser.response(180);
  otherAddress.send(responseTo(invite, '486 Busy Here'));
  await browser.response(486);
  await siege.goodCall();
});

test("a response without our branch, or with it by a connection, is not the PBX's", async context => {
  const siege = await startSiege(context);
  const { browser, pbx } = siege;
  const call = new RawCall(browser, DIRECTOR);
  call.invite(OFFER);
  const invite = await pbx.request('INVITE');
  const liar = await UnknownSender.at(context, siege.sipPort('udp'), '127.0.0.2');
  liar.send(responseTo(invite, '603 Decline', 'x'));
  await liar.allHeard();
  const connection = connect(siege.sipPort('tcp'), LOOPBACK);
  context.after(() => void connection.destroy());
  // An OPTIONS behind it shows that it has been read.
  connection.write(responseTo(invite, '603 Decline') + knock('OPTIONS', { via: 'SIP/2.0/TCP liar.invalid' }));
  await once(connection, 'data');
  pbx.respond(invite, '180 Ringing');
  await browser.response(180);
  call.cancel();
  await browser.response(487);
  pbx.respond(await pbx.request('CANCEL'), '200 OK');
  pbx.respond(invite, '487 Request Terminated');
  await siege.goodCall();
});

test('ports that a Via names cost no sockets', async context => {
  const { port } = await startBareEngine(context);
  const stranger = await UnknownSender.at(context, port);
  await assertNoSockets(context, stranger);
});

test('ports that a Via names cost no sockets of an engine of any application either', async context => {
  const { engine } = await startHeldEngine(context);
  const stranger = await UnknownSender.at(context, doorOf(engine, 'udp'));
  await assertNoSockets(context, stranger);
});

/** At ports that are open: from others the system's refusal closes a socket again. */
async function assertNoSockets(context: TestContext, stranger: UnknownSender): Promise<void> {
  const ports = await Promise.all(Array.from({ length: 20 }, () => UnknownSender.at(context, 9)));
  const before = udpSockets();
  assert.ok(before > ports.length);
  for (const { port } of ports) stranger.send(knock('OPTIONS', { via: `SIP/2.0/UDP ${LOOPBACK}:${port}` }));
  await eventually('the answers', () => ports.every(({ heard }) => heard.length > 0));
  // Those that were there to find a free port may have closed meanwhile.
  assert.ok(udpSockets() <= before, `${udpSockets()} sockets, ${before} before`);
}

function udpSockets(): number {
  return process.getActiveResourcesInfo().filter(kind => kind === 'UDPWrap').length;
}

test('a silent connection of an unknown sender is closed', async context => {
  const stream = { ...streamLimits, messageMs: 50 };
  const engine = await startEngine(context, {
    limits: { transactions: 100, dialogs: 100, transports: { stream } },
  });
  const door = doorOf(engine, 'tcp');
  const silent: Socket = connect(door, LOOPBACK);
  context.after(() => void silent.destroy());
  silent.resume();
  // Keep-alives are no message.
  silent.write('\r\n\r\n');
  await eventually('it is closed', () => silent.closed);
});

test('a connection of an unknown sender is closed when it is idle after its answer', async context => {
  const stream = { ...streamLimits, quietMs: 50 };
  const engine = await startEngine(context, {
    limits: { transactions: 100, dialogs: 100, transports: { stream } },
  });
  const door = doorOf(engine, 'tcp');
  const quiet = connect(door, LOOPBACK);
  quiet.write(knock('UPDATE', { via: 'SIP/2.0/TCP x', to: '<sip:a@b>;tag=none' }));
  context.after(() => void quiet.destroy());
  const heard: Buffer[] = [];
  quiet.on('data', bytes => heard.push(bytes));
  await eventually('it is closed', () => quiet.closed);
  assert.equal(statusOf(Buffer.concat(heard)), 481);
});
