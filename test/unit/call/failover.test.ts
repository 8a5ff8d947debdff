import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configFrom } from '../../../gateway/config/load.ts';
import { RawCall } from '../../support/raw-call.ts';
import type { RawPeer } from '../../support/raw-peer.ts';
import { SDP, startScene } from '../../support/signalling-gateway.ts';

const DIRECTOR = 'sip:director@mysite.test';

test('a server that refuses is passed over at once', async context => {
  const { browser, pbxs } = await startScene(context, {
    firstIsDead: true,
    limits: { responseSeconds: 30, setupSeconds: 60 },
  });
  const [second] = pbxs as [RawPeer];
  const askedAt = performance.now();
  new RawCall(browser, DIRECTOR).invite(SDP);
  second.respond(await second.request('INVITE'), '486 Busy Here');
  await browser.response(486);
  assert.ok(performance.now() - askedAt < 20_000, 'it waited for a server that had refused');
});

test('a server that says nothing is passed over when its time is up', async context => {
  const { browser, pbxs, quiet } = await startScene(context, { pbxs: 2, limits: { responseSeconds: 0.3 } });
  const [silent, second] = pbxs as [RawPeer, RawPeer];
  new RawCall(browser, DIRECTOR).invite(SDP);
  await silent.request('INVITE');
  second.respond(await second.request('INVITE'), '486 Busy Here');
  await browser.response(486);
  await quiet();
});

test('a server that says 100 and then thinks is not passed over', async context => {
  const { browser, pbxs } = await startScene(context, {
    pbxs: 2,
    limits: { responseSeconds: 0.2, setupSeconds: 1 },
  });
  const [slow, second] = pbxs as [RawPeer, RawPeer];
  new RawCall(browser, DIRECTOR).invite(SDP);
  const invite = await slow.request('INVITE');
  slow.respond(invite, '100 Trying');
  // The set-up's own budget ends it, long after the time for silence.
  await browser.response(503);
  slow.respond(await slow.request('CANCEL'), '200 OK');
  slow.respond(invite, '487 Request Terminated');
  assert.deepEqual(second.inbox, []);
});

test('a server that says 503 is acknowledged, and the next one gets another branch', async context => {
  const { browser, pbxs, quiet } = await startScene(context, { pbxs: 2 });
  const [first, second] = pbxs as [RawPeer, RawPeer];
  new RawCall(browser, DIRECTOR).invite(SDP);
  const refused = await first.request('INVITE');
  first.respond(refused, '503 Service Unavailable');
  await first.request('ACK');
  const invite = await second.request('INVITE');
  assert.notEqual(invite.headers.get('Via'), refused.headers.get('Via'));
  assert.equal(invite.uri, DIRECTOR);
  second.respond(invite, '486 Busy Here');
  await browser.response(486);
  await quiet();
});

for (const status of ['404 Not Found', '486 Busy Here', '603 Decline', '500 Server Internal Error']) {
  test(`${status} is an answer: no other server is asked`, async context => {
    const { browser, pbxs, quiet } = await startScene(context, { pbxs: 2 });
    const [first, second] = pbxs as [RawPeer, RawPeer];
    new RawCall(browser, DIRECTOR).invite(SDP);
    first.respond(await first.request('INVITE'), status);
    await first.request('ACK');
    await quiet();
    assert.deepEqual(second.inbox, []);
  });
}

test('a server that failed is asked last by the next call, and still asked', async context => {
  const { browser, pbxs, quiet } = await startScene(context, { pbxs: 2 });
  const [first, second] = pbxs as [RawPeer, RawPeer];
  new RawCall(browser, DIRECTOR).invite(SDP);
  first.respond(await first.request('INVITE'), '503 Service Unavailable');
  second.respond(await second.request('INVITE'), '486 Busy Here');
  await browser.response(486);

  new RawCall(browser, DIRECTOR).invite(SDP);
  second.respond(await second.request('INVITE'), '503 Service Unavailable');
  first.respond(await first.request('INVITE'), '486 Busy Here');
  await browser.response(486);
  await quiet();
});

test('when every server fails, the visitor is told once', async context => {
  const { browser, pbxs, quiet } = await startScene(context, { pbxs: 2 });
  new RawCall(browser, DIRECTOR).invite(SDP);
  for (const pbx of pbxs) pbx.respond(await pbx.request('INVITE'), '503 Service Unavailable');
  const response = await browser.response(503);
  assert.equal(response.headers.get('Retry-After'), '10');
  await quiet();
});

test('a late answer of a server that was given up is acknowledged and ended', async context => {
  const { browser, pbxs, quiet } = await startScene(context, { pbxs: 1, limits: { ringSeconds: 0.2 } });
  const [pbx] = pbxs as [RawPeer];
  new RawCall(browser, DIRECTOR).invite(SDP);
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '180 Ringing');
  await browser.response(480);
  const cancel = await pbx.request('CANCEL');
  pbx.respond(invite, '200 OK', { body: SDP });
  pbx.respond(cancel, '481 Call/Transaction Does Not Exist');
  await pbx.request('ACK');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await quiet();
});

test('a late answer of a server that was silent too long is acknowledged and ended, and the next server keeps the call', async context => {
  const { browser, pbxs, quiet } = await startScene(context, { pbxs: 2, limits: { responseSeconds: 0.3 } });
  const [late, second] = pbxs as [RawPeer, RawPeer];
  const call = new RawCall(browser, DIRECTOR);
  call.invite(SDP);
  const missed = await late.request('INVITE');
  const invite = await second.request('INVITE');
  second.respond(invite, '180 Ringing');
  await browser.response(180);
  late.respond(missed, '200 OK', { body: SDP, tag: 'late' });
  await late.request('ACK');
  late.respond(await late.request('BYE'), '200 OK');
  second.respond(invite, '200 OK', { body: SDP });
  call.ack(await browser.response(200));
  await second.request('ACK');
  call.request('BYE');
  second.respond(await second.request('BYE'), '200 OK');
  await browser.response(200, 'BYE');
  await quiet();
});

test('a phone that rings only after its server was given up is cancelled', async context => {
  const { browser, pbxs, quiet } = await startScene(context, { pbxs: 2, limits: { responseSeconds: 0.3 } });
  const [late, second] = pbxs as [RawPeer, RawPeer];
  new RawCall(browser, DIRECTOR).invite(SDP);
  const missed = await late.request('INVITE');
  const invite = await second.request('INVITE');
  late.respond(missed, '180 Ringing', { tag: 'late' });
  late.respond(await late.request('CANCEL'), '200 OK');
  late.respond(missed, '487 Request Terminated', { tag: 'late' });
  await late.request('ACK');
  second.respond(invite, '486 Busy Here');
  await browser.response(486);
  await quiet();
});

test('servers that fail one call are still on the list of another that is under way', async context => {
  const { browser, pbxs, quiet } = await startScene(context, { pbxs: 2, limits: { responseSeconds: 0.6 } });
  const [first, second] = pbxs as [RawPeer, RawPeer];
  new RawCall(browser, DIRECTOR).invite(SDP);
  await first.request('INVITE');
  // Another caller finds both servers failing meanwhile.
  new RawCall(browser, DIRECTOR).invite(SDP);
  first.respond(await first.request('INVITE'), '503 Service Unavailable');
  second.respond(await second.request('INVITE'), '503 Service Unavailable');
  await browser.response(503);
  // The first one's server stays silent: its second server is asked all the same.
  second.respond(await second.request('INVITE'), '486 Busy Here');
  await browser.response(486);
  await quiet();
});

test('however many servers are silent, the visitor is told when the set-up has taken its time', async context => {
  const limits = { responseSeconds: 1, setupSeconds: 2.3 };
  const { browser, pbxs, quiet } = await startScene(context, { pbxs: 5, limits });
  const askedAt = performance.now();
  new RawCall(browser, DIRECTOR).invite(SDP);
  const response = await browser.response(503);
  assert.equal(response.headers.get('Retry-After'), '10');
  assert.ok(performance.now() - askedAt < 4_500);
  assert.deepEqual(pbxs[4]?.inbox, []);
  await quiet();
});

test('unless the owner says otherwise, a server may be silent for 2 s and a set-up take 12', () => {
  const sites = [{ domain: 'mysite.test', origins: ['*'], callable: ['director'], tokens: false as const }];
  const { responseSeconds, setupSeconds } = configFrom({ sites }).limits;
  assert.deepEqual([responseSeconds, setupSeconds], [2, 12]);
});
