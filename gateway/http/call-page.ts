// `/call?to=director@mysite.ru`: a page that contains one large button, for links, for QR codes, and for the window that a
// site opens so that a call continues when its page closes. Only people in the configuration have such a page.

import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { GatewayPath } from '../../contract/http.ts';
import { asciiHost, readableHost } from '../config/host-name.ts';
import type { Config } from '../config/schema.ts';
import { directoryOf } from '../directory/directory.ts';
import { photoUrl } from '../directory/people.ts';
import { refuse } from './page-origin.ts';
import { type PersonRequestLimit, unlimited } from './person-request-limit.ts';
import { hostOf } from './public-url.ts';
import { notFound, type Route, reading } from './route.ts';

const styles =
  'html{color-scheme:light dark}html[data-theme=light]{color-scheme:light}html[data-theme=dark]{color-scheme:dark}body{margin:0}';
const stylesHash = createHash('sha256').update(styles).digest('base64');

/** Attributes of the element that a link may set, with the permitted values; others are ignored. */
const choices: Readonly<Record<string, RegExp>> = {
  lang: /^[a-z]{2,3}(?:-[a-z0-9]{1,8})*$/i,
  theme: /^(?:light|dark|auto)$/,
  video: /^$/,
};

/** `sip:`, 64 characters, `@` and a domain of 253 (RFC 1035 2.3.4). */
const MOST_CHARACTERS = 322;

interface CallPagePerson {
  readonly name?: string | undefined;
  readonly title?: string | undefined;
  readonly photo?: string | undefined;
}

export function callPageRoute(config: Config, requestLimit: PersonRequestLimit = unlimited): Route {
  const directory = directoryOf(config);
  return reading('/call' satisfies `/${GatewayPath}`, (request, response) => {
    if (!requestLimit.allows(request)) return refuse(response, 429);
    const query = new URLSearchParams(request.url?.split('?')[1]);
    // Bounded before the conversion, because Punycode takes quadratic time.
    const to = (query.get('to') ?? '').slice(0, MOST_CHARACTERS);
    const [user = '', domain = '', ...rest] = to.replace(/^sip:/i, '').toLowerCase().split('@');
    const host = asciiHost(domain) ?? '';
    const person = rest.length > 0 ? undefined : directory.personWithPages(host, user);
    if (!person) {
      requestLimit.notFound(request, to);
      return notFound(response);
    }
    const photo = photoUrl(`${user}@${host}`, person.photo);
    response.writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': policy(photo, hostOf(request)),
      'Permissions-Policy': 'microphone=(self), camera=(self), speaker-selection=(self), geolocation=()',
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-cache',
      Vary: 'Accept-Language',
    });
    response.end(page(`${user}@${readableHost(host)}`, { ...person, photo }, query, request));
  });
}

/** Permits its own script and icon, this style sheet, one photograph and its own WebSocket. No page may frame it. */
function policy(photo: string | undefined, host: string | undefined): string {
  // Not every browser includes WebSockets in 'self'.
  const sockets = host ? ` ws://${host} wss://${host}` : '';
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'sha256-${stylesHash}'`,
    `connect-src 'self'${sockets}`,
    `img-src 'self'${photo?.startsWith('https:') ? ` ${new URL(photo).origin}` : ''}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function page(to: string, person: CallPagePerson, query: URLSearchParams, request: IncomingMessage): string {
  const personAttributes = Object.entries({ name: person.name, job: person.title, photo: person.photo })
    .map(([name, value]) => (value ? ` ${name}="${escaped(value)}"` : ''))
    .join('');
  const chosen = Object.entries(choices).filter(([name, shape]) => shape.test(query.get(name) ?? '-'));
  const attributes = chosen.map(([name]) => ` ${name}="${query.get(name)}"`).join('');
  const theme = /^(?:light|dark)$/.exec(query.get('theme') ?? '')?.[0];
  return `<!doctype html>
<html lang="${language(query, request)}"${theme ? ` data-theme="${theme}"` : ''}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="robots" content="noindex">
<title>${to}</title>
<link rel="icon" type="image/svg+xml" href="icon.svg">
<style>${styles}</style>
<script type="module" src="sip-call.js"></script>
</head>
<body>
<main><sip-call shape="page" to="${to}"${personAttributes}${attributes}></sip-call></main>
</body>
</html>
`;
}

/** The language of the link, else the first one of Accept-Language. */
function language(query: URLSearchParams, request: IncomingMessage): string {
  const candidates = [query.get('lang') ?? '', request.headers['accept-language']?.split(/[,;]/, 1)[0] ?? ''];
  return candidates.find(tag => choices.lang?.test(tag)) ?? 'en';
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`);
}
