// WebSockets with messages that are too large, too fragmented or incomplete, or that do not read. In each case the connection
// ends, its resources are released, and the call of another visitor continues.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SipResponse } from '../../gateway/engine/message/message.ts';
import { parseMessage } from '../../gateway/engine/message/parse.ts';
import { eventually } from '../support/eventually.ts';
import { RawCall } from '../support/raw-call.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { PAGE } from '../support/signalling-gateway.ts';
import { cpuTime } from '../unit/engine/message/cpu-time.ts';
import { BareSocket, frame, opcode } from './bare-socket.ts';
import { ANSWER, DIRECTOR, OFFER, type Siege, startSiege } from './siege.ts';

/** The admitted visitors. */
const visitors = async ({ gateway }: Siege) => Number((await gateway.health()).visitors);

async function bare(context: TestContext, { gateway }: Siege): Promise<BareSocket> {
  const socket = await BareSocket.open(gateway.url);
  context.after(() => socket.socket.destroy());
  return socket;
}

const invite = (headers: readonly string[]) =>
  [
    `INVITE ${DIRECTOR} SIP/2.0`,
    'Via: SIP/2.0/WS browser.invalid;branch=z9hG4bKlong',
    'Max-Forwards: 69',
    `To: <${DIRECTOR}>`,
    'From: <sip:anonymous@anonymous.invalid>;tag=long',
    'Call-ID: long',
    'CSeq: 1 INVITE',
    'Contact: <sip:browser@browser.invalid;transport=ws>',
    ...headers,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');

test('7: a frame of 64 KiB + 1 ends the connection with 1009, and what fits is answered 400', async context => {
  const siege = await startSiege(context);
  const huge = await bare(context, siege);
  huge.frame(opcode.text, 'x'.repeat(64 * 1024 + 1));
  await huge.closed;
  assert.equal(huge.closeCode, 1009);
  // As much is announced, and not sent.
  const promised = await bare(context, siege);
  promised.socket.write(frame(opcode.text, 'x'.repeat(1024 * 1024)).subarray(0, 14));
  await promised.closed;
  assert.equal(promised.closeCode, 1009);
  for (const headers of [[`X-Long: ${'x'.repeat(60 * 1024)}`], Array.from({ length: 10_000 }, () => 'X:')]) {
    const visitor = await siege.visitor();
    visitor.send(invite(headers));
    await visitor.response(400);
  }
  await siege.goodCall();
});

test('7: parameters without end are read in a time that grows as they do', context => {
  const params = (bytes: number) =>
    Buffer.from(
      invite([`X: <sip:a@b>${';a=1'.repeat(bytes / 4)}`, `Contact: <sip:c@d>${';p'.repeat(bytes / 2)}`]),
    );
  const [short, long] = [params(1024), params(16 * 1024)];
  const times = (message: Buffer) =>
    cpuTime(() => {
      for (let i = 0; i < 300; i++) parseMessage(message);
    });
  times(short);
  context.diagnostic(`16 times the parameters take ${(times(long) / times(short)).toFixed(1)} times as long`);
});

test('8: continuation frames that never end, empty ones too, end the connection with 1008', async context => {
  const siege = await startSiege(context);
  for (const piece of ['x', '']) {
    const socket = await bare(context, siege);
    socket.frame(opcode.text, piece, false);
    for (let i = 0; i < 17; i++) socket.frame(opcode.continuation, piece, false);
    await socket.closed;
    assert.equal(socket.closeCode, 1008);
  }
  // One frame of 60 kB in pieces of a byte.
  const drip = await bare(context, siege);
  const slow = frame(opcode.text, 'x'.repeat(60_000));
  drip.socket.setNoDelay(true);
  let at = 0;
  while (!drip.socket.closed && at < 2_000) {
    drip.socket.write(slow.subarray(at, ++at));
    await new Promise(resolve => setImmediate(resolve));
  }
  drip.socket.destroy();
  await eventually('all are gone', async () => (await visitors(siege)) === 1);
  await siege.goodCall();
});

test('pings, and answers to none, count as messages do', async context => {
  const siege = await startSiege(context, { limits: { messagesPerSecond: 2 } });
  for (const kind of [opcode.ping, opcode.pong]) {
    const socket = await bare(context, siege);
    for (let i = 0; i < 30; i++) socket.frame(kind, 'x'.repeat(100));
    await socket.closed;
  }
  await siege.goodCall();
});

test('10: a page that stops reading in a call is cut off at the cap; grace, BYE, nothing left', async context => {
  const siege = await startSiege(context, { limits: { reconnectSeconds: 0.2, messagesPerSecond: 10_000 } });
  const page = await bare(context, siege);
  const call = new RawCall(peerOf(page), DIRECTOR);
  call.invite(OFFER);
  const asked = await siege.pbx.request('INVITE');
  siege.pbx.respond(asked, '200 OK', { body: ANSWER });
  const begins = await eventually('the answer', () => page.heard.indexOf('SIP/2.0 200') + 1, { every: 5 });
  call.ack(parseMessage(page.heard.subarray(begins - 1)) as SipResponse);
  await siege.pbx.request('ACK');
  page.socket.pause();
  // Each request gets an answer of the same size: 481, with every Via.
  const padding = 'x'.repeat(50_000);
  for (let i = 0; i < 1_000 && (await visitors(siege)) === 2; i++) {
    page.frame(opcode.text, outOfDialogRequest(i, padding));
    await new Promise(resolve => setImmediate(resolve));
  }
  await eventually('the page is cut off', async () => (await visitors(siege)) === 1);
  siege.pbx.respond(await siege.pbx.request('BYE'), '200 OK');
  await siege.quiet();
  await siege.goodCall();
});

test('a page that pings and reads nothing is cut off while its answers wait', async context => {
  const siege = await startSiege(context, { limits: { messagesPerSecond: 100_000 } });
  const page = await bare(context, siege);
  page.socket.pause();
  const many = Buffer.concat(new Array<Buffer>(500).fill(frame(opcode.ping, 'x'.repeat(125))));
  await eventually(
    'it is gone',
    async () => {
      if (page.socket.writable) page.socket.write(many);
      return (await visitors(siege)) === 1;
    },
    { every: 1 },
  );
  await siege.goodCall();
});

test('11: a half-open WebSocket is detected by unanswered pings; one that answers stays open', async context => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  const siege = await startSiege(context);
  const deadCable = await bare(context, siege);
  assert.equal(await visitors(siege), 2);
  for (let beat = 0; beat < 3; beat++) {
    context.mock.timers.tick(15_000);
    // The good one's answer is there before the next beat.
    await siege.goodCall();
  }
  await deadCable.closed;
  const good = await RawPeer.browser(siege.gateway.url, PAGE);
  good.close();
});

/** Of no dialog, and long. */
function outOfDialogRequest(number: number, padding: string): string {
  return [
    `INFO ${DIRECTOR} SIP/2.0`,
    `Via: SIP/2.0/WS browser.invalid;branch=z9hG4bKstray${number};p=${padding}`,
    'Max-Forwards: 69',
    `To: <${DIRECTOR}>;tag=nobody`,
    'From: <sip:anonymous@anonymous.invalid>;tag=x',
    `Call-ID: outOfDialogRequest${number}`,
    'CSeq: 1 INFO',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

/** As much of a peer as a call needs to send. */
function peerOf(socket: BareSocket): RawPeer {
  return { send: (text: string) => socket.frame(opcode.text, text) } as unknown as RawPeer;
}
