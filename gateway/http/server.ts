// The HTTP(S) server: asks each route in turn, and the widget's files last. The WebSocket's upgrade belongs to the edge.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { AddressRate } from '../auth/address-rate.ts';
import type { Config } from '../config/schema.ts';
import { splitEndpoint } from '../net/address-fence.ts';
import { clientAddressOf, Proxies } from '../net/client-address.ts';
import type { Log } from '../observe/log.ts';
import { Certificate, readIdentity } from './certificate.ts';
import { Connections } from './connections.ts';
import { RouteErrorBoundary } from './error-boundary.ts';
import { OutstandingRequests } from './outstanding-requests.ts';
import { readProxyHeaders } from './proxied-connections.ts';
import { readTarget } from './request-target.ts';
import { firstOf, type Route } from './route.ts';
import { HttpRequest } from './upgrade.ts';
import { widgetFiles } from './widget-files.ts';

/** An upgrade that is never finished must not hold a socket for long. Left alone, node looks only every half minute. */
const OPTIONS = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  IncomingMessage: HttpRequest,
};
/** Nobody reads so slowly that nothing goes for this long. */
const IDLE_MS = 30_000;
/**
 * Requests of one address, whatever they ask for, a WebSocket too. A page takes some 15 of them when nothing is in the
 * browser's cache: entry, chunks, status, token, photograph. So 65 people behind one NAT may open a page in the same
 * second, and 400 in each minute after it; more where the owner allows an address more WebSockets. A request costs some
 * 0.2 ms of the thread: 100 a second are 2 % of it.
 */
const requestRate = ({ connectionsPerAddress }: Config['limits']) => ({
  burst: Math.max(1_000, 20 * connectionsPerAddress),
  everyMs: 10,
});

export interface HttpServer {
  readonly server: Server;
  readonly secure: boolean;
  /** What is shown to those who connect, where the server is secure. */
  readonly certificate: Certificate | undefined;
  /** `https://host:port` of the address listened on. */
  readonly url: string;
  /** Requests that failed for a reason of our own, since the start. */
  readonly failures: number;
  /** False when the address of an upgrade request has asked for too much. */
  allows(request: IncomingMessage): boolean;
  close(): Promise<void>;
}

export interface HttpOptions {
  readonly log?: Log | undefined;
  readonly rate?: Pick<AddressRate, 'take'>;
  readonly outstanding?: OutstandingRequests;
}

/** Starts serving; rejects when the address cannot be listened on, or files or certificate cannot be read. */
export async function startHttp(
  config: Config,
  routes: readonly Route[],
  {
    log,
    rate = new AddressRate(requestRate(config.limits)),
    outstanding = new OutstandingRequests(),
  }: HttpOptions = {},
): Promise<HttpServer> {
  const boundary = new RouteErrorBoundary(log);
  const route = firstOf([...routes, widgetFiles()]);
  const proxies = new Proxies(config.proxy);
  /** `expected`: what the Expect header asks for, which node leaves to us (RFC 9110 10.1.1). */
  const answer = (
    request: IncomingMessage,
    response: ServerResponse,
    expected: 'nothing' | '100' | 'other' = 'nothing',
  ) => {
    if (!outstanding.admit(request.socket, response)) return;
    if (connections.isCrowded(request.socket)) response.shouldKeepAlive = false;
    boundary.run(request, response, () => {
      const path = readTarget(request);
      proxies.determineClient(request);
      if (!rate.take(clientAddressOf(request))) return refuse(response, 429);
      if (path === undefined) return refuse(response, 400);
      if (expected === 'other') return refuse(response, 417);
      if (expected === '100') response.writeContinue();
      return route(request, response, path);
    });
  };

  const identity = config.tls && readIdentity(config.tls);
  const secureServer = identity && createTlsServer({ ...identity, handshakeTimeout: 5_000, ...OPTIONS });
  const server = secureServer ?? createServer(OPTIONS);
  const secure = secureServer !== undefined;
  server.on('request', (request, response) => answer(request, response));
  server.on('checkContinue', (request, response) => answer(request, response, '100'));
  server.on('checkExpectation', (request, response) => answer(request, response, 'other'));
  server.prependListener('upgrade', (request, socket) => {
    try {
      proxies.determineClient(request);
    } catch (error) {
      boundary.report(error, request);
      socket.destroy();
    }
  });
  // As many connections as requests: a browser makes one for each where it must.
  const connectionRate = new AddressRate(requestRate(config.limits));
  const connections = new Connections(
    server,
    config.limits,
    address => proxies.trusts(address),
    connectionRate,
  );
  if (config.proxy?.proxyProtocol) readProxyHeaders(server, address => proxies.trusts(address), log);
  server.timeout = IDLE_MS;
  server.maxHeadersCount = 64;

  const { address, port } = splitEndpoint(config.listen);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  // Out of files for a moment: the connection is lost, the server is not.
  server.on('error', () => {});
  const bound = server.address() as AddressInfo;
  const certificate = identity && secureServer && new Certificate(secureServer, identity, log);
  const host = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return {
    server,
    secure,
    certificate,
    url: `${secure ? 'https' : 'http'}://${host}:${bound.port}`,
    get failures() {
      return boundary.failures;
    },
    allows: request => rate.take(clientAddressOf(request)),
    close: () =>
      new Promise(resolve => {
        certificate?.close();
        server.close(() => resolve());
        connections.destroy();
      }),
  };
}

/** Of a 429: ordinary excess, and no offence. Who goes on has to connect again for each request. */
function refuse(response: ServerResponse, status: 400 | 417 | 429): void {
  response.writeHead(status, {
    'Cache-Control': 'no-store',
    Connection: 'close',
    ...(status === 429 && { 'Retry-After': '10' }),
  });
  response.end();
}
