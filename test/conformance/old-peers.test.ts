// Calls with RFC 2543 peers, which have neither From tags nor unique branches (RFC 4475 3.4.1, RFC 3261 12.1.1,
// 17.2.3), and responses that are for other elements (RFC 4475 3.3.10).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SipResponse } from '../../gateway/engine/message/message.ts';
import { eventually } from '../support/eventually.ts';
import { sdp, WirePeer } from '../unit/engine/dialog/wire-peer.ts';
import { startApp } from '../unit/engine/drachtio/testbed.ts';

/** A request in the form of RFC 2543: no From tag, no branch, no Max-Forwards, no Content-Length. */
function ask(peer: WirePeer, method: string, cseq: number, to: string, body = ''): void {
  const lines = [
    `${method} sip:UserB@127.0.0.1 SIP/2.0`,
    `Via: SIP/2.0/UDP ${peer.address}:${peer.port}`,
    `From: <sip:+13035551111@${peer.address}:${peer.port};user=phone>`,
    `To: ${to}`,
    'Call-ID: inv2543.1717@ift.client.example.com',
    `CSeq: ${cseq} ${method}`,
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
  ];
  peer.send(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

const callee = 'sip:+16505552222@127.0.0.1;user=phone';
const toOf = (response: SipResponse) => response.headers.get('To')!;

test('a caller without a tag calls, acknowledges and ends the call', async context => {
  const { srf, udpPort, engine } = await startApp(context);
  const ended = new Promise(resolve => {
    srf.use('invite', async (req, res) => {
      const dialog = await srf.createUAS(req, res, { localSdp: sdp });
      dialog.on('destroy', resolve);
    });
  });
  const peer = await WirePeer.open(context, udpPort);
  ask(peer, 'INVITE', 56, callee, sdp);
  ask(peer, 'INVITE', 56, callee, sdp);
  const ok = await peer.hearResponse(200);
  assert.equal(ok.headers.get('From'), `<sip:+13035551111@${peer.address}:${peer.port};user=phone>`);
  ask(peer, 'ACK', 56, toOf(ok));
  await eventually('the dialog is confirmed', () => engine.counts().dialogs === 1);
  ask(peer, 'BYE', 57, toOf(ok));
  await peer.hearResponse(200, 'BYE');
  await ended;
});

test('a BYE to a caller without a tag or Contact goes to the address in its From', async context => {
  const { srf, udpPort } = await startApp(context);
  srf.use('invite', async (req, res) => {
    const dialog = await srf.createUAS(req, res, { localSdp: sdp });
    dialog.on('ack', () => void dialog.destroy());
  });
  const peer = await WirePeer.open(context, udpPort);
  ask(peer, 'INVITE', 56, callee, sdp);
  ask(peer, 'ACK', 56, toOf(await peer.hearResponse(200)));
  const bye = await peer.hearRequest('BYE');
  assert.equal(bye.uri, `sip:+13035551111@${peer.address}:${peer.port};user=phone`);
  assert.equal(bye.headers.get('To'), `<sip:+13035551111@${peer.address}:${peer.port};user=phone>`);
  peer.respond(bye, '200 OK');
});

test('a caller without a tag is refused, and its ACK is absorbed', async context => {
  const { srf, udpPort } = await startApp(context);
  srf.use('invite', (_req, res) => res.send(486));
  const peer = await WirePeer.open(context, udpPort);
  ask(peer, 'INVITE', 56, callee, sdp);
  ask(peer, 'ACK', 56, toOf(await peer.hearResponse(486)));
});

test('a caller without a tag cancels', async context => {
  const { srf, udpPort } = await startApp(context);
  const cancelled = new Promise(resolve => {
    srf.use('invite', (req, res) => {
      req.on('cancel', resolve);
      res.send(180);
    });
  });
  const peer = await WirePeer.open(context, udpPort);
  ask(peer, 'INVITE', 56, callee, sdp);
  await peer.hearResponse(180);
  ask(peer, 'CANCEL', 56, callee);
  await peer.hearResponse(200, 'CANCEL');
  ask(peer, 'ACK', 56, toOf(await peer.hearResponse(487)));
  await cancelled;
});

test('an answer with an extra Via is ignored', async context => {
  const { srf, udpPort } = await startApp(context);
  const peer = await WirePeer.open(context, udpPort);
  const answered = srf.request(`sip:b@${peer.address}:${peer.port}`, { method: 'OPTIONS' }).then(
    request =>
      new Promise<number>(resolve => {
        (request as unknown as { on(event: string, then: (r: { status: number }) => void): void }).on(
          'response',
          response => resolve(response.status),
        );
      }),
  );
  const options = await peer.hearRequest('OPTIONS');
  const top = options.headers.get('Via')!;
  options.headers.append('Via', 'SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23');
  peer.respond(options, '200 OK', { tag: 'saber' });
  options.headers.set('Via', top);
  peer.respond(options, '486 Busy Here', { tag: 'callee' });
  assert.equal(await answered, 486);
});
