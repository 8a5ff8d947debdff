// A gateway whose main thread hangs, as a bug in a parser would have it: systemd ends it. With the real systemd-notify.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { partsMissing, servicePrograms } from '../support/parts.ts';
import { startProcessScene } from '../support/process-scene.ts';
import { startServiceManager } from '../support/service-manager.ts';

/** SIGUSR2 has the main thread hang for good. */
const hanging = `
  import { writeSync } from 'node:fs';
  process.on('SIGUSR2', () => { writeSync(2, 'it hangs\\n'); for (;;); });`;
const node = ['--import', `data:text/javascript,${encodeURIComponent(hanging)}`];

describe('a gateway under systemd', { skip: partsMissing(servicePrograms) }, () => {
  it('reports that it is ready, resets the watchdog, and reports that it stops', async context => {
    const { said, runs } = await startServiceManager(1.5);
    context.after(() => said.kill());
    const { gateway } = await startProcessScene(context, { under: runs });
    await said.waitFor(/^READY=1$/);
    for (let fed = 0; fed < 3; fed++) {
      const since = said.mark();
      await said.waitFor(/^WATCHDOG=1$/, { since });
    }
    gateway.signal('SIGTERM');
    await said.waitFor(/^STOPPING=1$/);
    await gateway.ended();
    assert.equal(gateway.exitCode, 0);
  });

  it('feeds the watchdog no more once its main thread hangs, and SIGTERM does not end it', async context => {
    const { said, runs } = await startServiceManager(10);
    context.after(() => said.kill());
    const { gateway } = await startProcessScene(context, { under: runs, node });
    await said.waitFor(/^WATCHDOG=1$/);
    assert.doesNotMatch(said.output(), /TIMEOUT/);
    gateway.signal('SIGUSR2');
    await gateway.waitFor(/it hangs/);
    gateway.signal('SIGTERM');
    await said.waitFor(/^WATCHDOG TIMEOUT$/);
    assert.equal(gateway.exitCode, null);
    assert.doesNotMatch(said.output(), /STOPPING/);
    // What the unit's WatchdogSignal does.
    gateway.signal('SIGKILL');
    await gateway.ended();
  });
});
