// A PBX that asks for a whole picture by INFO (RFC 5168): the browser is asked by RTCP, and the answer is 200 only where
// it was.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SipRequest } from '../../../gateway/engine/message/message.ts';
import { WebRtcLeg } from '../../bench/webrtc-leg.ts';
import { eventually } from '../../support/eventually.ts';
import { RawCall } from '../../support/raw-call.ts';
import type { RawPeer } from '../../support/raw-peer.ts';
import { type Scene, startScene } from '../../support/signalling-gateway.ts';
import { fromPbx } from './asked.ts';

const DIRECTOR = 'sip:director@mysite.test';
const TYPE = 'application/media_control+xml';
const ASKS =
  '<?xml version="1.0" encoding="utf-8"?>\r\n<media_control><vc_primitive><to_encoder><picture_fast_update></picture_fast_update></to_encoder></vc_primitive></media_control>';
const VIDEO = 'm=video 30400 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n';
const SOUND =
  'v=0\r\no=- 7 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 30000 RTP/AVP 0\r\n';

interface Talk extends Scene {
  readonly pbx: RawPeer;
  readonly call: RawCall;
  readonly leg: WebRtcLeg;
  readonly invite: SipRequest;
  /** Sends the INFO, and resolves to the status of its answer. */
  info(body?: string, type?: string): Promise<number>;
}

async function called(context: TestContext): Promise<Talk> {
  const scene = await startScene(context, { relay: 'embedded' });
  const [pbx] = scene.pbxs as [RawPeer];
  const leg = await WebRtcLeg.open();
  context.after(() => leg.close());
  const call = new RawCall(scene.browser, DIRECTOR);
  call.invite(leg.offer(true));
  const invite = await pbx.request('INVITE');
  let cseq = 1;
  const info = async (body = ASKS, type = TYPE) => {
    fromPbx(pbx, invite, { what: '', method: 'INFO', status: 0, body, type }, cseq++);
    return await eventually('the INFO is answered', () => {
      const at = pbx.inbox.findIndex(
        message => message.kind === 'response' && message.headers.get('CSeq')?.endsWith('INFO'),
      );
      const [answer] = at < 0 ? [] : pbx.inbox.splice(at, 1);
      return answer?.kind === 'response' ? answer.status : undefined;
    });
  };
  return { ...scene, pbx, call, leg, invite, info };
}

async function answered(context: TestContext, sdp = SOUND + VIDEO): Promise<Talk> {
  const talk = await called(context);
  const { pbx, invite, browser, call, leg } = talk;
  pbx.respond(invite, '200 OK', { body: sdp });
  const ok = await browser.response(200);
  call.ack(ok);
  await pbx.request('ACK');
  await leg.connect(String(ok.body));
  return talk;
}

async function hangsUp({ browser, call, pbx, quiet }: Talk): Promise<void> {
  call.request('BYE');
  await browser.response(200, 'BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await quiet();
}

/** One packet of a picture, of that source. */
function packet(ssrc: number, sequence: number): Buffer {
  const bytes = Buffer.alloc(200, 0x10);
  bytes[0] = 0x80;
  bytes[1] = 96;
  bytes.writeUInt16BE(sequence, 2);
  bytes.writeUInt32BE(sequence * 3000, 4);
  bytes.writeUInt32BE(ssrc, 8);
  return bytes;
}

/** Payload-specific feedback of that format in a compound, and the source that it is about. */
function pictureLossOf(compound: Buffer, length: number): number | undefined {
  for (let at = 0; at + 12 <= length; at += (compound.readUInt16BE(at + 2) + 1) * 4) {
    if (compound[at + 1] === 206 && (compound[at]! & 0x1f) === 1) return compound.readUInt32BE(at + 8);
  }
  return undefined;
}

test('the browser is asked by RTCP for the picture that it sends', async context => {
  const talk = await answered(context);
  const { leg, info } = talk;
  const asked: number[] = [];
  leg.onRtcp = (compound, length) => {
    const about = pictureLossOf(compound, length);
    if (about !== undefined) asked.push(about);
  };
  let sequence = 1;
  await eventually('a picture is sent, and asked for', async () => {
    leg.sendRtp(packet(leg.ssrc, sequence++));
    return (await info()) === 200;
  });
  await eventually('the request has come', () => asked.length > 0);
  assert.deepEqual([...new Set(asked)], [leg.ssrc]);
  await hangsUp(talk);
});

test('before the browser sends any, and where there is no picture, it is refused', async context => {
  const talk = await answered(context);
  assert.equal(await talk.info(), 488);
  await hangsUp(talk);
  const sound = await answered(context, SOUND);
  sound.leg.sendRtp(packet(sound.leg.ssrc, 1));
  assert.equal(await sound.info(), 488);
  await hangsUp(sound);
});

test('a picture that is only received is not asked for', async context => {
  const talk = await answered(context, `${SOUND}${VIDEO}a=sendonly\r\n`);
  talk.leg.sendRtp(packet(talk.leg.ssrc, 1));
  assert.equal(await talk.info(), 488);
  await hangsUp(talk);
});

test('before the answer there is a dialog, and no picture', async context => {
  const talk = await called(context);
  const { pbx, invite, browser, call } = talk;
  pbx.respond(invite, '183 Session Progress', {
    body: SOUND + VIDEO,
    headers: ['Require: 100rel', 'RSeq: 1'],
  });
  pbx.respond(await pbx.request('PRACK'), '200 OK');
  await browser.response(183);
  assert.equal(await talk.info(), 488);
  call.cancel();
  await browser.response(487);
  pbx.respond(await pbx.request('CANCEL'), '200 OK');
  pbx.respond(invite, '487 Request Terminated');
  await talk.quiet();
});

for (const [what, body, type, status] of [
  ['of the right type that asks for something else', '<media_control/>', TYPE, 400],
  ['of the right type that is no XML', 'picture_fast_update', TYPE, 400],
  ['with a namespace', ASKS.replaceAll('picture_fast_update', 'mc:picture_fast_update'), TYPE, 488],
  ['with parameters of its type', ASKS, `${TYPE}; charset="utf-8"`, 488],
  ['of its type in capitals', ASKS, TYPE.toUpperCase(), 488],
  ['of a type that is not performed', 'x', 'text/plain', 415],
] as const) {
  test(`an INFO ${what} gets ${status}`, async context => {
    const talk = await answered(context, SOUND);
    assert.equal(await talk.info(body, type), status);
    await hangsUp(talk);
  });
}
