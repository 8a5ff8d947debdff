// The person on a business card, with everything its documents need. Must not depend on the configuration.

import { domainToUnicode } from 'node:url';

export interface CardPerson {
  /** The sip address: `director@mysite.ru`. */
  readonly address: string;
  readonly name: string;
  /** Role, such as "Director"; empty when unknown. */
  readonly title: string;
  /** The company as its visitors know it: the domain. */
  readonly company: string;
  /** Undefined if the address is not a mail address. */
  readonly mail: string | undefined;
  /** As people write it. Undefined if there is none to publish. */
  readonly phone: string | undefined;
  /** An https URL, or a path on the gateway. Undefined without a photograph. */
  readonly photo: string | undefined;
}

/** The documents of a person, as absolute URLs. */
export interface Links {
  /** The card page. */
  readonly card: string;
  /** A page that calls: the QR code opens it on a telephone. */
  readonly call: string;
  readonly contact: string;
  readonly qr: string;
  readonly picture: string;
  readonly signature: string;
  /** The script of the widget. */
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

/** The address with its domain in Unicode letters (IDNA). */
export function readable(address: string): string {
  const at = address.lastIndexOf('@') + 1;
  const domain = address.slice(at);
  return domain.includes('xn--') ? `${address.slice(0, at)}${domainToUnicode(domain)}` : address;
}

/** Up to two letters in place of a photograph: `DA` for "Darya Alekseeva". */
export function initials(name: string): string {
  const words = name
    .trim()
    .split(/\s+/u)
    .filter(word => /^[\p{L}\p{N}]/u.test(word));
  const chosen = words.length > 1 ? [words[0]!, words.at(-1)!] : words;
  return chosen.map(word => [...word][0]!.toLocaleUpperCase()).join('');
}

/** `tel:` with digits only (RFC 3966). */
export function telephoneUri(phone: string): string {
  return `tel:${phone.replace(/[^+\d]/g, '')}`;
}
