// The administrator's listener: an HTTP(S) server separate from the visitors', on loopback by default. Every request must
// carry the token of the configuration. On an address other than loopback it uses the certificate of `tls`.

import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { isLoopback } from '../config/pbx.ts';
import type { Config } from '../config/schema.ts';
import type { Certificate } from '../http/certificate.ts';
import type { RouteErrorBoundary } from '../http/error-boundary.ts';
import { OutstandingRequests } from '../http/outstanding-requests.ts';
import { readTarget } from '../http/request-target.ts';
import { firstOf, notFound, type Route } from '../http/route.ts';
import { splitEndpoint } from '../net/address-fence.ts';
import type { Log } from '../observe/log.ts';
import { BearerToken } from './bearer.ts';

const OPTIONS = { headersTimeout: 5_000, requestTimeout: 10_000, connectionsCheckingInterval: 1_000 };
/** Without progress of a read or write for this long, the connection is closed. */
const IDLE_MS = 30_000;
/** Connections at the same time. */
const CONNECTIONS = 64;

export interface AdminListener {
  readonly url: string;
  close(): Promise<void>;
}

export interface AdminListenerOptions {
  readonly log: Log;
  /** Shown on another address than loopback. */
  readonly certificate: Certificate | undefined;
  readonly boundary: RouteErrorBoundary;
}

/** Rejects when the address cannot be bound. */
export async function startAdminListener(
  { listen, token }: NonNullable<Config['admin']>,
  routes: readonly Route[],
  { log, certificate, boundary }: AdminListenerOptions,
): Promise<AdminListener> {
  const outstanding = new OutstandingRequests(IDLE_MS);
  const route = firstOf(routes);
  const bearer = new BearerToken(token);
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    if (!outstanding.admit(request.socket, response)) return;
    boundary.run(request, response, () => {
      const checked = bearer.check(request);
      if (checked !== 'accepted') return refuse(request, response, checked, log);
      const path = readTarget(request);
      if (path === undefined) return void response.writeHead(400, { Connection: 'close' }).end();
      const taken = route(request, response, path);
      return taken === false ? notFound(response) : taken;
    });
  };

  const { address, port } = splitEndpoint(listen);
  const secure = !isLoopback(address) && certificate !== undefined;
  const server = secure ? secureServer(certificate, answer) : createServer(OPTIONS, answer);
  server.timeout = IDLE_MS;
  server.maxConnections = CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  server.on('error', () => {});
  const bound = server.address() as AddressInfo;
  const host = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return {
    url: `${secure ? 'https' : 'http'}://${host}:${bound.port}`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function secureServer(certificate: Certificate, answer: RequestListener): Server {
  const server = createTlsServer({ handshakeTimeout: 5_000, ...OPTIONS }, answer);
  certificate.add(server);
  return server;
}

function refuse(
  { socket, url = '' }: IncomingMessage,
  response: ServerResponse,
  why: 'refused' | 'wait',
  log: Log,
): void {
  const path = url.split('?', 1)[0]?.slice(0, 200);
  if (why === 'refused')
    log.warn({ address: socket.remoteAddress, path }, 'request refused: token missing or wrong');
  response.writeHead(why === 'wait' ? 429 : 401, {
    'Cache-Control': 'no-store',
    Connection: 'close',
    ...(why === 'wait' ? { 'Retry-After': '10' } : { 'WWW-Authenticate': 'Bearer' }),
  });
  response.end();
}
