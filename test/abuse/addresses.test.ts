// Addresses in the SDP of peers: where the gateway sends media, and which parts of the SDP it ignores.

import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { WebRtcLeg } from '../bench/webrtc-leg.ts';
import { RawCall } from '../support/raw-call.ts';
import { SDP } from '../support/signalling-gateway.ts';
import { ANSWER, DIRECTOR, OFFER, type Siege, startSiege } from './siege.ts';

/** Bystander addresses, all with one port, as far as the system permits to bind them. */
async function listeners(context: TestContext): Promise<{ port: number; heard: () => number }> {
  let heard = 0;
  const first = createSocket('udp4').bind(0, '0.0.0.0');
  await once(first, 'listening');
  const { port } = first.address();
  const sockets: Socket[] = [first];
  const second = createSocket({ type: 'udp6', ipv6Only: true }).bind(port, '::');
  if (
    await once(second, 'listening').then(
      () => true,
      () => false,
    )
  )
    sockets.push(second);
  for (const socket of sockets) socket.on('message', () => heard++);
  context.after(() => {
    for (const socket of sockets) socket.close();
  });
  return { port, heard: () => heard };
}

const forbidden = [
  ...['0.0.0.0', '127.0.0.1', '127.0.0.2', '169.254.1.1', '224.0.0.251', '255.255.255.255', '10.0.0.1'],
  ...['::', '::1', '::ffff:127.0.0.1', 'fe80::1', 'ff02::fb', 'fd00::1', '[::1]', 'localhost', '127.1'],
  ...['0x7f000001', '2130706433', 'visitor.local', '192.88.99.1', '::ffff:0:127.0.0.1', '64:ff9b::127.0.0.1'],
  ...['2002:7f00:1::', '2001:0:7f00:1::', '2a00::5efe:127.0.0.1', '3fff::1', '5f00::1'],
];

test('nothing is sent to any address that a page puts into its SDP, connected or not', async context => {
  const siege = await startSiege(context);
  const { port, heard } = await listeners(context);
  const leg = await WebRtcLeg.open();
  context.after(() => leg.close());
  const candidates = forbidden.map(
    (address, i) => `a=candidate:${i} 1 udp ${2130706431 - i} ${address} ${port} typ host\r\n`,
  );
  const relayed = `a=candidate:99 1 tcp 1 127.0.0.1 ${port} typ host tcptype passive\r\n`;
  const offer = leg
    .offer()
    .replace('c=IN IP4 0.0.0.0', `c=IN IP4 127.0.0.1\r\na=rtcp:${port} IN IP4 127.0.0.1`)
    .replace('m=audio 9 ', `m=audio ${port} `)
    .replace('a=rtcp-mux', `${candidates.join('')}${relayed}a=rtcp-mux`);
  const call = new RawCall(siege.browser, DIRECTOR);
  call.invite(offer);
  const invite = await siege.pbx.request('INVITE');
  assert.doesNotMatch(invite.body.toString(), new RegExp(`candidate|rtcp:${port}|:: *1`));
  siege.pbx.respond(invite, '200 OK', { body: ANSWER });
  const answered = await siege.browser.response(200);
  call.ack(answered);
  await siege.pbx.request('ACK');
  await leg.connect(answered.body.toString());
  call.request('BYE');
  siege.pbx.respond(await siege.pbx.request('BYE'), '200 OK');
  await siege.quiet();
  assert.equal(heard(), 0);
});

/** The answer that the browser gets when the PBX answers this. */
async function answeredWith({ browser, pbx, quiet }: Siege, sdp: string): Promise<number> {
  const call = new RawCall(browser, DIRECTOR);
  call.invite(OFFER);
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '200 OK', { body: sdp, tag: call.id });
  await pbx.request('ACK');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  const status = await browser.final();
  await quiet();
  return status;
}

test('26: a PBX that names an address outside the fence, no address, or a port of another service, is left with BYE', async context => {
  const siege = await startSiege(context, { allow: ['127.0.0.1/32'] });
  // The last one is the first in other words.
  const open = ['0.0.0.0', '::', '127.0.0.1', '::ffff:127.0.0.1'];
  const inside = forbidden.filter(address => !open.includes(address));
  for (const address of inside) {
    const family = address.includes(':') ? 'IP6' : 'IP4';
    const sdp = SDP.replace('c=IN IP4 127.0.0.1', `c=IN ${family} ${address}`);
    assert.equal(await answeredWith(siege, sdp), 502, address);
  }
  assert.equal(await answeredWith(siege, SDP.replace('m=audio 30000', 'm=audio 53')), 502);
  await siege.goodCall();
});

test('26: an a=rtcp of a PBX that leads outside the fence, or to another service, is passed over', async context => {
  const siege = await startSiege(context, { allow: ['127.0.0.1/32'] });
  const { address, port } = siege.bystander;
  for (const rtcp of [
    'a=rtcp:22',
    `a=rtcp:${port} IN IP4 ${address}`,
    'a=rtcp:0',
    'a=rtcp:30001 IN IP4 10.0.0.1',
  ])
    await talkedTo(siege, `${SDP}${rtcp}\r\n`);
  await siege.goodCall();
  siege.bystander.assertUntouched();
});

/** A call that the PBX answers so is up, carries sound, and is ended by the page. */
async function talkedTo({ browser, pbx, quiet }: Siege, sdp: string): Promise<void> {
  const leg = await WebRtcLeg.open();
  const call = new RawCall(browser, DIRECTOR);
  call.invite(leg.offer());
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '200 OK', { body: sdp, tag: call.id });
  const answered = await browser.response(200);
  call.ack(answered);
  await pbx.request('ACK');
  await leg.connect(answered.body.toString());
  leg.sendRtcp(Buffer.from('80c9000100000001', 'hex'));
  call.request('BYE');
  await browser.response(200, 'BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await quiet();
  leg.close();
}

test('26: codecs we lack, and SDP that is a bomb, are refused; the next call is as good as ever', async context => {
  const siege = await startSiege(context);
  const lines = (count: number, line: string) => SDP + `${line}\r\n`.repeat(count);
  const video = 'm=video 30002 RTP/AVP 96\r\na=rtpmap:96 VP8/90000';
  for (const sdp of [
    SDP.replace('RTP/AVP 0', 'RTP/AVP 18').replace('rtpmap:0 PCMU', 'rtpmap:18 G729'),
    SDP.replace('m=audio 30000', 'm=audio 0'),
    lines(3_000, 'a=x'),
  ]) {
    assert.equal(await answeredWith(siege, sdp), 502);
  }
  // Large, but accepted: what was not offered is omitted.
  for (const sdp of [lines(17, video), lines(1, `a=fmtp:0 ${'x'.repeat(30_000)}`).replace('v=0', 'v=1')])
    await talkedTo(siege, sdp);
  for (const offer of [
    OFFER + 'a=x\r\n'.repeat(10_000),
    OFFER + 'm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n'.repeat(1_000),
    OFFER.replace('m=audio 9', `m=audio ${'9'.repeat(1_000)}\0`),
  ]) {
    const page = await siege.visitor();
    new RawCall(page, DIRECTOR).invite(offer);
    assert.ok((await page.final()) >= 400);
  }
  await siege.goodCall();
});

test('26: a PBX that holds, by 0.0.0.0 or inactive, video it was not offered, and an offer that is none', async context => {
  const siege = await startSiege(context);
  const { call, invite } = await siege.call();
  const { browser, pbx } = siege;
  for (const [sdp, direction] of [
    [SDP.replace('c=IN IP4 127.0.0.1', 'c=IN IP4 0.0.0.0'), 'sendonly'],
    [`${SDP.replace('o=- 1 1', 'o=- 1 3')}a=inactive\r\n`, 'inactive'],
    [`${SDP.replace('o=- 1 1', 'o=- 1 4')}a=sendonly\r\n`, 'sendonly'],
    [`${SDP.replace('o=- 1 1', 'o=- 1 5')}a=sendrecv\r\nm=video 0 RTP/AVP 31\r\n`, 'sendrecv'],
  ] as const) {
    pbx.requestWithin(invite, 'INVITE', sdp, call.id);
    const offered = await browser.request('INVITE');
    assert.match(offered.body.toString(), new RegExp(`^a=${direction}\\r$`, 'm'));
    call.respond(offered, '200 OK', OFFER.replace('setup:actpass', 'setup:active'));
    assert.match((await pbx.response(200)).body.toString(), /^m=audio [1-9]/m);
    pbx.requestWithin(invite, 'ACK', '', call.id);
    await browser.request('ACK');
  }
  // An answer without a new offer: the current session description stays.
  pbx.requestWithin(invite, 'INVITE', '', call.id);
  assert.match((await pbx.response(200)).body.toString(), /^m=audio [1-9]/m);
  pbx.requestWithin(invite, 'ACK', '', call.id);
  call.request('BYE');
  siege.pbx.respond(await siege.pbx.request('BYE'), '200 OK');
  await siege.quiet();
});
