// A call to the demo PBX whose application receives the reply to its answer, the ACK and a further request in one
// segment, as on a busy machine. The caller is a raw SIP and RTP peer.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import Srf from 'drachtio-srf';
import { type CallContext, IncomingCall } from '../../../../demo-site/pbx/incoming-call.ts';
import { FrameClock } from '../../../../demo-site/pbx/media/frame-clock.ts';
import { Engine } from '../../../../gateway/engine/engine.ts';
import { eventually } from '../../../support/eventually.ts';
import { freePort } from '../../../support/free-port.ts';
import { HeldLink } from '../../../support/held-link.ts';
import { Caller, portOf } from './caller.ts';

const address = '127.0.0.1';
const secret = 'between engine and application';
const times = { ringsAfterMs: 0, ringsForMs: 0, ringLimitMs: 60_000, callLimitMs: 60_000 };

/** A caller whose call is answered. The application receives nothing of it until `meanwhile` has arrived too. */
async function answered(t: TestContext, meanwhile: (caller: Caller) => void, method: string) {
  const port = await freePort(address);
  const engine = await Engine.start({
    listen: [{ transport: 'udp', address, port }],
    admin: { secret },
    route: () => ({ action: 'route', tag: 'pbx' }),
  });
  const link = await HeldLink.to(engine.admin);
  const srf = new Srf('pbx');
  const caller = await Caller.at(port, 'seminar');
  let call: IncomingCall | undefined;
  // In this order, so that the call ends while its engine is still running.
  t.after(async () => {
    await call?.end();
    caller.close();
    srf.disconnect();
    await link.stop();
    await engine.stop();
  });
  srf.on('error', () => {});
  const connected = once(srf, 'connect');
  srf.connect({ host: address, port: link.port, secret });
  await connected;

  const context: CallContext = {
    ...{ srf, address, clock: new FrameClock(), echoDelayMs: 0, times },
    start: () => ({ stop() {} }),
  };
  let over = false;
  srf.use('invite', (request, response) => {
    link.hold();
    call = new IncomingCall(request, response, context);
    void call.run({ type: 'conference' }).then(() => {
      over = true;
    });
  });
  await caller.call();
  meanwhile(caller);
  await eventually(`the engine hands on the ${method}`, () => link.held.includes(`${method} sip:`));
  link.release();
  return { caller, over: () => over };
}

test('video offered in the same segment as the ACK is answered with a port for it', async t => {
  const offer = (caller: Caller) => caller.invite(caller.offer(...caller.video));
  const { caller } = await answered(t, offer, 'INVITE');
  assert.ok(portOf(await caller.answered(), 'video') > 0);
});

test('a call that ends in the same segment as the ACK is over', async t => {
  const { caller, over } = await answered(t, caller => caller.bye(), 'BYE');
  await caller.expect(200);
  await eventually('the call is over', over);
});
