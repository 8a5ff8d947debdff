// One-way sound in a call that is up: the page shows it while it lasts, and the log has the cause and what mends it.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { readSound, takesSound } from '../../../widget/call/session-events.ts';
import { RawCall } from '../../support/raw-call.ts';
import { RawPeer } from '../../support/raw-peer.ts';
import { PAGE, SDP, startScene } from '../../support/signalling-gateway.ts';

const TAKES = [takesSound];
const deaf = { type: 'one-way', leg: 'pbx', cause: 'hears-nothing', forMs: 8000 } as const;
const mute = { type: 'one-way', leg: 'pbx', cause: 'sends-nothing', forMs: 8000 } as const;
const over = ({ leg, cause }: typeof deaf | typeof mute) => ({ type: 'one-way-over', leg, cause }) as const;

async function talking(context: TestContext, headers: readonly string[] = TAKES) {
  const scene = await startScene(context);
  const { browser } = scene;
  const [pbx] = scene.pbxs as [RawPeer];
  const call = new RawCall(browser, 'sip:director@mysite.test');
  call.invite(SDP, headers);
  pbx.respond(await pbx.request('INVITE'), '200 OK', { body: SDP });
  const ok = await browser.response(200);
  call.ack(ok);
  await pbx.request('ACK');
  // An answer to a request in the dialog shows that its two sides are joined.
  call.request('INFO');
  await browser.response(200, 'INFO');
  return { ...scene, pbx, call, ok };
}

/** The page takes the next INFO; resolves to what it makes of it. */
async function told(page: RawPeer): Promise<string | undefined> {
  const info = await page.request('INFO');
  assert.equal(info.headers.get('Info-Package'), 'sip-call-sound');
  assert.equal(info.headers.get('Content-Type'), 'text/plain');
  assert.equal(info.headers.get('Content-Disposition'), 'Info-Package');
  page.respond(info, '200 OK');
  return readSound(info.body.toString()) ?? info.body.toString();
}

test('a page learns that its visitor is not heard, then that nothing arrives, then that all is well', async context => {
  const { browser, media, ok, logged } = await talking(context);
  assert.equal(ok.headers.get('Recv-Info'), '');
  media.emit(deaf);
  assert.equal(await told(browser), 'not-reaching');
  // What a visitor cannot notice goes first.
  media.emit(mute);
  media.emit(over(deaf));
  assert.equal(await told(browser), 'nothing-arrives');
  media.emit(over(mute));
  assert.equal(await told(browser), 'both-ways');
  const lines = logged.filter(({ msg }) => msg === 'one-way sound');
  assert.deepEqual(
    lines.map(({ level, cause, side, leg }) => [level, cause, side, leg]),
    [
      ['warn', 'no-sound-to-pbx', 'pbx', 'pbx'],
      ['warn', 'no-sound-from-pbx', 'pbx', 'pbx'],
    ],
  );
  assert.match(
    String(lines[0]?.mend),
    /^Let UDP from the gateway, sent from UDP \d+-\d+ of 127\.0\.0\.1, reach/,
  );
  assert.ok(logged.some(({ msg }) => msg === 'sound goes both ways again'));
});

test('a page that does not take the package gets no INFO', async context => {
  const { browser, call, media, ok, logged } = await talking(context, ['Recv-Info: conference']);
  assert.equal(ok.headers.has('Recv-Info'), false);
  media.emit(deaf);
  call.request('OPTIONS');
  await browser.response(200, 'OPTIONS');
  assert.deepEqual(
    browser.inbox.filter(({ kind }) => kind === 'request'),
    [],
  );
  assert.ok(logged.some(({ msg }) => msg === 'one-way sound'));
});

test('a page that was away gets it when it is back', async context => {
  const { browser, call, gateway, media } = await talking(context);
  media.emit(deaf);
  const info = await browser.request('INFO');
  browser.respond(info, '503 Service Unavailable');
  const again = await RawPeer.browser(gateway.url, PAGE);
  context.after(again.close);
  call.moveTo(again);
  call.request('UPDATE');
  await again.response(200, 'UPDATE');
  assert.equal(await told(again), 'not-reaching');
});
