// A company's own web page, on an origin that is not the gateway's: a script tag and the element, nothing else.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CardPage {
  /** The gateway whose script the page includes. */
  readonly gateway: string;
  /** Attributes of `<sip-call>`. */
  readonly attributes: Readonly<Record<string, string>>;
}

export class TestSite {
  readonly origin: string;
  readonly #server: Server;

  static async start(address: string): Promise<TestSite> {
    const server = createServer((request, response) => {
      const query = new URL(request.url ?? '/', 'http://page').searchParams;
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      response.end(query.has('gateway') ? cardPage(query) : '<!doctype html><title>Nothing here</title>');
    });
    server.listen(0, address);
    await once(server, 'listening');
    return new TestSite(server, address);
  }

  private constructor(server: Server, address: string) {
    this.#server = server;
    this.origin = `http://${address}:${(server.address() as AddressInfo).port}`;
  }

  urlOf({ gateway, attributes }: CardPage): string {
    return `${this.origin}/?${new URLSearchParams({ gateway, attributes: JSON.stringify(attributes) })}`;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}

function cardPage(query: URLSearchParams): string {
  const attributes = Object.entries(JSON.parse(query.get('attributes') ?? '{}') as Record<string, string>)
    .map(([name, value]) => ` ${name}="${escaped(value)}"`)
    .join('');
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>A business card</title>
<script type="module" src="${escaped(query.get('gateway') ?? '')}/sip-call.js"></script>
<h1>Mysite</h1>
<sip-call${attributes}></sip-call>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`);
}
