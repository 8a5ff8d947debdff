// Subscriptions (RFC 6665) on a manual clock: what creates them, how long they last, what ends them.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SipRequest } from '../../../../gateway/engine/message/message.ts';
import { eventually } from '../../../support/eventually.ts';
import { nextRequest, type WholeDialog } from '../drachtio/testbed.ts';
import { forgotten, TimedScene } from './timed-scene.ts';
import { WireCall } from './wire-peer.ts';

const minute = ['Event: presence', 'Expires: 60'];
/** The time that a subscription lasts beyond its Expires, for its last NOTIFY, in ms. */
const grace = 48_000;

/** The peer subscribes and the application accepts, for which drachtio-srf sends a 202. */
async function theirs(scene: TimedScene): Promise<[WireCall, WholeDialog]> {
  const dialog = new Promise<WholeDialog>((resolve, reject) => {
    scene.app.srf.use('subscribe', (req, res) => {
      scene.app.srf.createUAS(req, res, { headers: { Expires: '60' } }).then(resolve, reject);
    });
  });
  const call = new WireCall(scene.peer, scene.app.uri('bob'), 'watcher');
  call.send('SUBSCRIBE', 1, { headers: minute });
  call.follow(await scene.peer.hearResponse(202, 'SUBSCRIBE'));
  return [call, await dialog];
}

/** The application subscribes and the peer accepts. */
async function ours(
  scene: TimedScene,
  accept = (request: SipRequest) =>
    scene.peer.respond(request, '200 OK', { tag: 'b', headers: ['Expires: 60'] }),
): Promise<{ dialog: WholeDialog; notify: (seq: number, state: string, callId?: string) => void }> {
  const subscribed = scene.app.srf.createUAC(`sip:x@127.0.0.1:${scene.peer.port}`, {
    method: 'SUBSCRIBE',
    headers: { Event: 'presence', Expires: '60' },
  });
  const request = await scene.peer.hearRequest('SUBSCRIBE');
  const callId = request.headers.get('Call-ID')!;
  const notify = (seq: number, state: string) =>
    scene.peer.request({
      method: 'NOTIFY',
      uri: scene.app.uri('watcher'),
      branch: `z9hG4bK-notify-${seq}`,
      from: `${request.headers.get('To')};tag=b`,
      to: request.headers.get('From')!,
      callId,
      cseq: seq,
      headers: ['Event: presence', `Subscription-State: ${state}`],
    });
  accept(request);
  return { dialog: await subscribed, notify };
}

const dialogs = (scene: TimedScene) => scene.app.engine.counts().dialogs;

describe('a subscription', { concurrency: 4, timeout: 100_000 }, () => {
  for (const status of [200, 202] as const) {
    test(`of a peer, accepted with ${status} and not refreshed, is removed`, async context => {
      const scene = await TimedScene.open(context);
      const asked = nextRequest(scene.app.srf, 'subscribe');
      const call = new WireCall(scene.peer, scene.app.uri('bob'), `for-a-${status}`);
      call.send('SUBSCRIBE', 1, { headers: minute });
      (await asked).res.send(status, { headers: { Expires: '60' } });
      await scene.peer.hearResponse(status, 'SUBSCRIBE');
      scene.clock.pass(60_000 + grace - 1);
      assert.equal(dialogs(scene), 1);
      scene.clock.pass(1);
      assert.equal(dialogs(scene), 0);
    });

    test(`of ours, accepted with ${status} and not refreshed, is removed`, async context => {
      const scene = await TimedScene.open(context);
      const answer = `${status} OK`;
      await ours(scene, request =>
        scene.peer.respond(request, answer, { tag: 'b', headers: ['Expires: 60'] }),
      );
      scene.clock.pass(60_000 + grace - 1);
      assert.equal(dialogs(scene), 1);
      scene.clock.pass(1);
      assert.equal(dialogs(scene), 0);
    });
  }

  test('lasts for another interval when it is refreshed', async context => {
    const scene = await TimedScene.open(context);
    const [call, dialog] = await theirs(scene);
    dialog.on('subscribe', (_req, res) => res.send(200, { headers: { Expires: '60' } }));
    scene.clock.pass(60_000);
    call.send('SUBSCRIBE', 2, { headers: minute });
    await scene.peer.hearResponse(200, 'SUBSCRIBE');
    scene.clock.pass(60_000 + grace - 1);
    assert.equal(dialogs(scene), 1);
    scene.clock.pass(1);
    assert.equal(dialogs(scene), 0);
  });

  test('ends when the peer reports that it is terminated, whatever the application answers', async context => {
    const scene = await TimedScene.open(context);
    const { dialog, notify } = await ours(scene);
    dialog.on('notify', (req, res) =>
      res.send(req.get('Subscription-State')?.startsWith('active') ? 200 : 489),
    );
    notify(1, 'active;expires=60');
    await scene.peer.hearResponse(200, 'NOTIFY');
    assert.equal(dialogs(scene), 1);
    notify(2, 'terminated;reason=noresource');
    await scene.peer.hearResponse(489, 'NOTIFY');
    assert.equal(dialogs(scene), 0);
  });

  test('ends when the peer answers a NOTIFY or a refresh with 481', async context => {
    const scene = await TimedScene.open(context);
    const [, watched] = await theirs(scene);
    const notified = watched.request({ method: 'NOTIFY', headers: { 'Subscription-State': 'active' } });
    scene.peer.respond(await scene.peer.hearRequest('NOTIFY'), '481 Subscription Does Not Exist');
    await notified;
    assert.equal(dialogs(scene), 0);
    const { dialog } = await ours(scene);
    const refreshed = dialog.request({ method: 'SUBSCRIBE', headers: { Expires: '60' } });
    scene.peer.respond(await scene.peer.hearRequest('SUBSCRIBE'), '481 Subscription Does Not Exist');
    await refreshed;
    assert.equal(dialogs(scene), 0);
  });

  test('within a call neither shortens nor ends it', async context => {
    const scene = await TimedScene.open(context);
    const { call, dialog } = await scene.called([]);
    dialog.on('subscribe', (_req, res) => res.send(202, { headers: { Expires: '60' } }));
    call.send('SUBSCRIBE', 2, { headers: minute });
    await scene.peer.hearResponse(202, 'SUBSCRIBE');
    scene.clock.pass(3_600_000);
    assert.equal(scene.requests('BYE').length, 0);
    assert.equal(dialogs(scene), 1);
    await scene.hangUp(dialog);
  });

  describe('of ours with a NOTIFY before the answer to its SUBSCRIBE', () => {
    /** The application's SUBSCRIBE without an answer, and a NOTIFY of the peer that answers with that tag. */
    async function subscribing(scene: TimedScene) {
      const outcome = scene.app.srf.createUAC(`sip:x@127.0.0.1:${scene.peer.port}`, {
        method: 'SUBSCRIBE',
        headers: { Event: 'presence;id=7', Expires: '60' },
      });
      outcome.catch(() => {});
      const request = await scene.peer.hearRequest('SUBSCRIBE');
      const notify = (seq: number, tag = 'b', event = 'presence;id=7') =>
        scene.peer.request({
          method: 'NOTIFY',
          uri: scene.app.uri('watcher'),
          branch: `z9hG4bK-early-${tag}-${seq}`,
          from: `${request.headers.get('To')};tag=${tag}`,
          to: request.headers.get('From')!,
          callId: request.headers.get('Call-ID')!,
          cseq: seq,
          headers: [`Event: ${event}`, 'Subscription-State: active', `Subject: ${tag}${seq}`],
        });
      /** `count` NOTIFYs have arrived, and none has an answer. */
      const read = async (count: number) => {
        await eventually('the NOTIFYs arrived', () => scene.app.engine.counts().serverTransactions === count);
        assert.ok(!scene.peer.heard.some(({ headers }) => headers.get('CSeq')?.endsWith('NOTIFY')));
      };
      return { outcome, request, notify, read };
    }

    test('receives the NOTIFYs in the dialog that the 2xx makes, in order', async context => {
      const scene = await TimedScene.open(context);
      const { outcome, request, notify, read } = await subscribing(scene);
      notify(1);
      await read(1);
      scene.peer.respond(request, '200 OK', { tag: 'b', headers: ['Expires: 60'] });
      const heard: string[] = [];
      (await outcome).on('notify', (req, res) => {
        heard.push(req.get('Subject') ?? '');
        res.send(200);
      });
      notify(2);
      await read(2);
      scene.clock.pass(50);
      await scene.peer.hearResponse(200, 'NOTIFY');
      await scene.peer.hearResponse(200, 'NOTIFY');
      assert.deepEqual(heard, ['b1', 'b2']);
    });

    test('receives no NOTIFY of another fork or of another event', async context => {
      const scene = await TimedScene.open(context);
      const { outcome, request, notify, read } = await subscribing(scene);
      notify(1, 'another');
      await read(1);
      notify(2, 'b', 'presence;id=8');
      assert.equal((await scene.peer.hearResponse(481, 'NOTIFY')).headers.get('CSeq'), '2 NOTIFY');
      scene.peer.respond(request, '200 OK', { tag: 'b', headers: ['Expires: 60'] });
      await outcome;
      scene.clock.pass(50);
      assert.equal((await scene.peer.hearResponse(481, 'NOTIFY')).headers.get('CSeq'), '1 NOTIFY');
    });

    test('is not created if the SUBSCRIBE is refused or never answered', async context => {
      for (const status of ['403 Forbidden', undefined]) {
        const scene = await TimedScene.open(context);
        const { outcome, request, notify, read } = await subscribing(scene);
        notify(1);
        await read(1);
        if (status === undefined) scene.clock.pass(forgotten);
        else scene.peer.respond(request, status, { tag: 'b' });
        await assert.rejects(outcome);
        scene.clock.pass(50);
        await scene.peer.hearResponse(481, 'NOTIFY');
        assert.equal(dialogs(scene), 0);
      }
    });

    test('keeps at most 16 waiting NOTIFYs', async context => {
      const scene = await TimedScene.open(context);
      const { outcome, request, notify, read } = await subscribing(scene);
      for (let seq = 1; seq <= 16; seq++) notify(seq);
      await read(16);
      notify(17);
      await scene.peer.hearResponse(481, 'NOTIFY');
      scene.peer.respond(request, '403 Forbidden', { tag: 'b' });
      await assert.rejects(outcome);
    });
  });
});
