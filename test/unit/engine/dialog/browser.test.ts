// A browser on a WebSocket: it can be reached only over the connection it came on (RFC 7118).

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import type { SipMessage } from '../../../../gateway/engine/message/message.ts';
import { parseMessage } from '../../../../gateway/engine/message/parse.ts';
import { eventually } from '../../../support/eventually.ts';
import { type App, nextRequest, startApp } from '../drachtio/testbed.ts';
import { sdp } from './wire-peer.ts';

const visitor = { address: '203.0.113.7', port: 51234 };

class Browser {
  readonly socket: WebSocket;
  readonly callId: string;
  readonly #messages: AsyncIterator<unknown[]>;
  #to = '<sip:bob@site.example>';

  constructor(socket: WebSocket, callId: string) {
    this.socket = socket;
    this.callId = callId;
    this.#messages = asyncMessages(socket);
  }

  /** Connects through an edge that gives the engine the visitor's address. */
  static async connect(context: TestContext, app: App, callId: string, host = '127.0.0.1'): Promise<Browser> {
    const edge = new WebSocketServer({ host, port: 0, handleProtocols: () => 'sip' });
    edge.on('connection', (socket, { socket: { localAddress, localPort } }) => {
      app.engine.acceptWebSocket(socket, visitor, false, {
        local: { address: localAddress!, port: localPort! },
      });
    });
    await once(edge, 'listening');
    context.after(() => edge.close());
    const socket = new WebSocket(
      `ws://${host.includes(':') ? `[${host}]` : host}:${(edge.address() as AddressInfo).port}`,
      'sip',
    );
    context.after(() => socket.terminate());
    const browser = new Browser(socket, callId);
    await once(socket, 'open');
    return browser;
  }

  send(method: string, cseq: number, more: { branch?: string; body?: string } = {}): void {
    const { branch = `${method}${cseq}`, body = '' } = more;
    const lines = [
      `${method} sip:bob@site.example SIP/2.0`,
      `Via: SIP/2.0/WS browser.invalid;branch=z9hG4bK-${this.callId}-${branch}`,
      'Max-Forwards: 70',
      'From: <sip:anonymous@anonymous.invalid>;tag=browser',
      `To: ${this.#to}`,
      `Call-ID: ${this.callId}`,
      `CSeq: ${cseq} ${method}`,
      'Contact: <sip:browser@browser.invalid;transport=ws>',
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    this.socket.send(`${lines.join('\r\n')}\r\n\r\n${body}`);
  }

  respond(message: SipMessage, status: string): void {
    const copied = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].map(
      name => `${name}: ${message.headers.get(name)}`,
    );
    this.socket.send(`SIP/2.0 ${status}\r\n${copied.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`);
  }

  /** Continues with the dialog that this response made. */
  follow(response: SipMessage): void {
    this.#to = response.headers.get('To')!;
  }

  /** The next message other than 100, by method or status. */
  async hear(what: string | number): Promise<SipMessage> {
    for (;;) {
      const { value } = await this.#messages.next();
      const message = parseMessage(Buffer.from((value as unknown[])[0] as Buffer));
      if (message.kind === 'failure') throw new Error(message.reason);
      if (message.kind === 'response' && message.status === 100) continue;
      assert.equal(message.kind === 'response' ? message.status : message.method, what);
      const to = message.headers.get('To')!;
      if (message.kind === 'response' && to.includes(';tag=')) this.#to = to;
      return message;
    }
  }
}

async function* asyncMessages(socket: WebSocket): AsyncGenerator<unknown[]> {
  const queue: unknown[][] = [];
  let arrived: (() => void) | undefined;
  socket.on('message', data => {
    queue.push([data]);
    arrived?.();
  });
  for (;;) {
    while (queue.length === 0) await new Promise<void>(resolve => (arrived = resolve));
    yield queue.shift()!;
  }
}

/** A browser in a call with the application, its answer acknowledged. */
async function talking(context: TestContext, app: App, callId: string) {
  const browser = await Browser.connect(context, app, callId);
  const invited = nextRequest(app.srf, 'invite');
  browser.send('INVITE', 1, { body: sdp });
  const { req, res } = await invited;
  let cancels = 0;
  req.on('cancel', () => cancels++);
  const accepted = app.srf.createUAS(req, res, { localSdp: sdp });
  const answer = await browser.hear(200);
  browser.send('ACK', 1);
  const dialog = await accepted;
  await once(dialog, 'ack');
  return { browser, answer, dialog, cancels: () => cancels };
}

describe('a browser', { concurrency: 4, timeout: 100_000 }, () => {
  test('has the address that the edge determined, and is reached over its own connection', async context => {
    const app = await startApp(context);
    const browser = await Browser.connect(context, app, 'ws-call');
    const invited = nextRequest(app.srf, 'invite');
    browser.send('INVITE', 1, { body: sdp });
    const { req, res } = await invited;
    assert.deepEqual([req.source_address, req.source_port], [visitor.address, visitor.port]);
    // As drachtio-server reports it; drachtio-srf does not know `ws`.
    assert.equal(req.protocol, 'tcp');
    const accepted = app.srf.createUAS(req, res, { localSdp: sdp });
    const answer = await browser.hear(200);
    assert.match(answer.headers.get('Contact')!, /;transport=ws>$/);
    browser.send('ACK', 1);
    const dialog = await accepted;

    const modified = dialog.modify(sdp.replace('4000', '4006'));
    const reInvite = await browser.hear('INVITE');
    assert.equal((reInvite as { uri?: string }).uri, 'sip:browser@browser.invalid;transport=ws');
    assert.match(reInvite.headers.get('Via')!, /^SIP\/2\.0\/WS /);
    browser.respond(reInvite, '200 OK');
    await modified;
    await browser.hear('ACK');

    const destroyed = dialog.destroy();
    browser.respond(await browser.hear('BYE'), '200 OK');
    await destroyed;
  });

  test('over IPv6 is called back at our address in brackets', async context => {
    const app = await startApp(context);
    const browser = await Browser.connect(context, app, 'ws-six', '::1');
    const invited = nextRequest(app.srf, 'invite');
    browser.send('INVITE', 1, { body: sdp });
    const { req, res } = await invited;
    const accepted = app.srf.createUAS(req, res, { localSdp: sdp });
    const answer = await browser.hear(200);
    assert.match(answer.headers.get('Contact')!, /^<sip:\[::1\]:\d+;transport=ws>$/);
    browser.send('ACK', 1);
    const destroyed = (await accepted).destroy();
    const bye = await browser.hear('BYE');
    assert.match(bye.headers.get('Via')!, /^SIP\/2\.0\/WS \[::1\]:\d+;/);
    browser.respond(bye, '200 OK');
    await destroyed;
  });

  test('that disconnects before the answer has cancelled', async context => {
    const app = await startApp(context);
    const browser = await Browser.connect(context, app, 'ws-gone');
    const invited = nextRequest(app.srf, 'invite');
    browser.send('INVITE', 1, { body: sdp });
    const { req, res } = await invited;
    res.send(180);
    await browser.hear(180);
    const cancelled = once(req, 'cancel');
    browser.socket.terminate();
    const [cancel] = (await cancelled) as [{ get(name: string): string }];
    assert.match(cancel.get('Reason'), /Transport closed/);
  });

  test('that disconnects during a call leaves a dialog that can still be ended', async context => {
    const app = await startApp(context);
    const { browser, dialog, cancels } = await talking(context, app, 'ws-lost');
    const closed = once(browser.socket, 'close');
    browser.socket.terminate();
    await closed;
    await dialog.destroy();
    assert.equal(app.engine.counts().dialogs, 0);
    assert.equal(cancels(), 0);
  });

  test('that disconnects before its ACK needs no ACK before a BYE, and may return with another offer', async context => {
    const app = await startApp(context);
    const { browser: before, answer, dialog } = await talking(context, app, 'ws-unacknowledged');
    dialog.on('modify', (_req: unknown, res: { send(status: number, more: object): void }) =>
      res.send(200, { body: sdp }),
    );
    before.send('INVITE', 2, { body: sdp });
    await before.hear(200);
    before.socket.terminate();
    await eventually('the connection is gone', () => app.engine.counts().flows === 0);

    const after = await Browser.connect(context, app, 'ws-unacknowledged');
    after.follow(answer);
    after.send('INVITE', 3, { body: sdp });
    await after.hear(200);
    after.socket.terminate();
    await eventually('the connection is gone', () => app.engine.counts().flows === 0);
    await dialog.destroy();
    assert.equal(app.engine.counts().dialogs, 0);
  });

  test('that disconnects while a BYE waits for its ACK no longer delays the BYE', async context => {
    const app = await startApp(context);
    const { browser, dialog } = await talking(context, app, 'ws-waiting');
    dialog.on('modify', (_req: unknown, res: { send(status: number, more: object): void }) =>
      res.send(200, { body: sdp }),
    );
    browser.send('INVITE', 2, { body: sdp });
    await browser.hear(200);
    const destroyed = dialog.destroy();
    // The BYE was sent before this request and is held back, because this request has arrived.
    dialog.request({ method: 'INFO' }).catch(() => {});
    await browser.hear('INFO');
    browser.socket.terminate();
    await destroyed;
    assert.equal(app.engine.counts().dialogs, 0);
  });

  test('that reconnects continues its dialog on the new connection', async context => {
    const app = await startApp(context);
    const { browser: before, answer, dialog } = await talking(context, app, 'ws-back');
    before.socket.terminate();

    const after = await Browser.connect(context, app, 'ws-back');
    after.follow(answer);
    // Until the application has accepted the request, nothing is sent to the new connection.
    dialog.once('update', (_req: unknown, res: { send(status: number): void }) => res.send(403));
    after.send('INFO', 2);
    await after.hear(200);
    after.send('UPDATE', 3, { body: sdp });
    await after.hear(403);
    await assert.rejects(dialog.modify(sdp.replace('4000', '4006')));

    dialog.once('update', (_req: unknown, res: { send(status: number, more: object): void }) =>
      res.send(200, { body: sdp }),
    );
    after.send('UPDATE', 4, { body: sdp });
    await after.hear(200);
    const destroyed = dialog.destroy();
    after.respond(await after.hear('BYE'), '200 OK');
    await destroyed;
  });
});
