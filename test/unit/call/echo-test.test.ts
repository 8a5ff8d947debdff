import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RawCall } from '../../support/raw-call.ts';
import type { RawPeer } from '../../support/raw-peer.ts';
import { SDP, startScene } from '../../support/signalling-gateway.ts';

const ECHO = 'sip:echo-test@mysite.test';

test('an echo test is answered by the gateway itself, and no PBX hears of it', async context => {
  const { browser, pbxs, quiet, gateway, logged } = await startScene(context);
  const call = new RawCall(browser, ECHO);
  call.invite(SDP);
  const answered = await browser.response(200);
  assert.equal(answered.body.toString(), SDP);
  call.ack(answered);
  assert.equal((await gateway.health()).calls, 1);
  call.request('BYE');
  await browser.response(200, 'BYE');
  await quiet();
  assert.deepEqual((pbxs[0] as RawPeer).inbox, []);
  const line = logged.find(({ msg }) => msg === 'call ended');
  assert.deepEqual([line?.to, line?.ending], ['echo-test@mysite.test', 'hung-up-by-visitor']);
});

test('an echo test counts as a call', async context => {
  const { browser } = await startScene(context, { limits: { calls: 1 } });
  const first = new RawCall(browser, ECHO);
  first.invite(SDP);
  first.ack(await browser.response(200));
  new RawCall(browser, ECHO).invite(SDP);
  await browser.response(503);
});

test('another offer in an echo test is answered too', async context => {
  const { browser, quiet } = await startScene(context);
  const call = new RawCall(browser, ECHO);
  call.invite(SDP);
  call.ack(await browser.response(200));
  call.request('UPDATE');
  assert.equal((await browser.response(200, 'UPDATE')).body.length, 0);
  const restarted = SDP.replace('o=- 1 1', 'o=- 1 2');
  call.request('INVITE', restarted);
  assert.equal((await browser.response(200, 'INVITE')).body.toString(), restarted);
  call.ackAgain();
  call.request('BYE');
  await quiet();
});

test('an echo test is over after half a minute, and the page is told', async context => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { browser, quiet } = await startScene(context);
  const call = new RawCall(browser, ECHO);
  call.invite(SDP);
  call.ack(await browser.response(200));
  // Whoever answers a request in the dialog has had the ACK.
  call.request('INFO');
  await browser.response(200, 'INFO');
  context.mock.timers.tick(30_000);
  const bye = await browser.request('BYE');
  assert.match(bye.headers.get('Reason') ?? '', /cause=408/);
  browser.respond(bye, '200 OK');
  context.mock.timers.reset();
  await quiet();
});

test('an echo test ends with its page, its media or its gateway', async context => {
  const { browser, quiet, media } = await startScene(context);
  const call = new RawCall(browser, ECHO);
  call.invite(SDP);
  call.ack(await browser.response(200));
  media.emit({ type: 'failed', reason: 'no ICE check came from the browser' });
  browser.respond(await browser.request('BYE'), '200 OK');
  await quiet();
  const another = new RawCall(browser, ECHO);
  another.invite(SDP);
  another.ack(await browser.response(200));
  browser.close();
  await quiet();
});
