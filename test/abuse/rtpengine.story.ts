// Instances of rtpengine that die, hang, lose their state or do not answer, during running calls and during call setup.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, type TestContext, test } from 'node:test';
import { openAddress } from '../../gateway/media/address.ts';
import type { MediaEvent } from '../../gateway/media/relay.ts';
import { createRtpengineRelay, type RtpengineRelay } from '../../gateway/media/rtpengine/rtpengine-relay.ts';
import { WebRtcLeg } from '../bench/webrtc-leg.ts';
import { eventually } from '../support/eventually.ts';
import { claimLoopback } from '../support/loopback.ts';
import { partsMissing } from '../support/parts.ts';
import { RawCall } from '../support/raw-call.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { Rtpengine } from '../support/rtpengine.ts';
import { PAGE, type Scene, startScene } from '../support/signalling-gateway.ts';
import { emptied } from '../unit/media/relay-call.ts';
import { echoAnswer, RtpEcho } from '../unit/media/rtp-echo.ts';
import { DIRECTOR } from './siege.ts';

interface Fleet extends Scene {
  readonly carrier: RtpengineRelay;
  readonly echo: RtpEcho;
  readonly events: readonly MediaEvent[];
}

type Talk = Awaited<ReturnType<typeof talk>>;

describe('rtpengines fail', { skip: partsMissing() }, () => {
  let engines: readonly [Rtpengine, Rtpengine];
  before(async () => {
    const network = await claimLoopback();
    engines = await Promise.all([
      Rtpengine.start({ address: network.address(11) }),
      Rtpengine.start({ address: network.address(12) }),
    ]);
  });
  beforeEach(async () => {
    await Promise.all(engines.map(engine => engine.recover()));
  });
  after(async () => {
    await Promise.all(engines.map(engine => engine.stop()));
  });

  /** Quick to look and patient to wait: this machine may be busy. */
  async function start(context: TestContext, evictedMs = 60_000): Promise<Fleet> {
    const servers = engines.map(({ server }) => server);
    const times = { timeoutMs: 1500, setupMs: 5000, tickMs: 200, queryMs: 200, evictedMs };
    const carrier = await createRtpengineRelay({
      servers,
      addresses: [openAddress('127.0.0.1')],
      ...times,
    });
    const events: MediaEvent[] = [];
    carrier.onEvent(event => events.push(event));
    const scene = await startScene(context, { relay: carrier });
    const echo = await RtpEcho.open();
    context.after(() => echo.close());
    return { ...scene, carrier, echo, events };
  }

  /** The one that has the only call, and the other. */
  async function homes(): Promise<readonly [Rtpengine, Rtpengine]> {
    const [one, other] = engines;
    return (await one.calls()).length > 0 ? [one, other] : [other, one];
  }

  async function left({ quiet, carrier }: Fleet): Promise<void> {
    await quiet();
    await emptied(carrier);
    await Promise.all(engines.map(engine => engine.quiet()));
  }

  for (const [what, befall, mend] of [
    ['dies', (engine: Rtpengine) => engine.kill(), (engine: Rtpengine) => engine.begin()],
    ['hangs', async (engine: Rtpengine) => engine.freeze(), async (engine: Rtpengine) => engine.thaw()],
    ['forgets', (engine: Rtpengine) => engine.forget(), async () => {}],
  ] as const) {
    test(`29: when an rtpengine ${what} in a call, the browser's next offer has it go on, new calls too, and nothing is left`, async context => {
      const fleet = await start(context);
      const one = await talk(context, fleet);
      const [sick] = await homes();
      await befall(sick);
      await eventually('the loss is noticed', () => fleet.events.some(({ type }) => type === 'lost'));

      await offersAgain(fleet, one);
      await heard(one.leg);
      const two = await talk(context, fleet);
      await heard(two.leg);

      await hangUp(fleet, one);
      await hangUp(fleet, two);
      await mend(sick);
      await left(fleet);
    });
  }

  test('29: when the last rtpengine dies, its calls end with a reason, new ones are refused, and later ones taken', async context => {
    const fleet = await start(context, 500);
    const one = await talk(context, fleet);
    await Promise.all(engines.map(engine => engine.kill()));

    const bye = await one.browser.request('BYE');
    assert.match(bye.headers.get('Reason') ?? '', /cause=503;text="The sound is gone"/);
    one.call.respond(bye, '200 OK');
    const toPbx = await fleet.pbxs[0]!.request('BYE');
    assert.match(toPbx.headers.get('Reason') ?? '', /The sound is gone/);
    fleet.pbxs[0]!.respond(toPbx, '200 OK');

    new RawCall(fleet.browser, DIRECTOR).invite(one.leg.offer());
    assert.equal((await fleet.browser.response(503)).headers.get('Retry-After'), '10');
    assert.equal(
      fleet.pbxs[0]!.inbox.find(message => message.kind === 'request' && message.method === 'INVITE'),
      undefined,
    );

    await Promise.all(engines.map(engine => engine.begin()));
    await hangUp(fleet, await talk(context, fleet));
    await left(fleet);
  });

  test('29: whatever stands in a page’s SDP, rtpengine sends nothing before a check has passed', async context => {
    const fleet = await start(context);
    const bystander = await RtpEcho.open();
    context.after(() => bystander.close());
    const harm = new Promise<never>((_resolve, reject) => {
      bystander.onPacket = () => {
        reject(new Error('a datagram came to somebody who has nothing to do with it'));
        return false;
      };
    });
    const port = bystander.audio.address().port;
    const leg = await WebRtcLeg.open();
    context.after(() => leg.close());
    const points = (sdp: string) =>
      sdp
        .replace('c=IN IP4 0.0.0.0', 'c=IN IP4 127.0.0.1')
        .replace('m=audio 9 ', `m=audio ${port} `)
        .replace('a=rtcp-mux', `a=rtcp-mux\r\na=rtcp:${port} IN IP4 127.0.0.1\r\n${candidate(port)}`);
    const whole = async () => {
      const one = await talk(context, fleet, leg, points);
      for (let i = 0; i < 10; i++) await heard(one.leg);
      await hangUp(fleet, one);
    };
    await Promise.race([whole(), harm]);
    await left(fleet);
  });
});

function candidate(port: number): string {
  return `a=candidate:1 1 udp 2130706431 127.0.0.1 ${port} typ host`;
}

/** A call with sound: what the browser sends comes back from the PBX. */
async function talk(
  context: TestContext,
  { gateway, pbxs, echo, events }: Fleet,
  leg?: WebRtcLeg,
  change: (sdp: string) => string = sdp => sdp,
) {
  const [pbx] = pbxs as [RawPeer];
  const browser = await RawPeer.browser(gateway.url, PAGE);
  const own = leg ?? (await WebRtcLeg.open());
  context.after(() => {
    if (!leg) own.close();
    browser.close();
  });
  const call = new RawCall(browser, DIRECTOR);
  call.invite(change(own.offer()));
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '200 OK', { body: echoAnswer(String(invite.body), echo, /pcmu/i), tag: call.id });
  const answered = await browser.response(200);
  call.ack(answered);
  await pbx.request('ACK');
  const before = events.length;
  await own.connect(String(answered.body));
  await heard(own);
  await eventually('the gateway has seen it', () =>
    events.slice(before).some(({ type }) => type === 'connected'),
  );
  return { browser, call, leg: own, answer: String(answered.body) };
}

/** As a page does whose sound has ended: an offer with new ICE credentials. */
async function offersAgain({ pbxs, echo }: Fleet, { browser, call, leg, answer }: Talk): Promise<void> {
  const [pbx] = pbxs as [RawPeer];
  leg.restart();
  call.request('INVITE', leg.offer());
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '200 OK', { body: echoAnswer(String(invite.body), echo, /pcmu/i), tag: call.id });
  const answered = await browser.response(200);
  call.ackAgain();
  await pbx.request('ACK');
  const ufrag = (sdp: string) => /a=ice-ufrag:\S+/.exec(sdp)?.[0];
  assert.notEqual(ufrag(String(answered.body)), ufrag(answer));
  await leg.connect(String(answered.body));
}

async function hangUp({ pbxs }: Fleet, { browser, call }: Talk): Promise<void> {
  const [pbx] = pbxs as [RawPeer];
  call.request('BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await browser.response(200, 'BYE');
}

let seq = 0;
async function heard(leg: WebRtcLeg): Promise<void> {
  const packet = Buffer.alloc(172, 0x55);
  packet[0] = 0x80;
  packet[1] = 0;
  packet.writeUInt16BE(++seq & 0xffff, 2);
  packet.writeUInt32BE(seq * 160, 4);
  packet.writeUInt32BE(leg.ssrc, 8);
  const back = new Promise<void>(resolve => {
    leg.onRtp = () => resolve();
  });
  leg.sendRtp(packet);
  await back;
}
