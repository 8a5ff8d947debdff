// Origins of pages (RFC 6454) as an owner writes them, and the one comparison by which a page's is among them.
//
//   origins: [https://mysite.ru, "https://*.mysite.ru", "*"]
//
// A wildcard stands for one label or more, and not for none, as in a policy for contents (CSP 3, 6.7.2.8).

import { isIP } from 'node:net';
import { z } from 'zod';
import { asciiHost } from './host-name.ts';

const expected =
  'expected an origin such as https://mysite.ru (scheme, host and port only), or "*" for any page';

/** As browsers send it: in lower case and ASCII, without the port that goes without saying. */
export const origin = z.string('expected an origin').transform((text, context): string => {
  const read = readOrigin(text);
  if (typeof read !== 'string') context.addIssue({ code: 'custom', message: read.problem, input: text });
  return typeof read === 'string' ? read : z.NEVER;
});

/** Where this gateway itself is: a single origin. */
export const ownOrigin = origin.refine(
  text => !text.includes('*'),
  'expected how visitors reach this gateway, such as https://call.mysite.ru',
);

type Origins = readonly string[];

/** Whether pages of that origin, as a browser says it, may call where these are listed. */
export function isListed(origins: Origins, page: string): boolean {
  return origins.includes('*') || matches(origins, page, () => true);
}

/**
 * Whether such a page is the owner's for certain, whose site has that domain. `*` names no page, and a wildcard only
 * where all of its pages are under the site's own domain: which other ones are shared with strangers, no list says in full.
 */
export function isNamed(origins: Origins, page: string, domain: string): boolean {
  return matches(origins, page, tail => `.${tail.replace(/:\d+$/, '')}`.endsWith(`.${domain}`));
}

/** `counts`: of the wildcards, by what stands behind them. */
function matches(origins: Origins, page: string, counts: (tail: string) => boolean): boolean {
  const plain = withoutFinalDot(page);
  if (plain.includes('*')) return false;
  const wild = wildcardsOf(origins).some(([head, tail]) => fits(plain, head, tail) && counts(tail));
  return wild || origins.includes(plain);
}

const known = new WeakMap<Origins, readonly (readonly [head: string, tail: string])[]>();

/** What stands before and after each wildcard; a configuration's lists stay what they are. */
function wildcardsOf(origins: Origins): readonly (readonly [head: string, tail: string])[] {
  const before = known.get(origins);
  if (before) return before;
  const found = origins
    .filter(one => one.includes('//*.'))
    .map(one => [one.slice(0, one.indexOf('*')), one.slice(one.indexOf('*') + 1)] as const);
  known.set(origins, found);
  return found;
}

function fits(page: string, head: string, tail: string): boolean {
  return page.length > head.length + tail.length && page.startsWith(head) && page.endsWith(tail);
}

/** An origin that was typed, in the form in which browsers send it; as it is where it is none. */
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
      problem: 'expected a wildcard for whole labels before a domain of yours, such as https://*.mysite.ru',
    };
  const name = rest.startsWith('[') ? rest.toLowerCase() : asciiHost(rest);
  if (name === undefined) return { problem: expected };
  if (isWild && isShared(name))
    return {
      problem: `expected a domain of yours after the wildcard: what is under ${name} is not yours alone`,
    };
  const plain = `${scheme.toLowerCase()}://${name}${port === undefined ? '' : `:${port}`}`;
  if (!URL.canParse(plain)) return { problem: expected };
  const canonical = new URL(plain).origin;
  return isWild ? canonical.replace('//', '//*.') : canonical;
}

function withoutFinalDot(origin: string): string {
  return origin.replace(/^(https?:\/\/[^/:]*[^/:.])\.(?=$|:)/, '$1');
}

/** Registries of second level, under two letters of a country. */
const registries =
  /^(?:ac|co|com|edu|gob|gouv|gov|gv|id|info|mil|msk|ne|net|nom|or|org|pp|sch|spb|web|go|in|ltd|plc|me|biz)\.[a-z]{2}$/;

/** Hosters that give names to all comers; the rest of the public suffix list is not known here. */
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
 * A public suffix (publicsuffix.org), as far as it can be told from its looks. It is there for slips: an owner may list
 * `*` as well, and what pages under any other shared name do is no offence ({@link isNamed}). The whole list is 16,000
 * names and changes every week; a copy in here would be incomplete too.
 */
function isShared(name: string): boolean {
  return (
    !name.includes('.') ||
    isIP(name.replace(/[[\]]/g, '')) !== 0 ||
    registries.test(name) ||
    hosters.has(name)
  );
}
