// Whole calls between two applications of one engine, over every transport and both address families; and the transport
// of a large request.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import { parseMessage } from '../../../../gateway/engine/message/parse.ts';
import type { ListenPoint } from '../../../../gateway/engine/transport/transport-layer.ts';
import { type App, startApp, type WholeDialog } from '../drachtio/testbed.ts';
import { authority, certificate, privateKey } from '../transport/test-certificate.ts';
import { sdp, WirePeer } from './wire-peer.ts';

const identity = { cert: certificate, key: privateKey, ca: authority };

/** The points that the testbed looks for. */
const others: ListenPoint[] = [
  { transport: 'udp', address: '127.0.0.1', port: 0 },
  { transport: 'tcp', address: '127.0.0.1', port: 0 },
];

/** Larger than a datagram should be. */
const largeSdp = sdp + `a=x:${'0123456789'.repeat(9)}\r\n`.repeat(15);

/** The callee answers, the caller modifies the call once, the callee receives the BYE. */
async function wholeCall(app: App, uri: string): Promise<string> {
  const answered = new Promise<{ dialog: WholeDialog; protocol: string }>((resolve, reject) => {
    app.srf.use('invite', (req, res) => {
      app.srf
        .createUAS(req, res, { localSdp: sdp })
        .then(dialog => resolve({ dialog, protocol: `${req.protocol} ${req.source_address}` }), reject);
    });
  });
  const caller = await app.srf.createUAC(uri, { localSdp: sdp });
  const { dialog, protocol } = await answered;
  // drachtio-srf accepts the offer.
  const changed = sdp.replace('4000', '4002');
  assert.equal(await caller.modify(changed), changed);
  const destroyed = once(caller, 'destroy');
  await dialog.destroy();
  await destroyed;
  return protocol;
}

describe('a call', { concurrency: 4, timeout: 100_000 }, () => {
  const families = [
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '[::1]'],
  ] as const;
  for (const [address, host] of families) {
    for (const transport of ['udp', 'tcp', 'tls'] as const) {
      test(`over ${transport} to ${host} is made, modified and ended`, async context => {
        const point: ListenPoint = {
          transport,
          address,
          port: 0,
          ...(transport === 'tls' && { tls: identity, advertise: 'sip.example.com' }),
        };
        const app = await startApp(context, {
          listen: [point, ...others],
          lookup: async () => address,
        });
        const { port } = app.engine.points[0]!;
        const uri =
          transport === 'tls'
            ? `sips:bob@sip.example.com:${port};maddr=${host}`
            : `sip:bob@${host}:${port};transport=${transport}`;
        assert.equal(await wholeCall(app, uri), `${transport} ${address}`);
      });
    }
  }

  test('over TLS to a name that is not in the certificate is not made', async context => {
    const app = await startApp(context, {
      listen: [{ transport: 'tls', address: '127.0.0.1', port: 0, tls: identity }, ...others],
    });
    const { port } = app.engine.points[0]!;
    const uri = `sips:bob@other.example.com:${port};maddr=127.0.0.1`;
    await assert.rejects(app.srf.createUAC(uri, { localSdp: sdp }), { status: 503 });
  });

  test('that needs more than a datagram is made over TCP, and its Via says so', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const server = createServer();
    server.listen(peer.port, '127.0.0.1');
    await once(server, 'listening');
    context.after(() => server.close());
    const connection = once(server, 'connection') as Promise<[Socket]>;
    const outcome = app.srf.createUAC(`sip:x@127.0.0.1:${peer.port}`, { localSdp: largeSdp });
    outcome.catch(() => {});
    const [socket] = await connection;
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    const invite = parseMessage(bytes);
    assert.ok(invite.kind === 'request' && invite.method === 'INVITE');
    assert.match(invite.headers.get('Via')!, /^SIP\/2.0\/TCP /);
    assert.equal(peer.heard.length, 0);
    const copied = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].map(
      name => `${name}: ${invite.headers.get(name)}${name === 'To' ? ';tag=b' : ''}`,
    );
    socket.write(`SIP/2.0 486 Busy Here\r\n${copied.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`);
    await assert.rejects(outcome, { status: 486 });
    socket.destroy();
  });

  test('that needs more than a datagram is made over UDP if TCP is refused', async context => {
    const app = await startApp(context);
    const peer = await WirePeer.open(context, app.udpPort);
    const outcome = app.srf.createUAC(`sip:x@127.0.0.1:${peer.port}`, { localSdp: largeSdp });
    outcome.catch(() => {});
    const invite = await peer.hearRequest('INVITE');
    assert.match(invite.headers.get('Via')!, /^SIP\/2.0\/UDP /);
    peer.respond(invite, '486 Busy Here', { tag: 'b' });
    await peer.hearRequest('ACK');
    await assert.rejects(outcome, { status: 486 });
  });
});
