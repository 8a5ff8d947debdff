// One entry of `sites`: a SIP domain, the pages that may call, the people who can be called, and their settings.

import { z } from 'zod';
import { fallbacks, writtenFallbacks } from './fallbacks.ts';
import { asciiHost } from './host-name.ts';
import { hours, writtenHours } from './hours.ts';
import { key } from './key.ts';
import { origin } from './origin.ts';
import { pbx, writtenPbx } from './pbx.ts';
import { person } from './person.ts';
import { quota } from './quotas.ts';
import { siteTokens } from './tokens.ts';
import { yesOrNo } from './values.ts';

const domain = z.string('expected a domain name').transform((text, context): string => {
  const name = asciiHost(text);
  if (name !== undefined) return name;
  context.addIssue({ code: 'custom', message: 'expected a domain name such as mysite.ru', input: text });
  return z.NEVER;
});

const settings = z.strictObject({
  domain: key(domain, 'SIP domain: the text after the @ of the addresses.', {
    form: 'domain name',
    examples: ['mysite.ru'],
  }),
  origins: key(
    z.array(origin, 'expected a list of origins').min(1, 'expected at least one origin'),
    'Origins of the pages that may call. `https://*.mysite.ru` matches all names under the domain, `"*"` any page.',
    { form: 'list of origins', examples: [['https://mysite.ru', 'https://*.mysite.ru']] },
  ),
  callable: key(
    z.array(person, 'expected a list of names').min(1, 'expected at least one name'),
    'The people that visitors can call. An entry is a user, or an object with the keys below.',
    { form: 'list of users or people', examples: [['director', 101]] },
  ),
  pages: key(
    yesOrNo.default(true),
    'Pages of the gateway for these people: `/call?to=director@mysite.ru` and `/card/director@mysite.ru`.',
  ),
  sendVisitorAddress: key(
    yesOrNo.default(true),
    'Send the address of the visitor to the PBX, in the header `X-Sip-Call-Address`.',
  ),
  hours: key(hours.optional(), 'Opening hours.', {
    defaultText: 'always open',
    written: writtenHours,
    examples: [{ zone: 'Europe/Moscow', 'mon-fri': '09:00-18:00' }],
  }),
  fallbacks: key(
    fallbacks.optional(),
    'What the page offers when a call is not possible, in this order. Also as a list of objects, in which a key may occur several times.',
    {
      defaultText: 'nothing',
      written: writtenFallbacks,
      examples: [{ person: 'alex', hotline: '+7 800 200-00-00' }],
    },
  ),
  tokens: key(
    siteTokens.optional(),
    'Tokens that the server of the site issues. `false` accepts calls without a token.',
    { form: 'object, or false', defaultText: 'the gateway issues all tokens' },
  ),
  limits: key(quota.optional(), 'Limits of calls to this site; each key replaces one of `limits.perSite`.'),
  pbx: key(
    pbx.optional(),
    'The PBX of the site, for `sip-call pbx`. The embedded engine leaves its ports free when it is on this machine. Calls find the PBX in DNS.',
    { form: 'IP address, or object', written: writtenPbx, examples: ['192.0.2.10'] },
  ),
});

export const site = settings
  .superRefine(({ callable, fallbacks }, context) => {
    const users = callable.map(({ user }) => user);
    for (const [index, input] of users.entries()) {
      if (users.indexOf(input) === index) continue;
      const message = 'is in the list twice';
      context.addIssue({ code: 'custom', path: ['callable', index], message, input });
    }
    const lists = [
      { list: fallbacks, path: [] as PropertyKey[] },
      ...callable.map((one, index) => ({ list: one.fallbacks, path: ['callable', index] })),
    ];
    for (const { list = [], path } of lists) {
      for (const fallback of list) {
        if (fallback.kind !== 'person' || users.includes(fallback.user)) continue;
        context.addIssue({
          code: 'custom',
          path: [...path, 'fallbacks'],
          message: 'expected a person that is in callable',
          input: fallback.user,
        });
      }
    }
  })
  .transform(site => ({
    ...site,
    callable: site.callable.map(({ mail, ...one }) => ({
      ...one,
      mail: mail === false ? undefined : (mail ?? `${one.user}@${site.domain}`),
    })),
  }));
