import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Dialog, startApp } from './testbed.ts';

describe('a subscription between applications', { timeout: 100_000 }, () => {
  test('is a dialog with notifications, until one reports that it is terminated', async context => {
    const [watcher, presence] = [await startApp(context), await startApp(context)];
    const notifier = new Promise<Dialog>((resolve, reject) => {
      presence.srf.use('subscribe', (req, res) => {
        presence.srf.createUAS(req, res, { headers: { Expires: '60' } }).then(resolve, reject);
      });
    });
    const subscriber = await watcher.srf.createUAC(presence.uri('bob'), {
      method: 'SUBSCRIBE',
      headers: { Event: 'presence', Expires: '60' },
    });
    const states: string[] = [];
    subscriber.on('notify', (req, res) => {
      states.push(req.get('Subscription-State') ?? '');
      res.send(200);
    });
    const notify = async (state: string) => {
      const headers = { Event: 'presence', 'Subscription-State': state };
      return (await (await notifier).request({ method: 'NOTIFY', headers })).status;
    };
    assert.equal(await notify('active;expires=60'), 200);
    assert.deepEqual([watcher.engine.counts().dialogs, presence.engine.counts().dialogs], [1, 1]);
    assert.equal(await notify('terminated;reason=timeout'), 200);
    assert.deepEqual(states, ['active;expires=60', 'terminated;reason=timeout']);
    assert.deepEqual([watcher.engine.counts().dialogs, presence.engine.counts().dialogs], [0, 0]);
  });
});
