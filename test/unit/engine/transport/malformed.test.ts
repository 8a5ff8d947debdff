// For which peers the engine reports malformed messages: those that connected, not those that were dialled.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { unguarded } from '../../../../gateway/engine/error-boundary.ts';
import { IncomingMessages } from '../../../../gateway/engine/transaction/incoming-messages.ts';
import { TcpTransport } from '../../../../gateway/engine/transport/tcp.ts';
import { Scene } from '../transaction/scene.ts';

const LOOPBACK = '127.0.0.1';
const RUBBISH = 'INVITE nonsense\r\nContent-Length: 0\r\n\r\n';

test('malformed messages are reported for a peer that connected, not for a server that was dialled', async context => {
  const reported: number[] = [];
  const refused: number[] = [];
  let heard = () => {};
  const log = {
    debug: (fields: object) => {
      refused.push((fields as { remote: { port: number } }).remote.port);
      heard();
    },
  };
  const incoming = new IncomingMessages(log, unguarded, ({ remote }) => reported.push(remote.port));
  incoming.open(new Scene().layer);
  const refusal = (socket: Socket) =>
    new Promise<void>(resolve => {
      heard = resolve;
      socket.write(RUBBISH);
    });
  const tcp = new TcpTransport(incoming);
  context.after(() => tcp.close());
  await tcp.listen(LOOPBACK, 0);

  const server = createServer();
  context.after(() => server.close());
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const [[pbx]] = await Promise.all([
    once(server, 'connection') as Promise<[Socket]>,
    tcp.flowTo({ address: LOOPBACK, port }),
  ]);
  await refusal(pbx);

  const stranger = connect(tcp.bound!.port, LOOPBACK);
  context.after(() => void stranger.destroy());
  await once(stranger, 'connect');
  await refusal(stranger);

  assert.deepEqual(refused, [port, stranger.localPort]);
  assert.deepEqual(reported, [stranger.localPort]);
});
