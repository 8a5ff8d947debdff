// The header fields that this engine knows by name (RFC 3261 20 and its extensions): canonical spelling, compact form,
// and how often a field may occur. To add a header, add a line here. Must not depend on the grammar of any header.

/** The properties of a header field's name for the parser and the serializer. */
export interface HeaderName {
  /** Canonical long form. All fields of that name share this string. */
  readonly name: string;
  /**
   * `single`: a message with more than one is malformed. `list`: values may be joined with commas. `lines`: may repeat,
   * never joined.
   */
  readonly occurs: 'single' | 'list' | 'lines';
  /** Whether the serializer joins the values again: lists of plain tokens, for which separate lines waste space. */
  readonly joined: boolean;
}

// `Via v` means: canonical name, then the compact form if there is one.

const single = [
  'Call-ID i',
  'Content-Length l',
  'Content-Type c',
  'CSeq',
  'Event o',
  'Expires',
  'From f',
  'Max-Forwards',
  'Min-Expires',
  'Min-SE',
  'Refer-To r',
  'Referred-By b',
  'Replaces',
  'RAck',
  'RSeq',
  'Session-Expires x',
  'To t',
];

const list = [
  'Alert-Info',
  'Call-Info',
  'Contact m',
  'Diversion',
  'Error-Info',
  'Geolocation',
  'History-Info',
  'P-Asserted-Identity',
  'P-Preferred-Identity',
  'Path',
  'Reason',
  'Record-Route',
  'Route',
  'Service-Route',
  'Via v',
  'Warning',
];

const tokenList = [
  'Accept',
  'Accept-Encoding',
  'Accept-Language',
  'Allow',
  'Allow-Events u',
  'Content-Encoding e',
  'Content-Language',
  'In-Reply-To',
  'Proxy-Require',
  'Recv-Info',
  'Require',
  'Supported k',
  'Unsupported',
];

// Commas are part of these values (Date, credentials), or this engine does not need the values separately.
const lines = [
  'Accept-Contact a',
  'Authentication-Info',
  'Authorization',
  'Content-Disposition',
  'Date',
  'Identity y',
  'Identity-Info n',
  'Info-Package',
  'MIME-Version',
  'Organization',
  'Priority',
  'Privacy',
  'Proxy-Authenticate',
  'Proxy-Authorization',
  'Refer-Sub',
  'Reject-Contact j',
  'Remote-Party-ID',
  'Reply-To',
  'Request-Disposition d',
  'Retry-After',
  'Server',
  'SIP-ETag',
  'SIP-If-Match',
  'Subject s',
  'Subscription-State',
  'Timestamp',
  'User-Agent',
  'User-to-User',
  'WWW-Authenticate',
];

const bySpelling = new Map<string, HeaderName>();

/** One spelling in bytes, in lower case. */
interface Spelled {
  readonly codes: Uint8Array;
  readonly header: HeaderName;
  /** The next one of the same length and first letter. */
  readonly next: Spelled | undefined;
}

/** By length and first letter. */
const byShape: (Spelled | undefined)[] = new Array(1024).fill(undefined);
const LONGEST = 31;

/** Maps every byte, capital letters to lower case. */
const lowerCase = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte,
);

define(single, 'single', false);
define(list, 'list', false);
define(tokenList, 'list', true);
define(lines, 'lines', false);

function define(entries: readonly string[], occurs: HeaderName['occurs'], joined: boolean): void {
  for (const entry of entries) {
    const [name, compact] = entry.split(' ') as [string, string?];
    const header: HeaderName = { name, occurs, joined };
    for (const spelling of compact === undefined ? [name] : [name, compact]) {
      bySpelling.set(spelling, header);
      bySpelling.set(spelling.toLowerCase(), header);
      bySpelling.set(spelling.toUpperCase(), header);
      const codes = Uint8Array.from(Buffer.from(spelling.toLowerCase()));
      const shape = shapeOf(codes.length, codes[0]!);
      byShape[shape] = { codes, header, next: byShape[shape] };
    }
  }
}

/**
 * The known header with that name, in any case or compact form. Allocates nothing for the usual spellings (canonical,
 * all lower, all upper).
 */
export function headerNamed(name: string): HeaderName | undefined {
  return bySpelling.get(name) ?? bySpelling.get(name.toLowerCase());
}

/** The known header whose name is in these bytes, in any case or compact form. Creates no string. */
export function headerAt(bytes: Uint8Array, from: number, to: number): HeaderName | undefined {
  if (to <= from || to - from > LONGEST) return undefined;
  let spelled = byShape[shapeOf(to - from, bytes[from]!)];
  while (spelled !== undefined && !isSpelled(spelled.codes, bytes, from)) spelled = spelled.next;
  return spelled?.header;
}

function isSpelled(codes: Uint8Array, bytes: Uint8Array, from: number): boolean {
  for (let i = 0; i < codes.length; i++) if (codes[i] !== lowerCase[bytes[from + i]!]) return false;
  return true;
}

function shapeOf(length: number, first: number): number {
  return (length << 5) | (first & 0x1f);
}
