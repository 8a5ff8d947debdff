// A peer in a call that stops reading, on a manual clock: so no timer can be the reason that its transactions end.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';
import { eventually } from '../../../support/eventually.ts';
import { forgotten } from '../dialog/timed-scene.ts';
import { sdp } from '../dialog/wire-peer.ts';
import { type App, nextRequest, startApp, type WholeDialog } from '../drachtio/testbed.ts';
import { ManualClock } from '../transaction/manual-clock.ts';

interface Peer {
  readonly transport: 'tcp' | 'ws';
  readonly hostPort: string;
  send(text: string): void;
  /** Resolves with the To of the answer. */
  answered(): Promise<string>;
  stopReading(): void;
}

async function overTcp(context: TestContext, app: App): Promise<Peer> {
  const socket = connect(app.tcpPort, '127.0.0.1').on('error', () => {});
  context.after(() => socket.destroy());
  await once(socket, 'connect');
  return {
    transport: 'tcp',
    hostPort: `127.0.0.1:${socket.localPort}`,
    send: text => socket.write(text),
    async answered() {
      let text = '';
      while (toOf(text) === undefined) text += String((await once(socket, 'data'))[0]);
      return toOf(text)!;
    },
    stopReading: () => socket.pause(),
  };
}

async function overWebSocket(context: TestContext, app: App): Promise<Peer> {
  const edge = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'sip' });
  edge.on('connection', socket =>
    app.engine.acceptWebSocket(socket, { address: '203.0.113.7', port: 9 }, false),
  );
  await once(edge, 'listening');
  context.after(() => edge.close());
  const socket = new WebSocket(`ws://127.0.0.1:${(edge.address() as AddressInfo).port}`, 'sip');
  socket.on('error', () => {});
  context.after(() => socket.terminate());
  await once(socket, 'open');
  return {
    transport: 'ws',
    hostPort: 'browser.invalid',
    send: text => socket.send(text),
    async answered() {
      for (;;) {
        const to = toOf(String((await once(socket, 'message'))[0]));
        if (to !== undefined) return to;
      }
    },
    stopReading: () => socket.pause(),
  };
}

const toOf = (text: string): string | undefined =>
  /SIP\/2\.0 200 OK\r\n(?:.+\r\n)*?To: (.+)\r\n/.exec(text)?.[1];

async function called(app: App, peer: Peer): Promise<WholeDialog> {
  const send = (method: string, to: string, body: string) =>
    peer.send(
      [
        `${method} sip:bob@site.example SIP/2.0`,
        `Via: SIP/2.0/${peer.transport.toUpperCase()} ${peer.hostPort};branch=z9hG4bK-${method}`,
        'Max-Forwards: 70',
        'From: <sip:peer@site.example>;tag=peer',
        `To: ${to}`,
        'Call-ID: unread',
        `CSeq: 1 ${method}`,
        `Contact: <sip:peer@${peer.hostPort};transport=${peer.transport}>`,
        'Content-Type: application/sdp',
        `Content-Length: ${body.length}`,
        '',
        body,
      ].join('\r\n'),
    );
  const invited = nextRequest(app.srf, 'invite');
  send('INVITE', '<sip:bob@site.example>', sdp);
  const { req, res } = await invited;
  const [dialog, to] = await Promise.all([app.srf.createUAS(req, res, { localSdp: sdp }), peer.answered()]);
  const acknowledged = once(dialog, 'ack');
  send('ACK', to, '');
  await acknowledged;
  return dialog;
}

describe('a peer that stops reading during a call', { timeout: 100_000 }, () => {
  for (const reach of [overTcp, overWebSocket]) {
    test(`loses its connection and all its transactions (${reach.name})`, async context => {
      const clock = new ManualClock();
      const app = await startApp(context, { clock });
      const peer = await reach(context, app);
      const dialog = await called(app, peer);
      clock.pass(forgotten);
      const { flows, serverTransactions, dialogs } = app.engine.counts();
      assert.deepEqual([flows, serverTransactions, dialogs], [1, 0, 1]);

      peer.stopReading();
      const info = { method: 'INFO', headers: { 'Content-Type': 'text/plain' }, body: 'x'.repeat(60_000) };
      const outcomes: Promise<{ status: number }>[] = [];
      const open = () => app.engine.counts().flows > 0;
      // The kernel buffers some megabytes too.
      for (let most = 0; open() && outcomes.length < 1_000; most++) {
        outcomes.push(dialog.request(info));
        while (open() && app.engine.counts().clientTransactions <= most) await turn();
      }
      assert.ok(outcomes.length < 1_000, 'what is queued for a peer has a bound');
      assert.ok(outcomes.length > 4, 'which leaves room for some large messages');
      for (const { status } of await Promise.all(outcomes)) assert.equal(status, 503);
      await dialog.destroy();
      await eventually('nothing is left', () => {
        const { applications, ...rest } = app.engine.counts();
        return Object.values(rest).every(count => count === 0);
      });
    });
  }
});
