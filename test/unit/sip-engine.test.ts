// Which SIP requests are an offence: those on connections of unknown senders, not those of a PBX that the gateway called.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import Srf from 'drachtio-srf';
import { configFrom } from '../../gateway/config/load.ts';
import { ownAddressesOf } from '../../gateway/config/own-address.ts';
import { createLog } from '../../gateway/observe/log.ts';
import { startSipEngine } from '../../gateway/sip-engine.ts';
import { freePort } from '../support/free-port.ts';

const HOST = '127.0.0.1';

async function start(context: TestContext) {
  const port = await freePort(HOST);
  const config = configFrom({
    address: HOST,
    sip: { udp: 0, tcp: port },
    sites: [{ domain: 'mysite.test', origins: ['*'], callable: ['director'] }],
  });
  const offences: string[] = [];
  const engine = await startSipEngine(config, {
    addresses: ownAddressesOf(config.address),
    mayReach: () => true,
    visitor: () => undefined,
    refused: (address, offence) => void offences.push(`${offence} from ${address}`),
    log: createLog('silent'),
  });
  const srf = new Srf();
  srf.connect(engine.applications);
  await once(srf, 'connect');
  context.after(async () => {
    srf.disconnect();
    await engine.stop();
  });
  return { port, srf, offences };
}

function requestText(method: string): string {
  return [
    `${method} sip:director@${HOST} SIP/2.0`,
    `Via: SIP/2.0/TCP ${HOST}:5060;branch=z9hG4bK-${method}`,
    'Max-Forwards: 70',
    `From: <sip:knocks@${HOST}>;tag=1`,
    `To: <sip:director@${HOST}>`,
    `Call-ID: ${method}`,
    `CSeq: 1 ${method}`,
    `Contact: <sip:knocks@${HOST}>`,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

/** Sends the request and resolves with the final status. */
async function statusOf(socket: Socket, method: string): Promise<number> {
  let received = '';
  const final = new Promise<number>(resolve => {
    socket.on('data', bytes => {
      received += bytes;
      for (const head of received.split('\r\n\r\n')) {
        const status = /^SIP\/2\.0 ([3-6]\d\d) /.exec(head)?.[1];
        if (status && head.includes(`CSeq: 1 ${method}`)) resolve(Number(status));
      }
    });
  });
  socket.write(requestText(method));
  return await final;
}

for (const [method, status] of [
  ['INVITE', 403],
  ['REGISTER', 405],
] as const) {
  test(`${method} by TCP is refused, and is an offence of an unknown sender only`, async context => {
    const { port, srf, offences } = await start(context);
    const server = createServer().listen(0, HOST);
    context.after(() => server.close());
    await once(server, 'listening');
    const { port: there } = server.address() as { port: number };
    const dialled = once(server, 'connection') as Promise<[Socket]>;
    srf.request(`sip:${HOST}:${there};transport=tcp`, { method: 'OPTIONS' }).catch(() => {});
    const [pbx] = await dialled;
    context.after(() => void pbx.destroy());
    assert.equal(await statusOf(pbx, method), status);
    assert.deepEqual(offences, []);

    const unknownSender = connect(port, HOST);
    context.after(() => void unknownSender.destroy());
    assert.equal(await statusOf(unknownSender, method), status);
    assert.deepEqual(offences, [`unknown-source from ${HOST}`]);
  });
}
