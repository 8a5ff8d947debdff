import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { Engine } from '../../../../gateway/engine/engine.ts';
import { sdp, WirePeer } from '../dialog/wire-peer.ts';
import { SteadyClock } from '../transaction/steady-clock.ts';
import { type App, connectApp, leave, nextRequest, secret, startApp, type WholeDialog } from './testbed.ts';

const otherSdp = sdp.replace('4000', '4002');

function answering(app: App): Promise<WholeDialog> {
  return new Promise((resolve, reject) => {
    app.srf.use('invite', (req, res) => {
      res.send(180);
      app.srf.createUAS(req, res, { localSdp: sdp }).then(resolve, reject);
    });
  });
}

// Each test has a separate engine, so they run in parallel.
describe('calls between applications', { concurrency: 8, timeout: 100_000 }, () => {
  for (const transport of ['udp', 'tcp'] as const) {
    test(`a call over ${transport} is made, modified, used and ended`, async context => {
      const [caller, callee] = [await startApp(context), await startApp(context)];
      const answered = answering(callee);
      const provisional: number[] = [];
      const uac = await caller.srf.createUAC(
        callee.uri('bob', transport),
        { localSdp: sdp, callingNumber: 'alice' },
        { cbProvisional: response => provisional.push(response.status) },
      );
      const uas = await answered;
      // The engine keeps the 100. Only responses of the callee are passed on.
      assert.deepEqual(provisional, [180]);
      assert.equal(uac.id, `${uac.sip.callId};from-tag=${uac.sip.localTag}`);
      assert.equal(uas.id, uac.id);
      assert.deepEqual([uac.sip.localTag, uac.sip.remoteTag], [uas.sip.remoteTag, uas.sip.localTag]);

      uas.on('info', (req, res) => res.send(req.body === 'é😀' ? 200 : 400));
      const info = await uac.request({
        method: 'INFO',
        body: 'é😀',
        headers: { 'Content-Type': 'text/plain' },
      });
      assert.equal(info.status, 200);

      uas.on('modify', (req, res) => res.send(200, { body: req.body ?? '' }));
      assert.equal(await uac.modify(otherSdp), otherSdp);
      uac.on('modify', (_req, res) => res.send(200, { body: otherSdp }));
      assert.equal(await uas.modify(sdp), otherSdp);

      const destroyed = once(uac, 'destroy');
      await uas.destroy();
      assert.equal((await destroyed)[1], 'normal release');
    });
  }

  for (const status of [404, 486, 603]) {
    test(`a ${status} reaches the caller's application with the dialog id of its INVITE`, async context => {
      const [caller, callee] = [await startApp(context), await startApp(context)];
      callee.srf.use('invite', (_req, res) => res.send(status, { headers: { 'X-Why': 'because' } }));
      await assert.rejects(caller.srf.createUAC(callee.uri('bob'), { localSdp: sdp }), (error: object) => {
        assert.ok('status' in error && 'res' in error);
        assert.equal(error.status, status);
        const res = error.res as { get(name: string): string; stackDialogId: string };
        assert.equal(res.get('X-Why'), 'because');
        assert.match(res.stackDialogId, /;from-tag=\w+$/);
        return true;
      });
    });
  }

  test('a redirection is acknowledged and the new target called', async context => {
    const [caller, first, second] = [
      await startApp(context),
      await startApp(context),
      await startApp(context),
    ];
    first.srf.use('invite', (_req, res) => res.send(302, { headers: { Contact: `<${second.uri('bob')}>` } }));
    const answered = answering(second);
    const uac = await caller.srf.createUAC(first.uri('bob'), { localSdp: sdp, followRedirects: true });
    await answered;
    await uac.destroy();
  });

  test('the proxy field sets the next hop and adds no Route', async context => {
    const [caller, callee] = [await startApp(context), await startApp(context)];
    const arrived = nextRequest(callee.srf, 'invite');
    const uac = caller.srf.createUAC('sip:bob@pbx.example;transport=tls', {
      localSdp: sdp,
      proxy: callee.uri('x', 'tcp'),
    });
    const { req, res } = await arrived;
    assert.equal(req.uri, 'sip:bob@pbx.example;transport=tls');
    assert.equal(req.get('Route'), undefined);
    assert.equal(req.protocol, 'tcp');
    res.send(486);
    await assert.rejects(uac);
  });

  test('maddr sets the address, and a name without a literal is looked up', async context => {
    const asked: string[] = [];
    const lookup = async (name: string) => {
      asked.push(name);
      return '127.0.0.1';
    };
    const [caller, callee] = [await startApp(context, { lookup }), await startApp(context)];
    callee.srf.use('invite', (_req, res) => res.send(486));
    const { udpPort } = callee;
    await assert.rejects(
      caller.srf.createUAC(`sip:b@pbx.example:${udpPort};maddr=127.0.0.1`, { localSdp: sdp }),
      {
        status: 486,
      },
    );
    await assert.rejects(caller.srf.createUAC(`sip:b@named.example:${udpPort}`, { localSdp: sdp }), {
      status: 486,
    });
    assert.deepEqual(asked, ['named.example']);
  });

  test('a name that cannot be looked up gives a 503, like any unreachable next hop', async context => {
    const caller = await startApp(context);
    await assert.rejects(caller.srf.createUAC('sip:b@nowhere.example', { localSdp: sdp }), { status: 503 });
  });

  test('a closed port gives a 503 immediately, over UDP and over TCP', async context => {
    const clock = new SteadyClock();
    const caller = await startApp(context, { clock });
    const gone = await Engine.start({
      listen: caller.engine.points.map(point => ({ ...point, port: 0 })),
      admin: { secret },
    });
    await gone.stop();
    for (const { transport, port } of gone.points) {
      const uri = `sip:bob@127.0.0.1:${port};transport=${transport}`;
      const from = clock.now();
      await assert.rejects(caller.srf.createUAC(uri, { localSdp: sdp }), { status: 503 });
      // Timer B, 1.28 s here, would give a 408.
      assert.ok(clock.now() - from < 1000, uri);
    }
  });

  test('a B2BUA passes a call and its end from one side to the other', async context => {
    const [caller, middle, callee] = [
      await startApp(context),
      await startApp(context),
      await startApp(context),
    ];
    const answered = answering(callee);
    const bridged = new Promise<WholeDialog[]>((resolve, reject) => {
      middle.srf.use('invite', (req, res) => {
        middle.srf
          .createB2BUA(req, res, callee.uri('bob', 'tcp'), { localSdpB: req.body })
          .then(({ uas, uac }) => resolve([uas, uac]), reject);
      });
    });
    const uac = await caller.srf.createUAC(middle.uri('bob'), { localSdp: sdp });
    const [[left, right], far] = [await bridged, await answered];
    right!.on('destroy', () => left!.destroy());
    const destroyed = once(uac, 'destroy');
    await far.destroy();
    await destroyed;
  });

  test('a caller that gives up while the callee rings leaves no call behind a B2BUA', async context => {
    const [caller, middle, callee] = [
      await startApp(context),
      await startApp(context),
      await startApp(context),
    ];
    const ringing = nextRequest(callee.srf, 'invite');
    const failed = new Promise<unknown>(resolve => {
      middle.srf.use('invite', (req, res) => {
        middle.srf.createB2BUA(req, res, callee.uri('bob'), { localSdpB: req.body }).catch(resolve);
      });
    });
    const call = caller.srf.createUAC(
      middle.uri('bob'),
      { localSdp: sdp },
      {
        cbRequest: (_error, sent) => {
          ringing.then(({ res }) => {
            res.send(180);
            sent?.cancel();
          });
        },
      },
    );
    const rejected = assert.rejects(call, { status: 487 });
    const { req } = await ringing;
    await once(req, 'cancel');
    await rejected;
    assert.equal(((await failed) as { status: number }).status, 487);
  });

  test('requests outside a dialog are answered, and the responses arrive', async context => {
    const [asker, answerer] = [await startApp(context), await startApp(context)];
    answerer.srf.use('options', (_req, res) => res.send(200, { headers: { Allow: 'INVITE, BYE' } }));
    const sent = await asker.srf.request(answerer.uri('x'), { method: 'OPTIONS' });
    const [response] = (await once(sent, 'response')) as [{ status: number; get(name: string): string }];
    assert.equal(response.status, 200);
    assert.equal(response.get('Allow'), 'INVITE, BYE');
  });

  test('a callee that does not answer gives a 408 after 64*T1', async context => {
    const caller = await startApp(context);
    const silent = await WirePeer.open(context, caller.udpPort);
    await assert.rejects(caller.srf.createUAC(`sip:x@127.0.0.1:${silent.port}`, { localSdp: sdp }), {
      status: 408,
    });
    // T1 doubling from 20 ms: sent at 0, 20, 60, 140, 300, 620, 1260 ms.
    const invites = silent.heard.filter(message => message.kind === 'request');
    // On a busy machine the last one, due 20 ms before the end, may be too late.
    assert.ok(invites.length === 7 || invites.length === 6, String(invites.length));
  });

  test('when an application disconnects, its calls are ended and its pending callers answered', async context => {
    const app = await startApp(context);
    const [caller, callee] = [await startApp(context), await startApp(context)];
    const leaving = await connectApp(app.engine);
    const uacEnded = answering(callee).then(uas => once(uas, 'destroy'));
    await leaving.createUAC(callee.uri('bob'), { localSdp: sdp });
    const pending = nextRequest(leaving, 'invite');
    const rejected = assert.rejects(caller.srf.createUAC(app.uri('bob'), { localSdp: sdp }), { status: 503 });
    await pending;
    leave(app.engine, leaving);
    await uacEnded;
    await rejected;
  });
});
