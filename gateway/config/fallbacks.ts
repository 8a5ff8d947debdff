// The key `fallbacks`: what the page offers a visitor when a call is not possible, in the order of the file.
//
//   fallbacks: { person: alex, hotline: "+7 800 200-00-00", mail: office@mysite.ru, callback: true }
//
// or as a list, in which a kind may occur several times: [{ person: alex }, { person: 101 }].

import { z } from 'zod';
import { mail, phone, user } from './contact.ts';
import { key } from './key.ts';

export type Fallback =
  /** Another person of the same site, called on the same page. */
  | { readonly kind: 'person'; readonly user: string }
  /** A number that the visitor calls with a telephone. */
  | { readonly kind: 'hotline'; readonly phone: string }
  | { readonly kind: 'mail'; readonly mail: string }
  /** A form. The request is posted to `url` as JSON, or logged when there is no URL. */
  | { readonly kind: 'callback'; readonly url: string | undefined };

const callback = z
  .union([z.literal(true), z.string()], 'expected an https URL, or true to log the requests')
  .refine(value => value === true || isHttps(value), {
    message: 'expected an https URL, or true to log the requests',
  });

const kinds = {
  person: user.transform((name): Fallback => ({ kind: 'person', user: name })),
  hotline: phone.transform((number): Fallback => ({ kind: 'hotline', phone: number })),
  mail: mail.transform((address): Fallback => ({ kind: 'mail', mail: address })),
  callback: callback.transform(
    (value): Fallback => ({ kind: 'callback', url: value === true ? undefined : value }),
  ),
} as const;

const expected = 'expected some of person, hotline, mail and callback, in the order of the offers';

const offers = z.strictObject({
  person: key(
    user.optional(),
    'Another person of the site, called on the same page. Left out while closed.',
    {
      form: 'a user of `callable`',
      examples: ['alex'],
    },
  ),
  hotline: key(phone.optional(), 'A number that the visitor calls with a telephone.', {
    form: 'telephone number',
    examples: ['+7 800 200-00-00'],
  }),
  mail: key(mail.optional(), 'A mail address.', { form: 'mail address', examples: ['office@mysite.ru'] }),
  callback: key(
    callback.optional(),
    'A form with which visitors ask to be called back. The request is posted as JSON to the URL; with `true` it is logged.',
    { form: 'https URL, or true', examples: ['https://crm.mysite.ru/callback'] },
  ),
});

/** The accepted input. Validation reads the keys in the order of the file; a zod object would sort them. */
export const writtenFallbacks = z.union([offers, z.array(offers)]);

export const fallbacks = z
  .union([z.record(z.string(), z.unknown()), z.array(z.record(z.string(), z.unknown()))], expected)
  .transform((list, context): readonly Fallback[] => {
    const found: Fallback[] = [];
    const read = (entries: Record<string, unknown>, path: readonly PropertyKey[]) => {
      for (const [kind, value] of Object.entries(entries)) {
        const addIssue = (message: string, input: unknown) =>
          context.addIssue({ code: 'custom', path: [...path, kind], message, input });
        if (!Object.hasOwn(kinds, kind)) {
          addIssue('expected person, hotline, mail or callback', kind);
          continue;
        }
        const result = kinds[kind as keyof typeof kinds].safeParse(value);
        if (result.success) found.push(result.data);
        else for (const issue of result.error.issues) addIssue(issue.message, value ?? null);
      }
    };
    if (Array.isArray(list)) for (const [index, entries] of list.entries()) read(entries, [index]);
    else read(list, []);
    return found;
  });

function isHttps(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return protocol === 'https:' && !username && !password;
}
