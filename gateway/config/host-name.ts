// Names of hosts as people type them, and as DNS, SIP and browsers know them: IDNA (RFC 5890, UTS 46). Case, a final dot
// and the full stops of other scripts make no difference.

import { domainToASCII, domainToUnicode } from 'node:url';

/** RFC 1035 2.3.4; what is longer would also take time to convert, for Punycode is quadratic. */
const MOST_CHARACTERS = 253;

const shape =
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** The name in ASCII and lower case, such as xn--80akhbyknj4f.xn--p1ai for испытание.рф; undefined for what is none. */
export function asciiHost(typed: string): string | undefined {
  if (typed.length > MOST_CHARACTERS + 1) return undefined;
  const dotted = typed.replace(/[。．｡]/g, '.').replace(/\.$/, '');
  // ASCII is left alone: to a URL's parser 10.1 is an address.
  const ascii = /^[\0-\x7f]*$/.test(dotted) ? dotted.toLowerCase() : domainToASCII(dotted);
  return shape.test(ascii) ? ascii : undefined;
}

/**
 * An address whose host is in ASCII: `director@компания.рф`, with or without a scheme, a port and parameters. What has no
 * host that could be converted stays as it is, for others to refuse.
 */
export function asciiAddress(typed: string): string {
  if (/^[\0-\x7f]*$/.test(typed) && !/\.(?=$|[:;?])/.test(typed)) return typed;
  const [, head = '', host = '', rest = ''] =
    /^((?:sips?:)?(?:[^@]*@)?)([^@:;?/<>\s]+)(.*)$/is.exec(typed) ?? [];
  const ascii = asciiHost(host);
  return ascii === undefined ? typed : `${head}${ascii}${rest}`;
}

/** The name as people read it: in their own letters. */
export function readableHost(host: string): string {
  return host.includes('xn--') ? domainToUnicode(host) || host : host;
}
