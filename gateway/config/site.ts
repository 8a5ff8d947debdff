// One site: its domain, the pages that may call, whom they may reach, when, and what else they are offered.

import { z } from 'zod';
import { fallbacks } from './fallbacks.ts';
import { asciiHost } from './host-name.ts';
import { hours } from './hours.ts';
import { origin } from './origin.ts';
import { pbx } from './pbx.ts';
import { person } from './person.ts';
import { quota } from './quotas.ts';
import { siteTokens } from './tokens.ts';

const domain = z.string('expected a domain name').transform((text, context): string => {
  const name = asciiHost(text);
  if (name !== undefined) return name;
  context.addIssue({ code: 'custom', message: 'expected a domain name such as mysite.ru', input: text });
  return z.NEVER;
});

const shape = z.strictObject({
  /** The SIP domain: what stands after the @. */
  domain,
  /** Pages that may call: origins as browsers send them, or with a wildcard (origin.ts). */
  origins: z.array(origin, 'expected a list of origins').min(1, 'expected at least one origin'),
  /** Whom visitors may reach; nobody else can be called. Names, or persons with all that is told of them. */
  callable: z.array(person, 'expected a list of names').min(1, 'expected at least one name'),
  /** Whether the gateway's own pages call them too, such as https://GATEWAY/call?to=director@mysite.ru. */
  pages: z.boolean('expected true or false').default(true),
  /** Whether the PBX is told the visitor's address, for its log: the header X-Sip-Call-Address. */
  sendVisitorAddress: z.boolean('expected true or false').default(true),
  /** When calls are taken. Default: always. */
  hours: hours.optional(),
  /** What a visitor is offered when a call cannot be. */
  fallbacks: fallbacks.optional(),
  /** Who mints tokens of entry beside the gateway, or instead of it. Default: the gateway alone. */
  tokens: siteTokens.optional(),
  /** Instead of `limits.perSite`. */
  limits: quota.optional(),
  /** Where the PBX is; for `sip-call pbx`, and so that the gateway leaves its ports alone on one machine. */
  pbx: pbx.optional(),
});

export const site = shape
  .superRefine(({ callable, fallbacks }, context) => {
    const users = callable.map(({ user }) => user);
    for (const [index, input] of users.entries()) {
      if (users.indexOf(input) === index) continue;
      context.addIssue({
        code: 'custom',
        path: ['callable', index],
        message: 'stands in the list twice',
        input,
      });
    }
    const ladders = [{ ladder: fallbacks, path: [] as PropertyKey[] }];
    for (const [index, one] of callable.entries()) {
      ladders.push({ ladder: one.fallbacks, path: ['callable', index] });
    }
    for (const { ladder = [], path } of ladders) {
      for (const fallback of ladder) {
        if (fallback.kind !== 'person' || users.includes(fallback.user)) continue;
        context.addIssue({
          code: 'custom',
          path: [...path, 'fallbacks'],
          message: 'expected a person that stands under callable',
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
