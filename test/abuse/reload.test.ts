// A configuration that is replaced during calls.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { embeddedEngine } from '../support/deployment.ts';
import { browserOffer, callAnswered, DIRECTOR, SITE, startProcessScene } from '../support/process-scene.ts';
import { RawCall } from '../support/raw-call.ts';
import { PAGE } from '../support/signalling-gateway.ts';

test('SIGHUP: new calls go by the new file, running calls and open pages go on, no port moves', async context => {
  const { gateway, pbx, page } = await startProcessScene(context);
  const [caller, other] = [await page(), await page()];
  const { call } = await callAnswered(caller, pbx);
  const offer = await browserOffer();

  const newcomer = { domain: 'mysite.test', origins: [PAGE], callable: ['newcomer'], tokens: false as const };
  assert.match(await gateway.reload({ sites: [newcomer] }), /"level":"info".*reloaded/);

  new RawCall(other, DIRECTOR).invite(offer);
  await other.response(403);
  const welcome = new RawCall(other, 'sip:newcomer@mysite.test');
  welcome.invite(offer);
  const invite = await pbx.request('INVITE');
  pbx.respond(invite, '486 Busy Here');
  await other.response(486);
  assert.equal((await fetch(`${gateway.url}/call?to=director@mysite.test`)).status, 404);
  assert.equal((await fetch(`${gateway.url}/call?to=newcomer@mysite.test`)).status, 200);

  call.request('BYE');
  await caller.response(200, 'BYE');
  pbx.respond(await pbx.request('BYE'), '200 OK');
});

test(
  'SIGHUP: a file with mistakes, or with changes that need a restart, is refused with all problems',
  embeddedEngine,
  async context => {
    const { gateway, pbx, page } = await startProcessScene(context);
    const caller = await page();
    const { call } = await callAnswered(caller, pbx);
    const offer = await browserOffer();
    const nobody = { ...SITE, callable: ['nobody'] };

    const bound = await gateway.reload({
      sites: [nobody],
      listen: '127.0.0.1:1',
      sip: { udp: 5061, tcp: 0 },
      media: { browserPort: 0, pbxPorts: [30000, 30009] },
      limits: { responseSeconds: 1 },
    });
    assert.match(bound, /"level":"error"/);
    for (const key of ['listen', 'sip.udp', 'media.pbxPorts', 'limits.responseSeconds']) {
      assert.ok(
        bound.includes(`${key}: cannot change while the gateway runs; restart it`),
        `${key}: ${bound}`,
      );
    }

    const mistaken = await gateway.reloadText('colour: red\nsites:\n  - domain: mysite.test\n');
    assert.match(mistaken, /"level":"error".*gateway\.yaml:1: colour: no such key/);
    assert.match(mistaken, /gateway\.yaml:3: sites\.1\.origins: missing/);
    assert.match(await gateway.reloadText('sites: ['), /"level":"error".*not valid YAML/);

    new RawCall(caller, 'sip:nobody@mysite.test').invite(offer);
    await caller.response(403);
    new RawCall(caller, DIRECTOR).invite(offer);
    pbx.respond(await pbx.request('INVITE'), '486 Busy Here');
    await caller.response(486);
    call.request('BYE');
    await caller.response(200, 'BYE');
    pbx.respond(await pbx.request('BYE'), '200 OK');
  },
);
