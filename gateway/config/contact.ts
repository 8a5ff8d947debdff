// Values that name a person or a way to reach one: user, extension, telephone number, mail address.

import { z } from 'zod';
import type { EchoUser } from '../../contract/sip.ts';
import { asciiAddress } from './host-name.ts';

/** Reserved on every site: the gateway itself answers it, so that visitors can test their sound. */
export const echoUser = 'echo-test' satisfies EchoUser;

/**
 * The user part of a callable address. Only plain names: no character of them has a meaning in a dial string.
 * YAML reads 101 as a number; here it is a name.
 */
export const user = z
  .union([z.string(), z.int()], 'expected a name such as director, or an extension such as 101')
  .transform(value => String(value).toLowerCase())
  .refine(text => !/^[._-]/.test(text), { message: 'expected a letter or a digit at the beginning' })
  .refine(text => /^[._-]|^[a-z0-9][a-z0-9._-]{0,63}$/.test(text), {
    message: 'expected letters, digits, dots, dashes or underscores, such as director or 101',
  })
  .refine(text => text !== echoUser, { message: 'is reserved for the sound test; expected another name' });

/** An extension of the PBX. As with a user, no character has a meaning in a dialplan. */
export const extension = z
  .union([z.string(), z.int()], 'expected an extension such as 105')
  .transform(String)
  .refine(text => !/^_/.test(text), { message: 'expected one extension such as 105, not a pattern' })
  .refine(text => /^_|^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text), {
    message: 'expected letters, digits, dots, dashes or underscores, such as 105',
  });

/** A telephone number with spaces, brackets and dashes. */
export const phone = z
  .string('expected a telephone number in quotes, such as "+7 800 200-00-00"')
  .trim()
  .refine(text => /^\+?[\d ().-]{2,40}$/.test(text) && /\d.*\d/.test(text), {
    message: 'expected a telephone number, such as "+7 800 200-00-00"',
  });

export const mail = z
  .string('expected a mail address such as office@mysite.ru')
  .trim()
  .max(254, 'expected a mail address such as office@mysite.ru')
  .regex(/^[^\s@<>"',;:?&#%]+@[^\s@<>"',;:?&#%]+$/, {
    message: 'expected a mail address such as office@mysite.ru',
  })
  .transform(asciiAddress);
