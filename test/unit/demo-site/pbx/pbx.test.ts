// The demo PBX called by a raw SIP and RTP peer over loopback: the responses and the audio that the caller receives.

import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import { asksForPicture, pictureLoss } from '../../../../demo-site/pbx/media/rtp.ts';
import { type DemoPbx, startDemoPbx } from '../../../../demo-site/pbx/pbx.ts';
import type { Log } from '../../../../gateway/observe/log.ts';
import { eventually } from '../../../support/eventually.ts';
import { Caller, portOf } from './caller.ts';
import { amplitude } from './goertzel.ts';

const lines: string[] = [];
const note = (line: unknown) => void lines.push(String(line));
const log = { debug: note, info: note, warn: note, error: note, child: () => log } as unknown as Log;

describe('the demo PBX', { concurrency: true }, () => {
  let pbx: DemoPbx;

  before(async () => {
    pbx = await startDemoPbx({
      address: '127.0.0.1',
      log,
      echoDelayMs: 60,
      times: { ringsAfterMs: 20, ringsForMs: 40, callLimitMs: 60_000 },
    });
  });

  after(async () => {
    const left = pbx.calls;
    await pbx.stop();
    assert.equal(left, 0);
  });

  async function caller(t: TestContext, user: string): Promise<Caller> {
    const each = await Caller.at(pbx.port, user);
    t.after(() => each.close());
    return each;
  }

  test('a person rings, answers, plays a greeting and the tone, sends the audio back, and answers digits', async t => {
    const visitor = await caller(t, '101');
    visitor.invite();
    await visitor.expect(180);
    const answer = await visitor.answered();
    visitor.talk(answer, 440);

    await visitor.until(() => visitor.heard.length > 16_000);
    const greeting = visitor.heard.slice(0, 16_000);
    const loudness = Math.sqrt(greeting.reduce((sum, value) => sum + value * value, 0) / greeting.length);
    assert.ok(loudness > 1_000, `greeting at ${loudness}`);
    assert.ok(amplitude(greeting, 440) < 1_000, 'no echo under the greeting');

    await visitor.until(() => amplitude(visitor.heard.slice(-800), 880) > 5_000);
    await visitor.until(() => amplitude(visitor.heard.slice(-1_600), 440) > 6_000);

    visitor.press(answer, 5);
    await visitor.until(() => amplitude(visitor.heard.slice(-800), 1_336) > 3_000);
    assert.ok(amplitude(visitor.heard.slice(-800), 770) > 3_000);
    await visitor.until(() => amplitude(visitor.heard.slice(-1_600), 440) > 6_000);

    const { sequence } = visitor.packets[0]!;
    assert.ok(visitor.packets.every((packet, index) => packet.sequence === ((sequence + index) & 0xffff)));
    assert.equal(new Set(visitor.packets.map(({ ssrc }) => ssrc)).size, 1);
    await visitor.hangUp();
    assert.ok(lines.includes('Good call IP=127.0.0.1'));
  });

  test('an unknown number plays an announcement, ends the call, and is logged for fail2ban', async t => {
    const visitor = await caller(t, 'nobody-here');
    const answer = await visitor.call();
    visitor.talk(answer, 440);
    await visitor.expect('BYE');
    assert.ok(visitor.heard.length > 24_000, `${visitor.heard.length} samples`);
    assert.ok(lines.includes('Wrong call IP=127.0.0.1'));
  });

  test('busy is refused with 486', async t => {
    const visitor = await caller(t, 'busy');
    visitor.invite();
    await visitor.expect(486);
  });

  test('silent rings until the caller gives up', async t => {
    const visitor = await caller(t, 'silent');
    visitor.invite();
    await visitor.expect(180);
    visitor.cancel();
    await visitor.expect(487);
  });

  test('a call cancelled while the phone rings is over immediately', async t => {
    const visitor = await caller(t, 'director');
    visitor.invite();
    visitor.cancel();
    await visitor.expect(487);
  });

  test('an offer without supported audio is refused with 488', async t => {
    const visitor = await caller(t, 'director');
    visitor.invite(visitor.offer().replace('RTP/AVP', 'UDP/TLS/RTP/SAVPF'));
    await visitor.expect(488);
  });

  test('on hold the caller receives no audio, afterwards it does again', async t => {
    const visitor = await caller(t, 'alex');
    const answer = await visitor.call();
    visitor.talk(answer, 440);
    await visitor.until(() => visitor.heard.length > 8_000);

    const held = await visitor.call(visitor.offer('a=sendonly'));
    assert.match(held, /a=recvonly/);
    assert.equal(portOf(held, 'audio'), portOf(answer, 'audio'));
    const before = visitor.packets.length;
    // Another call measures the time: half a second of its music.
    const clock = await caller(t, 'seminar');
    await clock.call();
    await clock.until(() => clock.packets.length >= 25);
    assert.ok(visitor.packets.length - before < 5, 'what was on its way at most');
    await clock.hangUp();

    assert.match(await visitor.call(), /a=sendrecv/);
    const heard = visitor.heard.length;
    await visitor.until(() => visitor.heard.length > heard + 8_000);
    await visitor.hangUp();
  });

  test('video added in the call is sent back, and the request for a key frame is passed on', async t => {
    const visitor = await caller(t, 'director');
    const answer = await visitor.call();
    assert.equal(portOf(answer, 'video'), Number.NaN);
    const wider = await visitor.call(visitor.offer(...visitor.video));
    const port = portOf(wider, 'video');
    assert.match(wider, /a=rtcp-fb:98 nack pli/);
    const frame = Buffer.from('a VP8 frame');
    visitor.sendRtp(port, 98, frame);
    const back = () => visitor.packets.find(packet => packet.payloadType === 98);
    await visitor.until(() => back() !== undefined);
    assert.deepEqual(back()!.payload, frame);

    visitor.sendRtcp(port + 1, pictureLoss(2, back()!.ssrc));
    await visitor.until(() => visitor.rtcp.length > 0);
    assert.ok(asksForPicture(visitor.rtcp[0]!));
    assert.equal(visitor.rtcp[0]!.readUInt32BE(16), 2, 'about the camera of the caller');
    await visitor.hangUp();
  });

  test('an offer in UPDATE is answered like one in re-INVITE', async t => {
    const visitor = await caller(t, 'director');
    await visitor.call();
    visitor.update(visitor.offer(...visitor.video));
    const { body } = await visitor.expect(200);
    assert.ok(portOf(body, 'video') > 0, body);
    visitor.update('');
    assert.equal((await visitor.expect(200)).body, '');
    await visitor.hangUp();
  });

  test('alone in the seminar there is music, together each hears the other and not itself', async t => {
    const [anna, ben] = [await caller(t, 'seminar'), await caller(t, 'seminar')];
    anna.talk(await anna.call(), 400);
    await anna.until(() => anna.heard.length > 16_000);
    const alone = anna.heard.slice(-8_000);
    assert.ok(alone.some(value => Math.abs(value) > 1_000));
    assert.ok(amplitude(alone, 400) < 300, 'no echo');

    ben.talk(await ben.call(), 700);
    await anna.until(() => amplitude(anna.heard.slice(-1_600), 700) > 6_000);
    await ben.until(() => amplitude(ben.heard.slice(-1_600), 400) > 6_000);
    await ben.until(() => amplitude(ben.heard.slice(-1_600), 700) < 300);
    await anna.hangUp();
    await ben.hangUp();
  });

  test('invalid bytes on the RTP and RTCP ports do no harm', async t => {
    const visitor = await caller(t, 'alex');
    const answer = await visitor.call(visitor.offer(...visitor.video));
    for (const type of ['audio', 'video'] as const) {
      for (let length = 0; length < 60; length++) {
        visitor.sendRtcp(portOf(answer, type), Buffer.alloc(length, 0x80 + length));
        visitor.sendRtcp(portOf(answer, type) + 1, Buffer.alloc(length, 0x81));
      }
    }
    visitor.press(answer, 200);
    visitor.talk(answer, 440);
    await visitor.until(() => visitor.heard.length > 1_600);
    await visitor.hangUp();
  });
});

test('stopping ends all calls and releases the ports', async t => {
  const before = udpSockets();
  const pbx = await startDemoPbx({ address: '127.0.0.1', log, times: { ringsAfterMs: 0, ringsForMs: 0 } });
  t.after(() => pbx.stop());
  const [talking, ringing] = [await Caller.at(pbx.port, 'alex'), await Caller.at(pbx.port, 'silent')];
  t.after(() => talking.close());
  t.after(() => ringing.close());
  await talking.call(talking.offer(...talking.video));
  ringing.invite();
  await ringing.expect(180);
  const stopped = pbx.stop();
  await talking.expect('BYE');
  await ringing.expect(480);
  await stopped;
  assert.equal(pbx.calls, 0);
  talking.close();
  ringing.close();
  await eventually('the ports are released', () => udpSockets() <= before);
});

test('calls above the limit get a busy response', async t => {
  const pbx = await startDemoPbx({ address: '127.0.0.1', log, maxCalls: 1, times: { ringsAfterMs: 0 } });
  const [first, second] = [await Caller.at(pbx.port, 'silent'), await Caller.at(pbx.port, 'silent')];
  t.after(async () => {
    first.close();
    second.close();
    await pbx.stop();
  });
  first.invite();
  await first.expect(180);
  second.invite();
  await second.expect(600);
});

function udpSockets(): number {
  return process.getActiveResourcesInfo().filter(resource => resource.startsWith('UDP')).length;
}
