// A request in the same segment as the message before it, from the engine to the application: drachtio-srf takes all of a
// segment in one turn. The engine is another process, and a link holds its frames back until they are one piece.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { DrachtioProcess } from '../../support/drachtio-process.ts';
import { eventually } from '../../support/eventually.ts';
import { HeldLink } from '../../support/held-link.ts';
import { RawCall } from '../../support/raw-call.ts';
import type { RawPeer } from '../../support/raw-peer.ts';
import { SDP, startScene } from '../../support/signalling-gateway.ts';
import { asked, fromPbx } from './asked.ts';

const DIRECTOR = 'sip:director@mysite.test';
const OTHER = SDP.replace('o=- 1 1', 'o=- 1 2').replace('audio 30000', 'audio 30200');

async function called(context: TestContext) {
  const engine = await DrachtioProcess.start();
  const { drachtio, ...settings } = engine.settings;
  const link = await HeldLink.to({ address: '127.0.0.1', port: Number(drachtio.split(':')[1]) });
  const scene = await startScene(context, {
    engine: 'embedded',
    settings: { sip: undefined, engine: { ...settings, drachtio: `127.0.0.1:${link.port}` } },
  });
  context.after(async () => {
    await link.stop();
    await engine.kill();
  });
  const [pbx] = scene.pbxs as [RawPeer];
  const call = new RawCall(scene.browser, DIRECTOR);
  call.invite(SDP);
  const invite = await pbx.request('INVITE');
  /** Sends these, and hands them on in one piece. */
  const together = async (send: () => void, ...parts: readonly string[]) => {
    link.hold();
    send();
    await eventually('both have come', () => parts.every(part => link.held.includes(part)));
    link.release();
  };
  const hangsUp = async () => {
    call.request('BYE');
    await scene.browser.response(200, 'BYE');
    pbx.respond(await pbx.request('BYE'), '200 OK');
    await eventually('nothing is left', async () => {
      const { calls } = await scene.gateway.health();
      return calls === 0 && (await engine.counts()).dialogs === 0;
    });
  };
  return { ...scene, pbx, call, invite, together, hangsUp };
}

for (const request of asked) {
  const { what, method, status, body, headers, type } = request;

  test(`${what} in the segment of the ACK is answered with ${status}`, async context => {
    const { browser, pbx, call, invite, together, hangsUp } = await called(context);
    pbx.respond(invite, '200 OK', { body: SDP });
    const ok = await browser.response(200);
    await together(
      () => {
        call.ack(ok);
        call.request(method, body, headers, type);
      },
      '\r\nACK ',
      `\r\n${method} `,
    );
    await browser.response(status, method);
    await pbx.request('ACK');
    await hangsUp();
  });

  test(`${what} in the segment of the 200 is answered with ${status}`, async context => {
    const { browser, pbx, call, invite, together, hangsUp } = await called(context);
    await together(
      () => {
        pbx.respond(invite, '200 OK', { body: SDP });
        fromPbx(pbx, invite, request, 1);
      },
      '\r\nSIP/2.0 200 ',
      `\r\n${method} `,
    );
    await pbx.response(status, method);
    call.ack(await browser.response(200));
    await pbx.request('ACK');
    await hangsUp();
  });

  test(`${what} in the segment of a reliable 183 is answered with ${status}`, async context => {
    const { browser, pbx, call, invite, together, hangsUp } = await called(context);
    await together(
      () => {
        const reliable = ['Require: 100rel', 'RSeq: 1'];
        pbx.respond(invite, '183 Session Progress', { body: SDP, headers: reliable });
        fromPbx(pbx, invite, request, 1);
      },
      '\r\nSIP/2.0 183 ',
      `\r\n${method} `,
    );
    await pbx.response(status, method);
    pbx.respond(await pbx.request('PRACK'), '200 OK');
    pbx.respond(invite, '200 OK');
    call.ack(await browser.response(200));
    await pbx.request('ACK');
    await hangsUp();
  });
}

test("a CANCEL in the segment of the PBX's 200 is the visitor's end of the call, not a failure", async context => {
  const { browser, logged, pbx, call, invite, together } = await called(context);
  await together(
    () => {
      pbx.respond(invite, '200 OK', { body: SDP });
      call.cancel();
    },
    '\r\nSIP/2.0 200 ',
    '\r\nCANCEL ',
  );
  await browser.response(487, 'INVITE');
  await pbx.request('ACK');
  pbx.respond(await pbx.request('BYE'), '200 OK');
  const { level, outcome } = await eventually('the call has ended', () => {
    return logged.find(({ msg }) => msg === 'call ended');
  });
  assert.deepEqual([level, outcome], ['info', 'cancelled']);
  assert.deepEqual(
    logged.filter(line => line.level === 'error'),
    [],
  );
});

for (const method of ['INVITE', 'UPDATE']) {
  test(`an ${method} with an offer in the segment of the ACK is judged by the other side`, async context => {
    const { browser, pbx, call, invite, together, hangsUp } = await called(context);
    pbx.respond(invite, '200 OK', { body: SDP });
    const ok = await browser.response(200);
    await together(
      () => {
        call.ack(ok);
        call.request(method, OTHER);
      },
      '\r\nACK ',
      `\r\n${method} `,
    );
    await pbx.request('ACK');
    const reinvite = await pbx.request('INVITE');
    assert.equal(reinvite.body.toString(), OTHER);
    pbx.respond(reinvite, '200 OK', { body: SDP });
    assert.equal((await browser.response(200, method)).body.toString(), SDP);
    if (method === 'INVITE') call.ackAgain();
    await pbx.request('ACK');
    await hangsUp();
  });
}

test('an UPDATE with an offer in the segment of a reliable 183 is answered, and stands', async context => {
  const { browser, pbx, call, invite, together, hangsUp } = await called(context);
  await together(
    () => {
      const reliable = ['Require: 100rel', 'RSeq: 1'];
      pbx.respond(invite, '183 Session Progress', { body: SDP, headers: reliable });
      pbx.requestWithin(invite, 'UPDATE', OTHER);
    },
    '\r\nSIP/2.0 183 ',
    '\r\nUPDATE ',
  );
  await pbx.response(200, 'UPDATE');
  pbx.respond(await pbx.request('PRACK'), '200 OK');
  pbx.respond(invite, '200 OK');
  const ok = await browser.response(200);
  assert.equal(ok.body.toString(), OTHER);
  call.ack(ok);
  await pbx.request('ACK');
  await hangsUp();
});

test('a BYE in the segment of the 200 ends the call', async context => {
  const { browser, pbx, call, invite, together, gateway } = await called(context);
  await together(
    () => {
      pbx.respond(invite, '200 OK', { body: SDP });
      pbx.requestWithin(invite, 'BYE');
    },
    '\r\nSIP/2.0 200 ',
    '\r\nBYE ',
  );
  await pbx.response(200, 'BYE');
  call.ack(await browser.response(200));
  call.respond(await browser.request('BYE'), '200 OK');
  await eventually('it is over', async () => (await gateway.health()).calls === 0);
});
