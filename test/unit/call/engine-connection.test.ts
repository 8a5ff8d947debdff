import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { outlivedItsEngine } from '../../../gateway/call/dialog-liveness.ts';
import { EngineConnection, type EngineState } from '../../../gateway/call/engine-connection.ts';
import { CallErrorBoundary } from '../../../gateway/call/error-boundary.ts';
import { Faults } from '../../../gateway/observe/faults.ts';
import { createLog } from '../../../gateway/observe/log.ts';
import { closedPort } from '../../support/closed-port.ts';
import { DrachtioProcess } from '../../support/drachtio-process.ts';
import { eventually } from '../../support/eventually.ts';
import { HandshakeServer } from '../../support/handshake-server.ts';
import { SDP } from '../../support/signalling-gateway.ts';
import { startApp } from '../engine/drachtio/testbed.ts';

const OURS = 'OK|udp/127.0.0.1:5060|v0.9.10|udp/127.0.0.1:5060';
const times = { firstAnswerMs: 2_000, pingMs: 100 };

function connection(context: TestContext, port: number, { secret = 'x', pingMs = 60_000 } = {}) {
  const logged: { level: string; msg: string }[] = [];
  const log = createLog('info', { write: line => void logged.push(JSON.parse(line)) });
  const it = new EngineConnection(
    { host: '127.0.0.1', port, secret },
    log,
    new CallErrorBoundary(new Faults(log)),
    {
      ...times,
      pingMs,
    },
  );
  const states: EngineState[] = [];
  it.onChange(state => states.push(state));
  context.after(() => it.close());
  return { it, states, logged };
}

async function handshake(context: TestContext, answer: string | undefined): Promise<HandshakeServer> {
  const server = await HandshakeServer.start(answer);
  context.after(() => server.close());
  return server;
}

for (const [what, answer, words] of [
  [
    'refuses the secret',
    'NO|incorrect secret',
    /^the drachtio-server at 127\.0\.0\.1:\d+ refuses the secret$/,
  ],
  ['is too old', 'OK|udp/127.0.0.1:5060|v0.8.1|', /is v0\.8\.1, v0\.8\.2 or later is needed$/],
  ['tells no version', 'OK|udp/127.0.0.1:5060', /is of no known version, v0\.8\.2 or later is needed$/],
  ['says nothing', undefined, /^whatever listens at .* does not answer as a drachtio-server$/],
] as const) {
  test(`a server that ${what} is not connected to, and the reason is in words`, async context => {
    const server = await handshake(context, answer);
    const { it, states } = connection(context, server.port);
    await assert.rejects(it.open(), { message: words });
    assert.deepEqual(states.includes('here'), false);
  });
}

test('where nobody listens, the reason names the place', async context => {
  const { port, release } = await closedPort('127.0.0.1');
  context.after(release);
  const { it } = connection(context, port);
  await assert.rejects(it.open(), {
    message: new RegExp(`^no drachtio-server answers at 127\\.0\\.0\\.1:${port}: .*ECONNREFUSED`),
  });
});

test('after a loss it connects again, as often as it takes', async context => {
  const server = await handshake(context, OURS);
  const { it, states } = connection(context, server.port);
  await it.open();
  assert.equal(it.state, 'here');
  for (let round = 1; round <= 2; round++) {
    server.hangUp();
    await eventually('it is back', () => states.length === 1 + 2 * round && it.state === 'here', {
      every: 5,
    });
  }
  assert.deepEqual(states, ['here', 'away', 'here', 'away', 'here']);
});

for (const [what, answer, words] of [
  ['refuses the secret', 'NO|incorrect secret', /refuses the secret/],
  ['is an older one', 'OK|udp/127.0.0.1:5060|v0.7.9|', /v0\.7\.9, v0\.8\.2 or later/],
] as const) {
  test(`a server that ${what} after a reconnect is told of once, however often it is asked`, async context => {
    const server = await handshake(context, OURS);
    const { it, logged } = connection(context, server.port);
    await it.open();
    server.answer = answer;
    for (let asked = 2; asked <= 4; asked++) {
      server.hangUp();
      await eventually('it asked again', () => server.asked >= asked, { every: 5 });
    }
    const told = () => logged.filter(line => line.level === 'error' && words.test(line.msg));
    await eventually('it is told', () => told().length > 0);
    assert.equal(told().length, 1);
    assert.equal(it.state, 'away');
    server.answer = OURS;
    server.hangUp();
    await eventually('it is back', () => it.state === 'here');
  });
}

test('who closes it is not connected again, whenever that is', async context => {
  const server = await handshake(context, OURS);
  const { it, states } = connection(context, server.port);
  const other = connection(context, server.port);
  await it.open();
  await other.it.open();
  server.hangUp();
  await eventually('it is away', () => it.state === 'away', { every: 5 });
  it.close();
  // The other one waits as long before each attempt.
  for (const back of [3, 5]) {
    await eventually('the other is back', () => other.states.length === back, { every: 5 });
    assert.equal(server.asked, (back + 3) / 2);
    server.hangUp();
  }
  assert.deepEqual(states, ['here', 'away']);
});

test('a server that falls silent without hanging up is gone, and back when it speaks again', async context => {
  const server = await DrachtioProcess.start();
  context.after(() => server.kill());
  const { drachtio, secret } = server.settings;
  const { it, states } = connection(context, Number(drachtio.split(':')[1]), { secret, pingMs: 1_000 });
  await it.open();
  const [socket] = it.srf.app.client?.mapServer.keys() ?? [];
  for (let answered = 0, read = socket?.bytesRead; answered < 2; answered++) {
    await eventually('a ping is answered', () => socket?.bytesRead !== read, { every: 5 });
    read = socket?.bytesRead;
  }
  assert.deepEqual(states, ['here']);
  server.freeze();
  await eventually('it is away', () => it.state === 'away');
  server.thaw();
  await eventually('it is back', () => it.state === 'here');
});

test('a dialog that the engine knows has outlived it, and one that it has ended has not', async context => {
  const app = await startApp(context);
  app.srf.invite((request, response) => void app.srf.createUAS(request, response, { localSdp: SDP }));
  const dialog = await app.srf.createUAC(app.uri('anybody'), { localSdp: SDP });
  assert.equal(await outlivedItsEngine(dialog), true);
  const unknown = await app.srf.createUAC(app.uri('anybody'), { localSdp: SDP });
  await dialog.destroy();
  await unknown.destroy();
  assert.equal(await outlivedItsEngine(unknown), false);
});
