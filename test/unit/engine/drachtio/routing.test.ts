import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import Srf from 'drachtio-srf';
import type { Engine, NewRequest, RouteDecision, RoutingRule } from '../../../../gateway/engine/engine.ts';
import { sdp, WireCall, WirePeer } from '../dialog/wire-peer.ts';
import { RawApp } from './raw-app.ts';
import { secret, startEngine } from './testbed.ts';

function udpPort(engine: Engine): number {
  return engine.points.find(point => point.transport === 'udp')!.port;
}

/** A drachtio-srf application that listens, and counts its connections. */
async function listening(
  context: TestContext,
  shown = secret,
): Promise<{ srf: Srf; uri: string; connections(): number }> {
  const srf = new Srf();
  const server = createServer();
  let connections = 0;
  server.on('connection', () => connections++);
  srf.on('error', () => {});
  srf.listen({ server, secret: shown });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { srf, uri: `127.0.0.1:${port}`, connections: () => connections };
}

async function routed(context: TestContext, route: RoutingRule) {
  const engine = await startEngine(context, { route });
  const peer = await WirePeer.open(context, udpPort(engine));
  return { engine, peer, call: (id: string) => new WireCall(peer, 'sip:bob@127.0.0.1', id) };
}

describe('where a new request goes', { concurrency: 8, timeout: 100_000 }, () => {
  test('to an application that listens, on a connection for this call, until it ends the session', async context => {
    const app = await listening(context);
    const { engine, peer, call } = await routed(context, () => ({ action: 'route', uri: app.uri }));
    const ended = new Promise<void>(resolve => {
      app.srf.use('invite', async (req, res) => {
        const uas = await app.srf.createUAS(req, res, { localSdp: sdp });
        uas.on('destroy', () => {
          app.srf.endSession(req);
          resolve();
        });
      });
    });
    const one = call('listens');
    one.invite();
    one.ack(await peer.hearResponse(200));
    assert.equal(engine.counts().applications, 1);
    one.send('BYE', 2);
    await peer.hearResponse(200, 'BYE');
    await ended;

    app.srf.use('options', (_req, res) => res.send(200));
    for (const id of ['second', 'third']) {
      call(id).send('OPTIONS', 1);
      await peer.hearResponse(200, 'OPTIONS');
    }
    assert.equal(app.connections(), 3);
  });

  test('an application that listens receives a CANCEL, and has a separate connection', async context => {
    const app = await listening(context);
    const { peer, call } = await routed(context, () => ({ action: 'route', uri: app.uri }));
    const cancelled = new Promise<void>(resolve => {
      app.srf.use('invite', (req, res) => {
        req.on('cancel', () => resolve());
        res.send(180);
      });
    });
    const one = call('listens-cancel');
    one.invite();
    await peer.hearResponse(180);
    one.cancel();
    one.ack(await peer.hearResponse(487));
    await cancelled;
  });

  test('503 if no application listens there, or it sends the wrong secret', async context => {
    const imposter = await listening(context, 'wrong');
    const uris = ['127.0.0.1:1', imposter.uri, 'no port', 'x:99999'];
    const { engine, peer, call } = await routed(context, ({ message }) => ({
      action: 'route',
      uri: uris[Number(message.headers.get('Subject'))]!,
    }));
    for (const index of uris.keys()) {
      call(`nobody-${index}`).send('OPTIONS', 1, { headers: [`Subject: ${index}`] });
      await peer.hearResponse(503, 'OPTIONS');
    }
    assert.equal(engine.counts().applications, 0);
  });

  test('to the applications with a tag, in turn', async context => {
    const { engine, peer, call } = await routed(context, () => ({ action: 'route', tag: 'blue' }));
    const green = await RawApp.tagged(engine, 'green', 'options');
    const blue = [
      await RawApp.tagged(engine, 'red,blue', 'options'),
      await RawApp.tagged(engine, 'blue', 'options'),
    ];
    for (let round = 0; round < 2; round++) {
      for (const [index, app] of blue.entries()) {
        call(`blue-${round}-${index}`).send('OPTIONS', 1);
        app.answer(await app.frame(), '200 OK');
        await peer.hearResponse(200, 'OPTIONS');
        await app.frame();
      }
    }
    assert.deepEqual(green.unread, []);
    for (const app of [green, ...blue]) app.socket.destroy();
    call('blue-none').send('OPTIONS', 1);
    await peer.hearResponse(503, 'OPTIONS');
  });

  test('nowhere: refused, redirected or forwarded without any application', async context => {
    const { engine, peer, call } = await routed(context, ({ message }) => {
      const user = message.headers.get('Subject');
      if (user === 'reject') return { action: 'reject', status: 403, reason: 'Not Today' };
      if (user === 'redirect')
        return { action: 'redirect', contacts: ['sip:a@192.0.2.1', '<sip:b@192.0.2.2>;q=0.1'] };
      return { action: 'proxy', destinations: [`sip:bob@127.0.0.1:${peer.port}`], finalTimeout: '5s' };
    });
    call('reject').send('MESSAGE', 1, { headers: ['Subject: reject'] });
    assert.equal((await peer.hearResponse(403, 'MESSAGE')).reason, 'Not Today');
    call('redirect').send('MESSAGE', 1, { headers: ['Subject: redirect'] });
    const moved = await peer.hearResponse(302, 'MESSAGE');
    assert.deepEqual(moved.headers.all('Contact'), ['<sip:a@192.0.2.1>', '<sip:b@192.0.2.2>;q=0.1']);
    call('proxy').send('MESSAGE', 1);
    peer.respond(await peer.hearRequest('MESSAGE'), '200 OK', { tag: 't' });
    await peer.hearResponse(200, 'MESSAGE');
    assert.equal(engine.counts().applications, 0);
  });

  test('to the default, when the rule returns undefined', async context => {
    const seen: NewRequest[] = [];
    const { engine, peer, call } = await routed(context, async request => {
      seen.push(request);
      return undefined;
    });
    const app = await RawApp.authenticated(engine, 'options');
    call('undecided').send('OPTIONS', 1);
    app.answer(await app.frame(), '200 OK');
    await peer.hearResponse(200, 'OPTIONS');
    assert.equal(seen[0]!.transport, 'udp');
    assert.equal(seen[0]!.remote.port, peer.port);
    assert.equal(seen[0]!.local.port, udpPort(engine));
    app.socket.destroy();
  });

  test('a rule that fails causes a 500 to the peer, and nothing else', async context => {
    const { peer, call } = await routed(context, ({ message }) => {
      if (message.headers.get('Subject') === 'throw') throw new Error('no');
      return Promise.reject(new Error('no'));
    });
    for (const subject of ['throw', 'reject']) {
      call(`fails-${subject}`).send('OPTIONS', 1, { headers: [`Subject: ${subject}`] });
      await peer.hearResponse(500, 'OPTIONS');
    }
  });

  test('the result of a rule is reported as a call event', async context => {
    const decisions: RouteDecision[] = [
      { action: 'reject', status: 603 },
      { action: 'proxy', destinations: ['sip:127.0.0.1:1'] },
    ];
    const { engine, peer, call } = await routed(context, () => decisions.shift());
    const listener = await RawApp.authenticated(engine, 'cdr:attempt', 'cdr:stop');
    for (const [id, status] of [
      ['told-603', 603],
      ['told-500', 500],
    ] as const) {
      const one = call(id);
      one.invite();
      one.ack(await peer.hearResponse(status));
      assert.match(await listener.frame(), /\|cdr:attempt\|network\|/);
      assert.match(await listener.frame(), /\|cdr:stop\|application\|[\d:.]+\|call-rejected\r\n/);
    }
    listener.socket.destroy();
  });

  test('a decision after the caller has cancelled has no effect', async context => {
    let decide: (() => void) | undefined;
    const { engine, peer, call } = await routed(context, async () => {
      await new Promise<void>(resolve => (decide = resolve));
      return undefined;
    });
    const app = await RawApp.authenticated(engine, 'invite');
    const one = call('late-decision');
    one.invite();
    await peer.hearResponse(100);
    one.cancel();
    one.ack(await peer.hearResponse(487));
    decide?.();
    app.send('1|ping');
    assert.match(await app.frame(), /OK\|pong$/);
    assert.deepEqual(app.unread, []);
    app.socket.destroy();
  });
});
