// An entry of `callable`: the user of a person, or an object with the facts of the card.

import { z } from 'zod';
import { extension, mail, phone, user } from './contact.ts';
import { fallbacks, writtenFallbacks } from './fallbacks.ts';
import { hours, writtenHours } from './hours.ts';
import { key } from './key.ts';
import { quota } from './quotas.ts';
import { yesOrNo } from './values.ts';

const words = z
  .string('expected some words')
  .trim()
  .min(1, 'expected some words')
  .max(200, 'expected at most 200 characters');

const photo = z.string('expected a picture').refine(isPicture, {
  message: 'expected an https URL, or a picture beside this file such as photos/director.jpg',
});

const wholePerson = z.strictObject(
  {
    user: key(user, 'User part of the SIP address: the text before the @.', {
      form: 'letters, digits, `.`, `_`, `-`',
      examples: ['director', 101],
    }),
    name: key(words.optional(), 'Name on the card and on pages.', {
      defaultText: 'the user',
      examples: ['Anna Petrova'],
    }),
    title: key(words.optional(), 'Position on the card.', { examples: ['Director'] }),
    photo: key(
      photo.optional(),
      'Photograph: jpg, png, webp, avif or gif of at most 4 MB. A path is relative to the configuration file.',
      { form: 'path, or https URL', examples: ['photos/director.jpg'] },
    ),
    mail: key(
      z.union([z.literal(false), mail], 'expected a mail address, or false').optional(),
      'Mail address on the card; `false` for none.',
      { form: 'mail address, or false', defaultText: 'the SIP address' },
    ),
    phone: key(phone.optional(), 'Telephone number on the card.', {
      form: 'telephone number in quotes',
      examples: ['+7 800 200-00-00'],
    }),
    extension: key(
      extension.optional(),
      'Extension of the PBX that rings for this person. Only `sip-call pbx` reads it.',
      { form: 'extension', defaultText: 'the user, if it is a number', examples: [105] },
    ),
    conference: key(
      yesOrNo.optional(),
      'A conference of the PBX answers in place of an extension. Only `sip-call pbx` reads it.',
      { defaultText: '`true` for the user `seminar` without an extension' },
    ),
    hours: key(hours.optional(), 'Opening hours of this person.', {
      defaultText: 'those of the site',
      written: writtenHours,
    }),
    fallbacks: key(fallbacks.optional(), 'Fallbacks of this person.', {
      defaultText: 'those of the site',
      written: writtenFallbacks,
    }),
    limits: key(
      quota.optional(),
      'Limits of calls to this person; each key replaces one of `limits.perDestination`.',
    ),
  },
  'expected a name such as director, or { user: director, name: ..., title: ... }',
);

/** The accepted input. Validation reads an object separately, so that an error names the key. */
const writtenPerson = z.union([user, wholePerson]);

export const person = z
  .union([z.string(), z.int(), z.record(z.string(), z.unknown())], {
    error: 'expected a name such as director, or { user: director, name: ..., title: ... }',
  })
  .transform((value, context): z.output<typeof wholePerson> => {
    const result =
      typeof value === 'object'
        ? wholePerson.safeParse(value, { reportInput: true })
        : user.transform(name => ({ user: name })).safeParse(value, { reportInput: true });
    if (result.success) return result.data;
    for (const issue of result.error.issues) context.issues.push(issue as never);
    return z.NEVER;
  })
  .meta({ written: writtenPerson });

export type Person = z.output<typeof wholePerson>;

function isPicture(text: string): boolean {
  if (/^https:\/\//.test(text)) return URL.canParse(text);
  return /^[^:\\]+\.(?:jpe?g|png|webp|avif|gif)$/i.test(text) && !/(?:^|\/)\.\.(?:\/|$)|^\//.test(text);
}
