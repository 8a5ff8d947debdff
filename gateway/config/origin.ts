// Origins of pages (RFC 6454) in the file, and the comparison of the origin of a page with them.
//
//   origins: [https://mysite.ru, "https://*.mysite.ru", "*"]
//
// A wildcard matches one label or more, as in a Content-Security-Policy (CSP 3, 6.7.2.8).

import { isIP } from 'node:net';
import { z } from 'zod';
import { asciiHost } from './host-name.ts';

const expected =
  'expected an origin such as https://mysite.ru (scheme, host and port only), or "*" for any page';

/** In the form of browsers: lower case, ASCII, without the default port. */
export const origin = z.string('expected an origin').transform((text, context): string => {
  const read = readOrigin(text);
  if (typeof read !== 'string') context.addIssue({ code: 'custom', message: read.problem, input: text });
  return typeof read === 'string' ? read : z.NEVER;
});

/** The origin of this gateway: no wildcard. */
export const ownOrigin = origin.refine(
  text => !text.includes('*'),
  'expected the origin of this gateway, such as https://call.mysite.ru',
);

type Origins = readonly string[];

/** Whether the list contains the origin that a browser sent for `page`. */
export function isListed(origins: Origins, page: string): boolean {
  return origins.includes('*') || matches(origins, page, () => true);
}

/**
 * Whether the page is certainly the owner's, for a site with that domain. `*` names no particular page. A wildcard counts
 * only where all its pages are under the domain of the site: no list names all domains that strangers share.
 */
export function isNamed(origins: Origins, page: string, domain: string): boolean {
  return matches(origins, page, tail => `.${tail.replace(/:\d+$/, '')}`.endsWith(`.${domain}`));
}

/** `counts` selects the wildcards that count, by the text after the wildcard. */
function matches(origins: Origins, page: string, counts: (tail: string) => boolean): boolean {
  const plain = withoutFinalDot(page);
  if (plain.includes('*')) return false;
  const wild = wildcardsOf(origins).some(([head, tail]) => fits(plain, head, tail) && counts(tail));
  return wild || origins.includes(plain);
}

const wildcards = new WeakMap<Origins, readonly (readonly [head: string, tail: string])[]>();

/** The text before and after each wildcard. The lists of a configuration are frozen, so the result is stored. */
function wildcardsOf(origins: Origins): readonly (readonly [head: string, tail: string])[] {
  const stored = wildcards.get(origins);
  if (stored) return stored;
  const found = origins
    .filter(one => one.includes('//*.'))
    .map(one => [one.slice(0, one.indexOf('*')), one.slice(one.indexOf('*') + 1)] as const);
  wildcards.set(origins, found);
  return found;
}

function fits(page: string, head: string, tail: string): boolean {
  return page.length > head.length + tail.length && page.startsWith(head) && page.endsWith(tail);
}

/** An origin in the form of browsers; text that is not an origin is returned unchanged. */
export function canonicalOrigin(text: string): string {
  const read = readOrigin(text);
  return typeof read === 'string' ? read : text;
}

function readOrigin(text: string): string | { readonly problem: string } {
  if (text === '*') return text;
  const [, scheme = '', host = '', port] =
    /^(https?):\/\/([^/?#@\s\\:[\]]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/i.exec(text) ?? [];
  if (host === '') return { problem: expected };
  const isWild = host.startsWith('*.') || host.startsWith('*。');
  const rest = isWild ? host.slice(2) : host;
  if (rest.includes('*') || host === '*')
    return {
      problem: 'expected a wildcard for whole labels before your own domain, such as https://*.mysite.ru',
    };
  const name = rest.startsWith('[') ? rest.toLowerCase() : asciiHost(rest);
  if (name === undefined) return { problem: expected };
  if (isWild && isShared(name))
    return {
      problem: `expected your own domain after the wildcard: names under ${name} belong to others too`,
    };
  const plain = `${scheme.toLowerCase()}://${name}${port === undefined ? '' : `:${port}`}`;
  if (!URL.canParse(plain)) return { problem: expected };
  const canonical = new URL(plain).origin;
  return isWild ? canonical.replace('//', '//*.') : canonical;
}

function withoutFinalDot(origin: string): string {
  return origin.replace(/^(https?:\/\/[^/:]*[^/:.])\.(?=$|:)/, '$1');
}

/** Public suffixes of second level under a country code. */
const registries =
  /^(?:ac|co|com|edu|gob|gouv|gov|gv|id|info|mil|msk|ne|net|nom|or|org|pp|sch|spb|web|go|in|ltd|plc|me|biz)\.[a-z]{2}$/;

/** Hosting providers under whose domain anyone gets a name: a part of the public suffix list. */
const hosters = new Set([
  ...[
    'github.io',
    'gitlab.io',
    'pages.dev',
    'workers.dev',
    'netlify.app',
    'vercel.app',
    'web.app',
    'onrender.com',
  ],
  ...[
    'firebaseapp.com',
    'herokuapp.com',
    'azurewebsites.net',
    'cloudfront.net',
    'amazonaws.com',
    'appspot.com',
  ],
  ...[
    'blogspot.com',
    'wordpress.com',
    'wixsite.com',
    'tilda.ws',
    'narod.ru',
    'ucoz.ru',
    'myshopify.com',
    'fly.dev',
  ],
  ...[
    'webflow.io',
    'weebly.com',
    'ngrok.io',
    'ngrok.app',
    'ngrok-free.app',
    'trycloudflare.com',
    'co.com',
    'com.ru',
  ],
]);

/**
 * Whether the name is a public suffix (publicsuffix.org), by the patterns above. This check is for mistakes: an owner may
 * list `*` as well, and requests of pages under any other shared name are no offences ({@link isNamed}). The full list has
 * 16,000 names and changes every week; a copy in this file would be incomplete too.
 */
function isShared(name: string): boolean {
  return (
    !name.includes('.') ||
    isIP(name.replace(/[[\]]/g, '')) !== 0 ||
    registries.test(name) ||
    hosters.has(name)
  );
}
