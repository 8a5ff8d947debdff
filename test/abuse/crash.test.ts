// A process that dies in the middle of calls, and the one that is started in its place.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort } from '../support/free-port.ts';
import { callAnswered, startProcessScene } from '../support/process-scene.ts';

const HOST = '127.0.0.1';

test('killed in a call, a gateway starts again immediately on the same ports, without that call', async context => {
  const [http, sip, media] = await Promise.all([freePort(HOST), freePort(HOST), freePort(HOST)]);
  const ports = { listen: `${HOST}:${http}`, sip: { udp: sip, tcp: sip } };
  const scene = await startProcessScene(context, {
    file: { ...ports, media: { browserPort: media, pbxPorts: [21000, 21003], workers: 1 } },
  });
  const { gateway, pbx } = scene;
  const caller = await scene.page();
  const { call, invite } = await callAnswered(caller, pbx);

  gateway.signal('SIGKILL');
  await gateway.ended();
  const next = await scene.again();

  pbx.requestWithin(invite, 'BYE');
  await pbx.response(481, 'BYE');
  pbx.requestWithin(invite, 'INVITE', 'v=0\r\n');
  await pbx.response(481, 'INVITE');
  const back = await scene.page();
  call.moveTo(back);
  call.request('BYE');
  await back.response(481, 'BYE');

  // All of its two pairs of ports are free: the dead one left none behind.
  const again = [await callAnswered(back, pbx), await callAnswered(back, pbx)];
  assert.equal((await next.counts()).calls, again.length);
});
