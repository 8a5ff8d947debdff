// Reads the two addresses that a page's owner writes: whom to call, and (seldom) which gateway.
// Narrow on purpose: what looks like a mail address is an address; ports, parameters and passwords are not
// the page's to choose (RFC 3261 19.1.1 allows them, the gateway builds the Request-URI itself).

export interface Address {
  /** As people read it: `director@mysite.ru`. */
  readonly text: string;
  /** As SIP says it: `sip:director@mysite.ru`, the domain in ASCII, the user part escaped. */
  readonly uri: string;
}

const shape =
  /^(?:sip:)?([\p{L}\p{N}!*'()&=+$,/_.~-]+)@((?:[\p{L}\p{M}\p{N}-]+[.。．｡])*[\p{L}\p{M}\p{N}-]+)[.。．｡]?$/iu;

export function parseAddress(source: string | null | undefined): Address | undefined {
  const match = shape.exec((source ?? '').trim());
  // The host goes through URL for its IDNA: президент.рф must reach the DNS as xn--….
  const host = match && readUrl(`http://${match[2]}`)?.hostname;
  if (!match?.[1] || !host) return undefined;
  return { text: `${match[1]}@${match[2]}`, uri: `sip:${escapeUser(match[1])}@${host}` };
}

/**
 * Where SIP over WebSocket is spoken (RFC 7118): the gateway's address with `sip` put after its path.
 * `attribute` is what the page says, if anything: an absolute http(s) or ws(s) URL; otherwise the gateway is
 * where the script came from.
 */
export function gatewaySocket(script: string, attribute?: string | null): string | undefined {
  const base = readUrl(attribute ? withSlash(attribute.trim()) : script);
  if (!base || !/^(?:http|ws)s?:$/.test(base.protocol)) return undefined;
  return new URL('sip', base).href.replace(/^http/, 'ws').replace(/[?#].*/, '');
}

const escapeUser = (user: string) => user.replace(/[^!-~]+/gu, encodeURIComponent);

function readUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** With one slash at its end. No expression: those without a lookbehind take quadratic time, and old Safari has none. */
function withSlash(url: string): string {
  let end = url.length;
  while (url[end - 1] === '/') end--;
  return `${url.slice(0, end)}/`;
}
