// An application that gives no answer, or no final one, on a manual clock: the peer still gets an answer, and nothing
// stays in the engine.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { nextRequest } from '../drachtio/testbed.ts';
import { forgotten, TimedScene } from './timed-scene.ts';
import { WireCall } from './wire-peer.ts';

const silence = 64_000;
const ringing = 600_000;

const nothing = {
  applications: 1,
  flows: 0,
  clientTransactions: 0,
  serverTransactions: 0,
  dialogs: 0,
  timers: 0,
};

describe('an application that never answers', { concurrency: 4, timeout: 100_000 }, () => {
  for (const rings of [false, true]) {
    test(`an INVITE${rings ? ' that it lets ring' : ''} is reported as cancelled, and the caller receives 504`, async context => {
      const { app, clock, peer } = await TimedScene.open(context);
      const call = new WireCall(peer, app.uri('bob'), 'never');
      const invited = nextRequest(app.srf, 'invite');
      call.invite();
      const { req, res } = await invited;
      if (rings) {
        res.send(180);
        await peer.hearResponse(180);
      }
      const cancelled = once(req, 'cancel');
      clock.pass((rings ? ringing : silence) - 1);
      const { serverTransactions, dialogs } = app.engine.counts();
      assert.deepEqual([serverTransactions, dialogs], [1, rings ? 1 : 0]);
      clock.pass(1);
      await peer.hearResponse(504);
      const [cancel] = (await cancelled) as [{ get(name: string): string }];
      assert.match(cancel.get('Reason'), /No answer from the application/);
      // Not even an ACK arrives.
      clock.pass(forgotten);
      assert.deepEqual(app.engine.counts(), nothing);
    });
  }

  for (const method of ['OPTIONS', 'MESSAGE']) {
    test(`${method === 'OPTIONS' ? 'an' : 'a'} ${method} is answered with 504 and removed`, async context => {
      const { app, clock, peer } = await TimedScene.open(context);
      const arrived = nextRequest(app.srf, method.toLowerCase());
      new WireCall(peer, app.uri('bob'), method).send(method, 1);
      await arrived;
      clock.pass(silence - 1);
      assert.equal(app.engine.counts().serverTransactions, 1);
      clock.pass(1);
      await peer.hearResponse(504, method);
      clock.pass(forgotten);
      assert.deepEqual(app.engine.counts(), nothing);
    });
  }
});
