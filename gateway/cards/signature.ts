// An e-mail signature with a call link: a table with inline styles, because mail programs keep nothing else.

import { breakable, type Markup, markup } from './markup.ts';
import { type CardPerson, type Links, readable, telephoneUri } from './person.ts';
import type { CardWords } from './words.ts';

const quiet = 'color:#56635d;font:14px/20px Georgia,serif';
const link = 'color:#0b7a58;text-decoration:none';

export function signature(person: CardPerson, links: Links, words: CardWords): Markup {
  return markup`<table cellpadding="0" cellspacing="0" border="0" role="presentation"><tr><td style="padding:0 0 0 16px;border-left:3px solid #0b7a58">
<div style="color:#17211d;font:bold 17px/24px Georgia,serif">${person.name}</div>
<div style="${quiet};padding:0 0 6px">${[person.title, person.company].filter(Boolean).join(', ')}</div>
<div style="${quiet}"><a style="${link}" href="${links.call}"><b>${words.call}</b>: ${breakable(readable(person.address))}</a></div>
${person.mail !== undefined && markup`<div style="${quiet}"><a style="${link}" href="mailto:${person.mail}">${words.write}: ${breakable(readable(person.mail))}</a></div>`}
${person.phone !== undefined && markup`<div style="${quiet}"><a style="${link}" href="${telephoneUri(person.phone)}">${person.phone}</a></div>`}
</td></tr></table>`;
}
