// The widget as it was built and the demo's pages, from one origin under a Content-Security-Policy that allows no
// inline script or style: what can be seen of the widget without a gateway.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { repository } from './repository.ts';

export interface GallerySite {
  readonly origin: string;
  /** Serves a page of the test's own, under no policy but what `headers` say; tells its address. */
  show(html: string, headers?: Readonly<Record<string, string>>): string;
  close(): void;
}

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};
const policy = "default-src 'self'; connect-src 'self' ws:";

/** Serves on loopback. A page under `/deaf/` is the same page, which may not use a microphone. */
export async function startGallerySite(): Promise<GallerySite> {
  const shown: { html: string; headers: Readonly<Record<string, string>> }[] = [];
  const server = createServer(async ({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://site');
    if (pathname === '/token') return void response.end('{"token":"of no use","seconds":60}');
    const own = shown[Number(/^\/shown\/(\d+)$/.exec(pathname)?.[1] ?? Number.NaN)];
    if (own)
      return void response.writeHead(200, { 'Content-Type': types.html, ...own.headers }).end(own.html);
    const [, deaf, name = ''] = /^(\/deaf)?\/([\w./-]*)$/.exec(pathname) ?? [];
    const folder = /^(?:sip-call\.js|chunks\/)/.test(name) ? 'dist/public' : 'demo-site/pages';
    try {
      if (name.includes('..')) throw new Error('outside');
      const file = await readFile(`${repository}${folder}/${name}`);
      response.writeHead(200, {
        'Content-Type': types[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
        'Content-Security-Policy': policy,
        ...(deaf && { 'Permissions-Policy': 'microphone=()' }),
      });
      response.end(name.endsWith('.html') ? String(file).replaceAll('{{gateway}}', '') : file);
    } catch {
      response.writeHead(404).end();
    }
  });
  // A gateway that gives tokens and never says anything more: whoever waits for it waits.
  server.on('upgrade', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    show: (html, headers = {}) => `${origin}/shown/${shown.push({ html, headers }) - 1}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
