// A media worker that runs but does not respond, as after a bug in a loop.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { privateFolder } from '../support/private-folder.ts';
import { callAnswered, startProcessScene } from '../support/process-scene.ts';

/** Runs in every thread: the media worker hangs once that file is there. */
const hanging = (file: string) => `
  import { existsSync, rmSync } from 'node:fs';
  import { isMainThread } from 'node:worker_threads';
  const file = ${JSON.stringify(file)};
  if (!isMainThread) setInterval(() => { if (existsSync(file)) { rmSync(file); for (;;); } }, 20);`;

test('29: a media worker that hangs is ended, its calls end with a reason, and the next call gets another worker', async context => {
  const file = join(privateFolder('hang'), 'now');
  const { gateway, pbx, page } = await startProcessScene(context, {
    node: ['--import', `data:text/javascript,${encodeURIComponent(hanging(file))}`],
  });
  const caller = await page();
  const { call } = await callAnswered(caller, pbx);
  writeFileSync(file, '');
  const bye = await caller.request('BYE');
  assert.match(bye.headers.get('Reason') ?? '', /cause=503;text="The sound is gone"/);
  call.respond(bye, '200 OK');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await gateway.waitFor(/"level":"error".*a media worker does not answer/);
  await gateway.waitFor(/"level":"info".*a replacement media worker/, { within: 30_000 });
  await callAnswered(caller, pbx);
});

/** Fails in the media worker without a handler, once that file is there: by an exception, and by a rejection. */
const failing = (file: string) => `
  import { existsSync, rmSync } from 'node:fs';
  import { isMainThread } from 'node:worker_threads';
  const file = ${JSON.stringify(file)};
  if (!isMainThread) setInterval(() => {
    if (!existsSync(file)) return;
    rmSync(file);
    void Promise.reject(new Error('rejected in the worker'));
    setTimeout(() => { throw new Error('thrown in the worker'); }, 1500);
  }, 20);`;

test('29: an uncaught exception in a media worker is logged, and its calls go on', async context => {
  const file = join(privateFolder('fail'), 'now');
  const { gateway, pbx, page } = await startProcessScene(context, {
    node: ['--import', `data:text/javascript,${encodeURIComponent(failing(file))}`],
  });
  const caller = await page();
  const { call } = await callAnswered(caller, pbx);
  writeFileSync(file, '');
  await gateway.waitFor(/"level":"error".*rejected in the worker/);
  await gateway.waitFor(/"level":"error".*thrown in the worker/);
  call.request('BYE');
  await caller.response(200, 'BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  await gateway.quiet();
  assert.doesNotMatch(gateway.log, /a media worker died|a replacement media worker/);
});
