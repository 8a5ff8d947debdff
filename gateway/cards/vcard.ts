// A person as vCard 4.0 (RFC 6350), so that a telephone's address book learns the sip address beside the mail
// address: IMPP holds it (RFC 6350 6.4.3).

import { type CardPerson, type Links, telephoneUri } from './person.ts';

const LINE_OCTETS = 75;

/** Ends every line, the last too, with CRLF (RFC 6350 3.2). */
export function vcard(person: CardPerson, links: Links): string {
  const photo = person.photo && new URL(person.photo, links.card).href;
  const lines = [
    'BEGIN:VCARD',
    'VERSION:4.0',
    'PRODID:-//sip-call//business card//EN',
    'KIND:individual',
    `UID:${links.card}`,
    `FN:${text(person.name)}`,
    person.title && `TITLE:${text(person.title)}`,
    `ORG:${component(person.company)}`,
    `IMPP;PREF=1;TYPE=work:sip:${person.address}`,
    person.mail && `EMAIL;TYPE=work:${text(person.mail)}`,
    person.phone && `TEL;VALUE=uri;TYPE="voice,work":${telephoneUri(person.phone)}`,
    photo && `PHOTO:${photo}`,
    `URL;TYPE=work:${links.card}`,
    'END:VCARD',
  ];
  return lines
    .filter(line => line !== '' && line !== undefined)
    .map(line => `${folded(line as string)}\r\n`)
    .join('');
}

/** RFC 6350 3.4. Not the semicolon, which only some readers take back outside of compound values. */
function text(value: string): string {
  return value.replace(/[\\,]/g, '\\$&').replace(/\r\n?|\n/g, '\\n');
}

/** One part of a compound value. */
function component(value: string): string {
  return text(value).replaceAll(';', '\\;');
}

/** RFC 6350 3.2: at most 75 octets a line, and no character cut in two. */
function folded(line: string): string {
  let folded = '';
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > LINE_OCTETS) {
      folded += '\r\n ';
      octets = 1;
    }
    folded += character;
    octets += size;
  }
  return folded;
}
