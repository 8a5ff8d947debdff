// The port where the call application connects is on loopback: every user of the machine reaches it. Without the secret
// they get a few seconds, a small frame and a place among few, and never the place of the application.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { Engine } from '../../gateway/engine/engine.ts';
import { eventually } from '../support/eventually.ts';
import { RawApp } from '../unit/engine/drachtio/raw-app.ts';
import { connectApp, secret, startEngine } from '../unit/engine/drachtio/testbed.ts';
import { startHeldEngine } from './unknown-sender.ts';

async function open(context: TestContext, engine: Engine): Promise<Socket & { ended?: boolean }> {
  const socket: Socket & { ended?: boolean } = connect(engine.admin.port, engine.admin.address);
  context.after(() => void socket.destroy());
  socket.on('error', () => {}).on('close', () => (socket.ended = true));
  socket.resume();
  await once(socket, 'connect');
  return socket;
}

test('a connection that shows no secret in time is closed', async context => {
  const { engine, clock } = await startHeldEngine(context);
  const app = await RawApp.authenticated(engine);
  const silent = await open(context, engine);
  await eventually('it is known', () => engine.counts().timers === 1);
  clock.pass(5_000);
  await eventually('it is closed', () => silent.ended);
  app.send('1|ping');
  assert.match(await app.frame(), /OK\|pong$/);
  app.socket.destroy();
});

test('a frame that is large before the secret was shown ends the connection', async context => {
  const engine = await startEngine(context);
  const socket = await open(context, engine);
  socket.write(`900000#1|authenticate|${'x'.repeat(4_000)}`);
  await eventually('it is closed', () => socket.ended);
  const dripping = await open(context, engine);
  dripping.write(`2000#${'x'.repeat(1_999)}`);
  const app = await RawApp.connect(engine);
  app.send(`1|authenticate|${secret}|`);
  assert.match(await app.frame(), /\|OK\|/);
  app.send(`1|ping\r\n${'x'.repeat(100_000)}`);
  assert.match(await app.frame(), /OK\|pong$/);
  app.socket.destroy();
  dripping.destroy();
});

test('however many hold a connection without the secret, the application stays and comes back', async context => {
  const engine = await startEngine(context);
  const srf = await connectApp(engine);
  const local: (Socket & { ended?: boolean })[] = [];
  for (let i = 0; i < 300; i++) local.push(await open(context, engine));
  await eventually('few are left', () => local.filter(({ ended }) => !ended).length <= 64);
  assert.equal(engine.counts().applications, 1);
  // It leaves, and connects again.
  srf.disconnect();
  srf.connect({ host: engine.admin.address, port: engine.admin.port, secret });
  await eventually('it is the one application', () => engine.counts().applications === 1);
  for (const socket of local) socket.destroy();
});
