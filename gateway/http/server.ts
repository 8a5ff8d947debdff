// The HTTP(S) server: asks each route in turn, and the widget's files last. The WebSocket's upgrade belongs to the edge.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { splitEndpoint } from '../config/address.ts';
import type { Config } from '../config/schema.ts';
import { Proxies } from '../entrance/far-end.ts';
import type { Log } from '../observe/log.ts';
import { Certificate, readIdentity } from './certificate.ts';
import { Connections } from './connections.ts';
import type { Route } from './route.ts';
import { widgetFiles } from './widget-files.ts';

/** An upgrade that is never finished must not hold a socket for long. Left alone, node looks only every half minute. */
const PATIENCE = { headersTimeout: 5_000, requestTimeout: 10_000, connectionsCheckingInterval: 1_000 };
/** Nobody reads so slowly that nothing goes for this long. */
const IDLE_MS = 30_000;

export interface HttpServer {
  readonly server: Server;
  readonly secure: boolean;
  /** What is shown to those who connect, where the server is secure. */
  readonly certificate: Certificate | undefined;
  /** `https://host:port` of the address listened on. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts serving; rejects when the address cannot be listened on or the certificate cannot be read. */
export async function startHttp(config: Config, routes: readonly Route[], log?: Log): Promise<HttpServer> {
  const serveWidget = widgetFiles();
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (routes.some(route => route(request, response, path))) return;
    if (request.method === 'GET' || request.method === 'HEAD') sendWidget(request, response);
    else response.writeHead(405, { Allow: 'GET, HEAD' }).end();
  };

  function sendWidget(request: IncomingMessage, response: ServerResponse): void {
    // Nobody needs a part of a file this small, and a range that ends before it begins would be thrown back at us.
    delete request.headers.range;
    serveWidget(request, response, () => void response.writeHead(404).end('Not found\n'));
  }

  const secureServer =
    config.tls &&
    createTlsServer({ ...readIdentity(config.tls), handshakeTimeout: 5_000, ...PATIENCE }, answer);
  const server = secureServer ?? createServer(PATIENCE, answer);
  const secure = secureServer !== undefined;
  const proxies = new Proxies(config.proxy);
  server.prependListener('request', proxies.heed).prependListener('upgrade', proxies.heed);
  const connections = new Connections(server, config.limits, address => proxies.trusts(address));
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
  const certificate = config.tls && secureServer && new Certificate(secureServer, config.tls, log);
  const host = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return {
    server,
    secure,
    certificate,
    url: `${secure ? 'https' : 'http'}://${host}:${bound.port}`,
    close: () =>
      new Promise(resolve => {
        certificate?.close();
        server.close(() => resolve());
        connections.destroy();
      }),
  };
}
