// Converts host names as people type them to the form of DNS, SIP and browsers: IDNA (RFC 5890, UTS 46). Case, a final
// dot and the full stops of other scripts do not matter.

import { domainToASCII, domainToUnicode } from 'node:url';

/** RFC 1035 2.3.4. It also bounds the time of the conversion, because Punycode is quadratic. */
const MOST_CHARACTERS = 253;

const shape =
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** The name in ASCII and lower case, such as xn--80akhbyknj4f.xn--p1ai for испытание.рф; undefined if it is not a host name. */
export function asciiHost(typed: string): string | undefined {
  if (typed.length > MOST_CHARACTERS + 1) return undefined;
  const dotted = typed.replace(/[。．｡]/g, '.').replace(/\.$/, '');
  // domainToASCII does not see ASCII: it would read 10.1 as an IP address.
  const ascii = /^[\0-\x7f]*$/.test(dotted) ? dotted.toLowerCase() : domainToASCII(dotted);
  return shape.test(ascii) ? ascii : undefined;
}

/**
 * Converts the host of an address such as `director@компания.рф`, with or without a scheme, a port and parameters. Text
 * without a valid host is returned unchanged; the caller refuses it.
 */
export function asciiAddress(typed: string): string {
  if (/^[\0-\x7f]*$/.test(typed) && !/\.(?=$|[:;?])/.test(typed)) return typed;
  const [, head = '', host = '', rest = ''] =
    /^((?:sips?:)?(?:[^@]*@)?)([^@:;?/<>\s]+)(.*)$/is.exec(typed) ?? [];
  const ascii = asciiHost(host);
  return ascii === undefined ? typed : `${head}${ascii}${rest}`;
}

/** The name in Unicode, for people to read. */
export function readableHost(host: string): string {
  return host.includes('xn--') ? domainToUnicode(host) || host : host;
}
