// What a visitor is offered when a call cannot be: the owner's ladder, its rungs in the owner's order.
//
//   fallbacks: { person: alex, hotline: "+7 800 200-00-00", mail: office@mysite.ru, callback: true }
//
// or the same as a list, where a kind may stand more than once: [{ person: alex }, { person: 101 }].

import { z } from 'zod';
import { mail, phone, user } from './contact.ts';

export type Fallback =
  /** Another person of the same site, called in place. */
  | { readonly kind: 'person'; readonly user: string }
  /** A number for the visitor's own telephone. */
  | { readonly kind: 'hotline'; readonly phone: string }
  | { readonly kind: 'mail'; readonly mail: string }
  /** A form; what is filled in goes to `url` as JSON, or into the gateway's log when there is none. */
  | { readonly kind: 'callback'; readonly url: string | undefined };

const callback = z
  .union([z.literal(true), z.string()], 'expected an https URL, or true to have it logged')
  .refine(value => value === true || isHttps(value), {
    message: 'expected an https URL, or true to have it logged',
  });

const rungs = {
  person: user.transform((name): Fallback => ({ kind: 'person', user: name })),
  hotline: phone.transform((number): Fallback => ({ kind: 'hotline', phone: number })),
  mail: mail.transform((address): Fallback => ({ kind: 'mail', mail: address })),
  callback: callback.transform(
    (value): Fallback => ({ kind: 'callback', url: value === true ? undefined : value }),
  ),
} as const;

const expected = 'expected some of person, hotline, mail and callback, in the order they are offered in';

/** Zod would put a shape's keys into the shape's order; the owner's is what this is about. */
export const fallbacks = z
  .union([z.record(z.string(), z.unknown()), z.array(z.record(z.string(), z.unknown()))], expected)
  .transform((ladder, context): readonly Fallback[] => {
    const found: Fallback[] = [];
    const read = (step: Record<string, unknown>, path: readonly PropertyKey[]) => {
      for (const [key, value] of Object.entries(step)) {
        const complain = (message: string, input: unknown) =>
          context.addIssue({ code: 'custom', path: [...path, key], message, input });
        if (!Object.hasOwn(rungs, key)) {
          complain('expected person, hotline, mail or callback', key);
          continue;
        }
        const result = rungs[key as keyof typeof rungs].safeParse(value);
        if (result.success) found.push(result.data);
        else for (const issue of result.error.issues) complain(issue.message, value ?? null);
      }
    };
    if (Array.isArray(ladder)) for (const [index, step] of ladder.entries()) read(step, [index]);
    else read(ladder, []);
    return found;
  });

function isHttps(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return protocol === 'https:' && !username && !password;
}
