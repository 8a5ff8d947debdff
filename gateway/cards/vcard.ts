// A person as vCard 4.0 (RFC 6350). IMPP holds the SIP address (RFC 6350 6.4.3), so that an address book stores it
// beside the mail address.

import { type CardPerson, type Links, telephoneUri } from './person.ts';

const LINE_OCTETS = 75;

/** Every line ends with CRLF, the last one too (RFC 6350 3.2). */
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

/** RFC 6350 3.4. The semicolon is not escaped: outside compound values only some readers accept the escape. */
function text(value: string): string {
  return value.replace(/[\\,]/g, '\\$&').replace(/\r\n?|\n/g, '\\n');
}

/** One part of a compound value. */
function component(value: string): string {
  return text(value).replaceAll(';', '\\;');
}

/** RFC 6350 3.2: at most 75 octets per line, without splitting a character. */
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
