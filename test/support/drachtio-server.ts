// A process that stands for a drachtio-server: our engine, speaking the application protocol on one port and
// SIP over WebSocket on another, as the daemon's contacts would. `GET /counts` tells what is alive in it.
// Argument: the options of DrachtioProcess as JSON.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { Engine } from '../../gateway/engine/engine.ts';
import { addressFence } from '../../gateway/net/address-fence.ts';
import { createLog } from '../../gateway/observe/log.ts';
import { answerUnknownSender } from '../../gateway/sip-engine.ts';
import type { DrachtioOptions } from './drachtio-process.ts';

const LOOPBACK = '127.0.0.1';
const options = JSON.parse(process.argv[2] ?? '{}') as Required<DrachtioOptions>;

const engine = await Engine.start({
  listen: [
    { transport: 'udp', address: LOOPBACK, port: 0 },
    { transport: 'tcp', address: LOOPBACK, port: 0 },
  ],
  admin: { secret: options.secret, address: LOOPBACK, port: options.adminPort },
  timers: { b: options.timerB },
  // As the gateway starts its own engine.
  mayReach: addressFence(options.allow),
  answer: answerUnknownSender(createLog('error', process.stderr), () => {}),
  takesAnyAnswer: true,
});

const http = createServer((_request, response) => void response.end(JSON.stringify(engine.counts())));
const sockets = new WebSocketServer({ server: http, handleProtocols: () => 'sip', perMessageDeflate: false });
sockets.on('connection', (socket, request) => {
  const { remoteAddress = '', remotePort = 0, localAddress = '', localPort = 0 } = request.socket;
  socket.on('error', () => {});
  engine.acceptWebSocket(socket, { address: remoteAddress, port: remotePort }, false, {
    local: { address: localAddress, port: localPort },
  });
});
http.listen(options.webSocketPort, LOOPBACK);
await once(http, 'listening');
const [udp, tcp] = engine.points.map(({ port }) => port);
console.log(`listening ${engine.admin.port} ${(http.address() as AddressInfo).port} ${udp} ${tcp}`);
