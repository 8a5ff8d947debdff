// Messages of a peer reach drachtio-srf, whose parser backtracks, prints what it cannot parse and decodes header names. The
// tests run the product's own process, because a parser that does not return blocks the process.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import {
  browserOffer,
  callAnswered,
  DIRECTOR,
  type ProcessScene,
  startProcessScene,
} from '../support/process-scene.ts';
import { RawCall } from '../support/raw-call.ts';
import { SDP } from '../support/signalling-gateway.ts';

/** Cubic for `\s*(.*)\s*$`: blanks, and a line terminator that `.` does not match. */
const SLOW_PHRASE = `${' '.repeat(15_000)}a\u2028x`;
/** For `.*;\s*boundary="?(.*?)"?$`. */
const SLOW_TYPE = `multipart/mixed${'; \t'.repeat(3_000)}boundary="a\u2028x`;
const SLOW_PARTS = `--a\r\nContent-Type:${' \r\n'.repeat(4_000)}x\r\n\r\n${'Content-Type: '.repeat(1_000)}\r\n--a--\r\n`;
const FORGED_LINE = '{"level":"info","msg":"ready","forged":true}';

async function assertAlive({ gateway, page, pbx }: ProcessScene): Promise<void> {
  const { status } = await gateway.counts();
  assert.equal(status, 'ok');
  const visitor = await page();
  const { call } = await callAnswered(visitor, pbx);
  call.request('BYE');
  await visitor.response(200, 'BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  assert.ok(gateway.log.split('\n').every(isOfTheLog), gateway.log);
}

/** Every printed line is a JSON object of pino. */
function isOfTheLog(line: string): boolean {
  return line === '' || (/^\{"level":"[a-z]+","time":"/.test(line) && !('forged' in JSON.parse(line)));
}

/** A call to the director that the PBX has, and has not answered. */
async function ringing({ page, pbx }: ProcessScene) {
  const visitor = await page();
  const call = new RawCall(visitor, DIRECTOR);
  call.invite(await browserOffer());
  return { visitor, call, invite: await pbx.request('INVITE') };
}

const scene = (context: TestContext) => startProcessScene(context, { limits: { ringSeconds: 20 } });

test('a visitor whose answer has a slow reason phrase stops no signalling', async context => {
  const stage = await scene(context);
  const { gateway, pbx, page } = stage;
  const visitor = await page();
  const { invite } = await callAnswered(visitor, pbx);
  pbx.requestWithin(invite, 'BYE');
  await pbx.response(200, 'BYE');
  visitor.respond(await visitor.request('BYE'), `200${SLOW_PHRASE}`);
  await eventually('the call is over', async () => (await gateway.counts()).calls === 0);
  await assertAlive(stage);
});

test('a PBX whose answer has a slow reason phrase stops no signalling', async context => {
  const stage = await scene(context);
  const { visitor, invite } = await ringing(stage);
  stage.pbx.respond(invite, `180${SLOW_PHRASE}`);
  await visitor.response(180);
  stage.pbx.respond(invite, `486 ${SLOW_PHRASE}`);
  await visitor.response(486);
  await assertAlive(stage);
});

test('bodies of a slow type stop no signalling, wherever they come from', async context => {
  const stage = await scene(context);
  const { pbx } = stage;
  const { visitor, call, invite } = await ringing(stage);
  pbx.respond(invite, '183 Session Progress', { type: SLOW_TYPE, body: SLOW_PARTS });
  pbx.respond(invite, '183 Session Progress', { type: 'multipart/mixed;boundary=a', body: SLOW_PARTS });
  pbx.respond(invite, '200 OK', { body: SDP });
  call.ack(await visitor.response(200));
  await pbx.request('ACK');
  for (const type of [SLOW_TYPE, 'multipart/mixed;boundary=a']) {
    call.request('INFO', SLOW_PARTS, [], type);
    await visitor.response(415, 'INFO');
  }
  call.request('BYE');
  await visitor.response(200, 'BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await assertAlive(stage);
});

test('a header that drachtio-srf decodes, inherits or cannot read is not handed to it', async context => {
  const stage = await scene(context);
  const { visitor, call, invite } = await ringing(stage);
  const headers = [
    `%43all-ID: ${FORGED_LINE}`,
    '%46rom: <sip:x@y>;tag=z',
    '__proto__: x',
    'constructor: x',
    `X-Long: ${'x'.repeat(20_000)}`,
    `Subject: a\u2028${FORGED_LINE}\u2029${FORGED_LINE}\u0085${FORGED_LINE}`,
    'Contact-Encoding: x',
  ];
  stage.pbx.respond(invite, `180 ${FORGED_LINE}\u2028${FORGED_LINE}`, { headers });
  await visitor.response(180);
  stage.pbx.respond(invite, '200 OK', { body: SDP, headers });
  call.ack(await visitor.response(200));
  await stage.pbx.request('ACK');
  call.request('BYE', '', headers);
  await visitor.response(200, 'BYE');
  stage.pbx.respond(await stage.pbx.request('BYE'), '200 OK', { headers });
  await assertAlive(stage);
});
