// Business cards: a page for each person of the configuration, and what goes with it: contact, code, picture,
// signature. `/card/director@mysite.ru`, and under it.

import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pageStyles } from '../cards/page.styles.ts';
import { cardPage, signaturePage } from '../cards/page.ts';
import { type Links, linksOf, type Person } from '../cards/person.ts';
import { picture } from '../cards/picture.ts';
import { qrPicture } from '../cards/qr.ts';
import { vcard } from '../cards/vcard.ts';
import { type CardLanguage, cardLanguage, cardWords } from '../cards/words.ts';
import type { Config } from '../config/schema.ts';
import { type Entry, peopleOf } from './people.ts';
import { publicUrl } from './public-url.ts';
import type { Route } from './route.ts';

interface Answer {
  readonly type: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

type Document = (person: Person, links: Links, language: CardLanguage) => Answer | Promise<Answer>;

const html = (body: unknown, inlineStyles = false): Answer => ({
  type: 'text/html; charset=utf-8',
  body: String(body),
  headers: { 'Content-Security-Policy': policy(inlineStyles), Vary: 'Accept-Language' },
});

const documents: Readonly<Record<string, Document>> = {
  '': (person, links, language) => html(cardPage(person, links, language)),
  // A mail program keeps no other looks than those written into the elements.
  signature: (person, links, language) => html(signaturePage(person, links, language), true),
  'contact.vcf': (person, links) => ({
    type: 'text/vcard; charset=utf-8',
    body: vcard(person, links),
    headers: { 'Content-Disposition': `attachment; filename="${person.address}.vcf"` },
  }),
  'qr.svg': (person, links, language) => ({
    type: 'image/svg+xml',
    body: String(qrPicture(links.call, `${cardWords(language).call}: ${person.address}`)),
    headers: { 'Content-Security-Policy': "default-src 'none'" },
  }),
  'picture.png': async (person, links, language) => ({
    type: 'image/png',
    body: await picture(person, links, cardWords(language)),
  }),
};

/** The gateway's own script, its WebSocket, and photographs from where the owner keeps them. */
function policy(inlineStyles: boolean): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self'${inlineStyles ? " 'unsafe-inline'" : ''}`,
    "img-src 'self' https:",
    "connect-src 'self' ws: wss:",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'self'",
  ].join('; ');
}

/** Photographs that lie beside the configuration, by their extension. */
const photoTypes: Readonly<Record<string, string>> = {
  avif: 'image/avif',
  gif: 'image/gif',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
};

export function cardRoute(config: Config): Route {
  const people = peopleOf(config);
  /** One drawing at a time and each but once: they cost more than all else here. */
  const pictures = new Map<string, Promise<Answer>>();

  return (request, response, path) => {
    if (!path.startsWith('/card/')) return false;
    if (request.method === 'GET' || request.method === 'HEAD') {
      answer(request, response, path.slice('/card/'.length)).catch(() => notFound(response));
    } else response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    return true;
  };

  async function answer(request: IncomingMessage, response: ServerResponse, rest: string): Promise<void> {
    if (rest === 'card.css') return send(response, { type: 'text/css; charset=utf-8', body: pageStyles });
    const [address = '', name = '', ...more] = rest.split('/').map(decodeURIComponent);
    const entry = people.get(address.toLowerCase());
    const gateway = publicUrl(request, config.url);
    if (!entry || !gateway || more.length > 0) return notFound(response);
    const language = cardLanguage(request.headers['accept-language'] ?? '');
    if (name === 'photo') return send(response, await photo(entry));
    const document = Object.hasOwn(documents, name) ? documents[name] : undefined;
    if (!document) return notFound(response);
    const make = () => Promise.resolve(document(entry.person, linksOf(gateway, entry.person), language));
    send(
      response,
      await (name === 'picture.png' ? drawnOnce(`${gateway} ${language} ${address}`, make) : make()),
    );
  }

  function drawnOnce(key: string, make: () => Promise<Answer>): Promise<Answer> {
    const known = pictures.get(key);
    if (known) return known;
    // Whoever asks under many host names draws anew, and nothing grows.
    if (pictures.size >= 2 * people.size + 8) pictures.clear();
    const fresh = make();
    pictures.set(key, fresh);
    fresh.catch(() => pictures.delete(key));
    return fresh;
  }
}

async function photo({ photoFile }: Entry): Promise<Answer> {
  const type = photoTypes[photoFile?.split('.').at(-1)?.toLowerCase() ?? ''];
  if (photoFile === undefined || type === undefined) throw new Error('no photograph');
  return { type, body: await readFile(photoFile) };
}

function send(response: ServerResponse, { type, body, headers }: Answer): void {
  response.writeHead(200, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'public, max-age=300',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'strict-origin-when-cross-origin',
    ...headers,
  });
  response.end(body);
}

function notFound(response: ServerResponse): void {
  response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('Not found\n');
}
