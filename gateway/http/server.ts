// The HTTP(S) server for visitors: offers each request to the routes in order, and to the widget's files last. The edge
// answers WebSocket upgrades.

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

/** An incomplete upgrade must not keep a socket for long. By default Node checks only every 30 s. */
const OPTIONS = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  IncomingMessage: HttpRequest,
};
/** Without progress of a read or write for this long, the connection is closed. */
const IDLE_MS = 30_000;
/**
 * All requests of one address, WebSocket upgrades included. A page without a cache needs about 15 of them: entry, chunks,
 * status, token, photograph. So 65 people behind one NAT may open a page in the same second, and 400 in each minute after
 * it; more where `limits.connectionsPerAddress` is higher. A request costs about 0.2 ms of the thread: 100 a second use 2 %.
 */
const requestRate = ({ connectionsPerAddress }: Config['limits']) => ({
  burst: Math.max(1_000, 20 * connectionsPerAddress),
  everyMs: 10,
});

export interface HttpServer {
  readonly server: Server;
  readonly secure: boolean;
  /** The certificate in use; undefined for plain HTTP. */
  readonly certificate: Certificate | undefined;
  /** `https://host:port` of the address listened on. */
  readonly url: string;
  /** Requests that failed internally since the start. */
  readonly failures: number;
  /** False when the client address of an upgrade request exceeds its request rate. */
  allows(request: IncomingMessage): boolean;
  close(): Promise<void>;
}

export interface HttpOptions {
  readonly log?: Log | undefined;
  readonly rate?: Pick<AddressRate, 'take'>;
  readonly outstanding?: OutstandingRequests;
}

/** Starts the server. Rejects when the address cannot be bound, or the widget or the certificate cannot be read. */
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
  /** `expected`: the value of the Expect header, which Node does not answer itself (RFC 9110 10.1.1). */
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
  // The same rate for connections as for requests: a browser may open one connection for each request.
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
  // Errors of accept(), such as EMFILE, lose one connection; the server continues.
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

/** A 429 is no offence. The connection closes, so a client that continues must connect again for each request. */
function refuse(response: ServerResponse, status: 400 | 417 | 429): void {
  response.writeHead(status, {
    'Cache-Control': 'no-store',
    Connection: 'close',
    ...(status === 429 && { 'Retry-After': '10' }),
  });
  response.end();
}
