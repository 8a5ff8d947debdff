// One who may be called: a name, or all that a site tells of a person.

import { z } from 'zod';
import { extension, mail, phone, user } from './contact.ts';
import { fallbacks } from './fallbacks.ts';
import { hours } from './hours.ts';
import { quota } from './quotas.ts';

const words = z
  .string('expected some words')
  .trim()
  .min(1, 'expected some words')
  .max(200, 'expected at most 200 characters');

const photo = z.string('expected a picture').refine(isPicture, {
  message: 'expected an https URL, or a picture beside this file such as photos/director.jpg',
});

const whole = z.strictObject(
  {
    /** What stands before the @. */
    user,
    /** As people say it: "Anna Petrova". */
    name: words.optional(),
    /** What they do: "Director". */
    title: words.optional(),
    /** An https URL, or the path of a jpg, png, webp, avif or gif beside the file. */
    photo: photo.optional(),
    /** Default: the same address; false for nobody's mail. */
    mail: z.union([z.literal(false), mail], 'expected a mail address, or false').optional(),
    /** For the visitor's own telephone. */
    phone: phone.optional(),
    /** Where the PBX rings for them, such as 105; for `sip-call pbx` alone. Default: the user, if it is a number. */
    extension: extension.optional(),
    /** A conference of the PBX in place of a telephone; for `sip-call pbx` alone. Default: only of the user seminar. */
    conference: z.boolean('expected true or false').optional(),
    /** Instead of the site's. */
    hours: hours.optional(),
    /** Instead of the site's. */
    fallbacks: fallbacks.optional(),
    /** Instead of `limits.perDestination`. */
    limits: quota.optional(),
  },
  'expected a name such as director, or { user: director, name: ..., title: ... }',
);

/** A plain name is a person of whom nothing else is told. */
export const person = z
  .union([z.string(), z.int(), z.record(z.string(), z.unknown())], {
    error: 'expected a name such as director, or { user: director, name: ..., title: ... }',
  })
  .transform((value, context): z.output<typeof whole> => {
    const result =
      typeof value === 'object'
        ? whole.safeParse(value, { reportInput: true })
        : user.transform(name => ({ user: name })).safeParse(value, { reportInput: true });
    if (result.success) return result.data;
    for (const issue of result.error.issues) context.issues.push(issue as never);
    return z.NEVER;
  });

export type Person = z.output<typeof whole>;

function isPicture(text: string): boolean {
  if (/^https:\/\//.test(text)) return URL.canParse(text);
  return /^[^:\\]+\.(?:jpe?g|png|webp|avif|gif)$/i.test(text) && !/(?:^|\/)\.\.(?:\/|$)|^\//.test(text);
}
