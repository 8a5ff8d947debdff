// A call that is never ended: the main thread hangs, and the worker has the limit.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BrowserPort } from '../../../gateway/media/embedded/browser-port.ts';
import { createEmbeddedRelay } from '../../../gateway/media/embedded/embedded-relay.ts';
import { PortPool } from '../../../gateway/media/embedded/port-pool.ts';
import { RelayedCall } from '../../../gateway/media/embedded/relayed-call.ts';
import { PacketRing } from '../../../gateway/media/embedded/udp.ts';
import { SOUND_MS } from '../../support/eventually.ts';
import { emptied, nextEvent, RelayCall, relayOptions } from './relay-call.ts';

/** A busy machine connects a call in seconds, well within the limit of the first test. */
const bound = { timeout: SOUND_MS };

test(
  'a worker ends a call that exceeds its limit: its packets stop, and its ports are released',
  bound,
  async context => {
    const relay = await createEmbeddedRelay({ ...relayOptions(26660), longestMs: () => 8_000 });
    context.after(() => relay.shutdown());
    const call = await RelayCall.open(relay, 'long');
    const failed = nextEvent(relay, 'failed', 'long');
    let reached = 0;
    call.echo.onPacket = () => ++reached > 0;
    await call.roundTrip();
    const talking = setInterval(() => call.leg.sendRtp(call.packet()), 20);
    context.after(() => clearInterval(talking));
    assert.match((await failed).reason, /exceeded its maximum duration/);
    const before = reached;
    await emptied(relay);
    assert.ok(before > 1);
    assert.ok(reached <= before + 2, `${reached - before} packets after its end`);
    await call.close();
  },
);

test('a changed limit applies to calls that begin afterwards', bound, async context => {
  let longest = 300_000;
  const relay = await createEmbeddedRelay({ ...relayOptions(26700), longestMs: () => longest });
  context.after(() => relay.shutdown());
  const before = await RelayCall.open(relay, 'before');
  longest = 1_000;
  const after = await RelayCall.prepare(relay, 'after');
  const failed = nextEvent(relay, 'failed', 'after');
  await after.negotiate();
  await failed;
  // Another answer of a call does not restart its limit.
  await before.negotiate();
  await before.roundTrip();
  for (const call of [before, after]) await call.close();
  await emptied(relay);
});

test('a call that ends while its ports are being bound keeps none of them', bound, async context => {
  const pool = new PortPool({ listen: '127.0.0.1', ports: [26860, 26899], drainMs: 0 });
  const timing = { consentMs: 1_000, now: () => 0 };
  const port = await BrowserPort.open({ listen: ['127.0.0.1'], port: 0, ...timing, onError: () => {} });
  context.after(() => {
    pool.close();
    port.close();
  });
  const identity = { certPem: '', keyPem: '' };
  const call = new RelayedCall('short', 1, {
    pools: [pool],
    leg: { port, ring: new PacketRing(), identity, consentMs: 1_000, connectMs: 1_000 },
    networks: null,
    keepAliveMs: 15_000,
    oneWayMs: 8000,
    silentAfterMs: 1_000,
    now: () => 0,
    emit: () => {},
    reportError: () => {},
  });
  const ports = call.ports([0, 1]);
  call.close();
  assert.equal(await ports, null);
  assert.equal(pool.used, 0);
});
