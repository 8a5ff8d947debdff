// A call that nobody ends: the main thread that should hangs, and the worker knows its limit.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEmbeddedRelay } from '../../../gateway/media/embedded/embedded-relay.ts';
import { emptied, nextEvent, RelayCall, relayOptions } from './relay-call.ts';

test('a worker ends a call that outlives its limit by itself: its packets stop, and its ports are given back', async () => {
  const relay = await createEmbeddedRelay({ ...relayOptions(26400), longestMs: () => 2_000 });
  const call = await RelayCall.open(relay, 'long');
  const failed = nextEvent(relay, 'failed', 'long');
  let reached = 0;
  call.echo.onPacket = () => ++reached > 0;
  await call.roundTrip();
  const talking = setInterval(() => call.leg.sendRtp(call.packet()), 20);
  assert.match((await failed).reason, /outlived its longest duration/);
  const before = reached;
  await emptied(relay);
  clearInterval(talking);
  assert.ok(before > 1);
  assert.ok(reached <= before + 2, `${reached - before} packets after its end`);
  await call.close();
  await relay.shutdown();
});

test('a limit that changes is the limit of calls that begin from then on', async () => {
  let longest = 60_000;
  const relay = await createEmbeddedRelay({ ...relayOptions(26440), longestMs: () => longest });
  const before = await RelayCall.open(relay, 'before');
  longest = 1_000;
  const after = await RelayCall.prepare(relay, 'after');
  const failed = nextEvent(relay, 'failed', 'after');
  await after.negotiate();
  await failed;
  // Another answer of a call does not set its limit anew.
  await before.negotiate();
  await before.roundTrip();
  for (const call of [before, after]) await call.close();
  await emptied(relay);
  await relay.shutdown();
});
