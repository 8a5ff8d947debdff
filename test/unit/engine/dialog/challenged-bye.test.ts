// An outgoing BYE that is challenged (RFC 3261 15.1.1, 22): the dialog waits for the BYE with credentials.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { forgotten, TimedScene } from './timed-scene.ts';

const challenges = [
  ['401 Unauthorized', 'WWW-Authenticate', 'Authorization'],
  ['407 Proxy Authentication Required', 'Proxy-Authenticate', 'Proxy-Authorization'],
] as const;

describe('a BYE', { concurrency: 4, timeout: 100_000 }, () => {
  for (const [status, challenge, credentials] of challenges) {
    test(`that is answered with ${status} is sent again with credentials, in its dialog`, async context => {
      const scene = await TimedScene.open(context);
      const auth = { username: 'alice', password: 'wonderland' };
      const dialog = await scene.calling([], { auth });
      const destroyed = dialog.destroy();
      const first = await scene.peer.hearRequest('BYE');
      const realm = `${challenge}: Digest realm="x", nonce="n", algorithm=MD5`;
      scene.peer.respond(first, status, { headers: [realm] });
      const second = await scene.peer.hearRequest('BYE');
      assert.match(second.headers.get(credentials)!, /username="alice"/);
      const seq = (bye: typeof first) => Number.parseInt(bye.headers.get('CSeq')!, 10);
      assert.equal(seq(second), seq(first) + 1);
      assert.equal(second.headers.get('To'), first.headers.get('To'));
      assert.equal(scene.app.engine.counts().dialogs, 1);
      scene.peer.respond(second, '200 OK');
      await destroyed;
      assert.equal(scene.app.engine.counts().dialogs, 0);
    });
  }

  test('that is challenged and not sent again ends its dialog after 64*T1', async context => {
    const scene = await TimedScene.open(context);
    const dialog = await scene.calling([]);
    const destroyed = dialog.destroy();
    scene.peer.respond(await scene.peer.hearRequest('BYE'), '407 Proxy Authentication Required');
    await destroyed;
    assert.equal(scene.app.engine.counts().dialogs, 1);
    scene.clock.pass(forgotten);
    assert.equal(scene.app.engine.counts().dialogs, 0);
    assert.equal(scene.requests('BYE').length, 1);
  });
});
