// Business cards: `/card/director@mysite.ru` for each person of the configuration, and below it the contact, QR code,
// picture and mail signature.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { AddressRate } from '../auth/address-rate.ts';
import { pageStyles } from '../cards/page.styles.ts';
import { cardPage, signaturePage } from '../cards/page.ts';
import { type CardPerson, type Links, linksOf, readable } from '../cards/person.ts';
import { picture } from '../cards/picture.ts';
import { qrPicture } from '../cards/qr.ts';
import { vcard } from '../cards/vcard.ts';
import { type CardLanguage, cardLanguage, cardWords } from '../cards/words.ts';
import { asciiAddress } from '../config/host-name.ts';
import type { Config } from '../config/schema.ts';
import { directoryOf } from '../directory/directory.ts';
import { cardOf, type DirectoryEntry } from '../directory/people.ts';
import { clientAddressOf } from '../net/client-address.ts';
import { networkOf } from '../net/network-address.ts';
import type { Log } from '../observe/log.ts';
import { Drawings } from './drawings.ts';
import { refuse } from './page-origin.ts';
import { type PersonRequestLimit, unlimited } from './person-request-limit.ts';
import { Photos } from './photos.ts';
import { publicUrl } from './public-url.ts';
import { isReading, notFound, type Route, refuseMethod } from './route.ts';
import { sendBody } from './send-body.ts';

interface CardAnswer {
  readonly type: string;
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

type CardDocument = (
  person: CardPerson,
  links: Links,
  language: CardLanguage,
) => CardAnswer | Promise<CardAnswer>;

const html = (body: unknown, inlineStyles = false): CardAnswer => ({
  type: 'text/html; charset=utf-8',
  body: Buffer.from(String(body)),
  headers: { 'Content-Security-Policy': policy(inlineStyles), Vary: 'Accept-Language' },
});

const documents: Readonly<Record<string, CardDocument>> = {
  '': (person, links, language) => html(cardPage(person, links, language)),
  // Mail programs keep only styles that are written into the elements.
  signature: (person, links, language) => html(signaturePage(person, links, language), true),
  'contact.vcf': (person, links) => ({
    type: 'text/vcard; charset=utf-8',
    body: Buffer.from(vcard(person, links)),
    headers: { 'Content-Disposition': `attachment; filename="${person.address}.vcf"` },
  }),
};

/** Drawn documents, which cost the most CPU time. */
const drawn: Readonly<Record<string, CardDocument>> = {
  'qr.svg': (person, links, language) => ({
    type: 'image/svg+xml',
    body: Buffer.from(
      String(qrPicture(links.call, `${cardWords(language).call}: ${readable(person.address)}`)),
    ),
    headers: { 'Content-Security-Policy': "default-src 'none'", Vary: 'Accept-Language' },
  }),
  'picture.png': async (person, links, language) => ({
    type: 'image/png',
    body: await picture(person, links, cardWords(language)),
    headers: { Vary: 'Accept-Language' },
  }),
};

/** Permits the gateway's own script, its WebSocket, and photographs from any https host. */
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

/** Types of the photographs beside the configuration, by file extension. */
const photoTypes: Readonly<Record<string, string>> = {
  avif: 'image/avif',
  gif: 'image/gif',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
};

/** New drawings for one address; a card needs two for each language. */
const drawRate = { burst: 40, everyMs: 5_000 };

const styles: CardAnswer = { type: 'text/css; charset=utf-8', body: Buffer.from(pageStyles) };

export function cardRoute(config: Config, requestLimit: PersonRequestLimit = unlimited, log?: Log): Route {
  const directory = directoryOf(config);
  const photos = new Photos(log);
  const drawings = new Drawings<CardAnswer>();
  const rate = new AddressRate(drawRate);

  return (request, response, path) => {
    if (!path.startsWith('/card/')) return false;
    if (isReading(request)) return answer(request, response, path.slice('/card/'.length));
    refuseMethod(response);
    return true;
  };

  async function answer(request: IncomingMessage, response: ServerResponse, rest: string): Promise<void> {
    if (rest === 'card.css') return send(response, styles);
    if (!requestLimit.allows(request)) return refuse(response, 429);
    const [address = '', name = '', ...more] = rest.split('/', 3).map(decoded);
    const entry = cardOf(directory, asciiAddress(address).toLowerCase());
    if (!entry) requestLimit.notFound(request, address);
    const gateway = publicUrl(request, config.url);
    if (!entry || !gateway || more.length > 0) return notFound(response);
    const found = name === 'photo' ? await photo(entry) : await document(entry, name, gateway, request);
    if (found === 'busy') refuse(response, 503, 10);
    // Without `url` the links contain the Host of the request: a shared cache must not serve them to others.
    else if (found) send(response, found, name === 'photo' || config.url ? 'public' : 'private');
    else notFound(response);
  }

  async function document(
    { person }: DirectoryEntry,
    name: string,
    gateway: string,
    request: IncomingMessage,
  ): Promise<CardAnswer | 'busy' | undefined> {
    const language = cardLanguage(request.headers['accept-language'] ?? '');
    const links = linksOf(gateway, person);
    if (Object.hasOwn(documents, name)) return await documents[name]?.(person, links, language);
    const draw = Object.hasOwn(drawn, name) ? drawn[name] : undefined;
    if (!draw) return undefined;
    const address = clientAddressOf(request);
    const drawing = await drawings.of(
      `${gateway} ${language} ${person.address} ${name}`,
      async () => await draw(person, links, language),
      () => rate.take(address),
      networkOf(address) ?? address,
    );
    return drawing ?? 'busy';
  }

  async function photo({ photoFile }: DirectoryEntry): Promise<CardAnswer | undefined> {
    const type = photoTypes[photoFile?.split('.').at(-1)?.toLowerCase() ?? ''];
    if (photoFile === undefined || type === undefined) return undefined;
    const body = await photos.of(photoFile);
    return body && { type, body };
  }
}

/** Empty when the percent-encoding is not valid. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

function send(
  response: ServerResponse,
  { type, body, headers }: CardAnswer,
  cache: 'public' | 'private' = 'public',
): void {
  response.writeHead(200, {
    'Content-Type': type,
    'Content-Length': body.length,
    'Cache-Control': `${cache}, max-age=300`,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'strict-origin-when-cross-origin',
    ...headers,
  });
  sendBody(response, body);
}
