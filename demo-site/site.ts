// Serves the pages of the demo, with the URL of the gateway inserted.

import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** The pages are sources, not build products: they are beside the project's package.json. */
const pagesFolder = new URL('../../demo-site/pages/', import.meta.url);

export interface DemoSite {
  readonly url: string;
  close(): void;
}

/**
 * Serves on 127.0.0.1. Rejects if the port is taken. `gateway()` is called for each page, because the gateway starts
 * later.
 */
export async function startDemoSite(port: number, gateway: () => string): Promise<DemoSite> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://site').pathname;
    const name = path === '/' ? 'index.html' : path.slice(1);
    void sendPage(name, gateway(), response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function sendPage(name: string, gateway: string, response: ServerResponse): Promise<void> {
  const type = /^[a-z0-9-]+\.([a-z]+)$/.exec(name)?.[1];
  const contentType = type && TYPES[type];
  try {
    if (!contentType) throw new Error('not a page');
    const page = await readFile(new URL(name, pagesFolder), 'utf8');
    response.writeHead(200, { 'Content-Type': contentType, 'Cache-Control': 'no-cache' });
    response.end(page.replaceAll('{{gateway}}', gateway));
  } catch {
    response.writeHead(404, { 'Content-Type': 'text/plain' }).end('No such page\n');
  }
}
