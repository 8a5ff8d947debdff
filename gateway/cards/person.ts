// Who stands on a business card, with all that its documents need; where it comes from is the configuration's
// business.

import { domainToUnicode } from 'node:url';

export interface CardPerson {
  /** The sip address: `director@mysite.ru`. */
  readonly address: string;
  readonly name: string;
  /** Role, such as "Director"; empty when unknown. */
  readonly title: string;
  /** The company, as its visitors know it: its domain. */
  readonly company: string;
  /** Undefined when it is nobody's mail address. */
  readonly mail: string | undefined;
  /** As people write it; undefined when there is none to give away. */
  readonly phone: string | undefined;
  /** An https URL, or a path on the gateway; undefined without a photograph. */
  readonly photo: string | undefined;
}

/** Where a person's documents are found, as absolute URLs. */
export interface Links {
  /** The card itself, a page. */
  readonly card: string;
  /** A page that calls: what the QR code opens on a telephone. */
  readonly call: string;
  readonly contact: string;
  readonly qr: string;
  readonly picture: string;
  readonly signature: string;
  /** The widget's script. */
  readonly script: string;
}

export function linksOf(gateway: string, { address }: CardPerson): Links {
  const card = `${gateway}/card/${encodeURIComponent(address).replace('%40', '@')}`;
  return {
    card,
    call: `${gateway}/call?to=${encodeURIComponent(address).replace('%40', '@')}`,
    contact: `${card}/contact.vcf`,
    qr: `${card}/qr.svg`,
    picture: `${card}/picture.png`,
    signature: `${card}/signature`,
    script: `${gateway}/sip-call.js`,
  };
}

/** An address whose domain is in the letters of its people (IDNA). */
export function readable(address: string): string {
  const at = address.lastIndexOf('@') + 1;
  const domain = address.slice(at);
  return domain.includes('xn--') ? `${address.slice(0, at)}${domainToUnicode(domain)}` : address;
}

/** Up to two letters that stand in for a photograph: `DA` for "Darya Alekseeva". */
export function initials(name: string): string {
  const words = name
    .trim()
    .split(/\s+/u)
    .filter(word => /^[\p{L}\p{N}]/u.test(word));
  const chosen = words.length > 1 ? [words[0]!, words.at(-1)!] : words;
  return chosen.map(word => [...word][0]!.toLocaleUpperCase()).join('');
}

/** `tel:` with the digits alone (RFC 3966). */
export function telephoneUri(phone: string): string {
  return `tel:${phone.replace(/[^+\d]/g, '')}`;
}
