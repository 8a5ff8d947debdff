// The grammar of the SIP that a gateway sends to a page (RFC 3261 25). Replaces JsSIP's, which is two thirds of JsSIP,
// with the same rule names and results, -1 for a parse error. Contains only the rules that a caller without account,
// presence or transfer needs. JsSIP's classes are passed in, because they import this file.

export interface UriClass {
  new (
    scheme: string,
    user: string | undefined,
    host: string,
    port: number | undefined,
    params: Params,
    headers: Record<string, string[]>,
  ): object;
}
export interface NameAddrClass {
  new (uri: object, displayName: string | undefined, params: Params): object;
}
export const classes = {} as { URI: UriClass; NameAddrHeader: NameAddrClass };

type Params = Record<string, string | null>;

const tokenCharacter = "[\\w.!%*+`'~-]";
const token = `${tokenCharacter}+`;
const quoted = '"(?:[^"\\\\]|\\\\.)*"';
const hostname = '(?:[a-z0-9_-]+\\.)*[a-z_](?:[a-z0-9_-]*[a-z0-9_])?\\.?';
const host = `${hostname}|\\d{1,3}(?:\\.\\d{1,3}){3}|\\[[0-9a-f:.]+\\]`;

/** Applies one expression after the other, from left to right; reads nothing twice. */
class Reader {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** The groups of `pattern` at this position; `undefined`, with nothing consumed, when it does not match. */
  take(pattern: RegExp): readonly (string | undefined)[] | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found ?? undefined;
  }

  /** {@link take}, but a mismatch is an error. */
  need(pattern: RegExp): readonly (string | undefined)[] {
    const found = this.take(pattern);
    if (!found) throw new SyntaxError(`${this.text} at ${this.at}`);
    return found;
  }
}

const sticky = (pattern: string) => new RegExp(pattern, 'iy');
const expressions = {
  displayName: sticky(`\\s*(?:(?:(${quoted})|(${token}(?:\\s+${token})*))\\s*)?(?=<)`),
  bracketed: sticky('<([^<>]*)>'),
  bare: sticky('\\s*([^\\s;?,<>"]+)'),
  param: sticky(`\\s*;\\s*(${token})(?:\\s*=\\s*(${quoted}|${token}|\\[[0-9a-f:.]+\\]))?`),
  comma: sticky('\\s*,\\s*'),
  uri: sticky(
    `(sips?):(?:((?:[\\w.!~*'()&=+$,;?/:-]|%[0-9a-f]{2})+)@)?(${host})(?::(\\d{1,5}))?(?=[;?]|$)([^?]*)(?:\\?(.*))?$`,
  ),
  host: sticky(`(${host})$`),
  absolute: sticky(`([a-z][a-z0-9+.-]*)://(?:[^@/]*@)?(${host})(?::(\\d{1,5}))?(?=[/?#]|$)`),
  request: sticky(`(${token}) (\\S+) SIP/2\\.0$`),
  status: sticky('SIP/2\\.0 ([1-9]\\d\\d) (.*)$'),
  via: sticky(`(${token})\\s*/\\s*${token}\\s*/\\s*(${token})\\s+(${host})(?:\\s*:\\s*(\\d{1,5}))?`),
  number: sticky('(\\d{1,10})'),
  callId: sticky('([^\\s@]+(?:@[^\\s@]+)?)$'),
  mediaType: sticky(`(${token}\\s*/\\s*${tokenCharacter}.*)$`),
  cseq: sticky(`(\\d{1,10})\\s+(${token})$`),
};

function params(reader: Reader): Params {
  const found: Params = {};
  for (;;) {
    const param = reader.take(expressions.param);
    if (!param) return found;
    found[param[1]!.toLowerCase()] = param[2] ?? null;
  }
}

function uri(reader: Reader): object {
  const [, scheme = '', user, name = '', port, rest = '', headers] = reader.need(expressions.uri);
  const own: Params = {};
  for (const [, key = '', value] of rest.matchAll(/;([^;=]+)(?:=([^;]*))?/g)) {
    own[key.toLowerCase()] = (key.toLowerCase() === 'transport' ? value?.toLowerCase() : value) ?? null;
  }
  const fields: Record<string, string[]> = {};
  for (const field of headers?.split('&') ?? []) {
    const [key = '', value = ''] = field.split('=');
    fields[key] ??= [];
    fields[key].push(value);
  }
  const { URI } = classes;
  const at = port === undefined ? undefined : Number(port);
  return new URI(scheme.toLowerCase(), user && decodeURIComponent(user), name.toLowerCase(), at, own, fields);
}

function nameAddr(reader: Reader, bareToo: boolean): object {
  const named = reader.take(expressions.displayName);
  const display = named?.[1]?.slice(1, -1).replace(/\\(.)/g, '$1') ?? named?.[2];
  const [, address = ''] = reader.need(named || !bareToo ? expressions.bracketed : expressions.bare);
  return new classes.NameAddrHeader(uri(new Reader(address)), display, params(reader));
}

/** With the positions where each entry begins and ends; JsSIP calls the end "possition" and the beginning "offset". */
function list(reader: Reader, bareToo: boolean): object[] {
  const found: object[] = [];
  do {
    const offset = reader.at;
    const parsed = nameAddr(reader, bareToo);
    found.push({ offset, possition: reader.at, parsed });
  } while (reader.take(expressions.comma));
  return found;
}

function hostOf(name: string) {
  const kind = name.startsWith('[') ? 'IPv6' : /^[\d.]+$/.test(name) ? 'IPv4' : 'domain';
  return { host_type: kind, host: name.toLowerCase() };
}

const numbered = (port: string | undefined) => (port === undefined ? {} : { port: Number(port) });

const rules: Readonly<Record<string, (reader: Reader) => unknown>> = {
  Request_Response(reader) {
    const status = reader.take(expressions.status);
    if (status) return { sip_version: 'SIP/2.0', status_code: Number(status[1]), reason_phrase: status[2] };
    const [, method, target = ''] = reader.need(expressions.request);
    return { method, uri: uri(new Reader(target)), sip_version: 'SIP/2.0' };
  },
  SIP_URI: uri,
  host: reader => hostOf(reader.need(expressions.host)[1]!),
  absoluteURI(reader) {
    const [, scheme, name = '', port] = reader.need(expressions.absolute);
    reader.at = reader.text.length;
    return { scheme, ...hostOf(name), ...numbered(port) };
  },
  Name_Addr_Header: reader => nameAddr(reader, false),
  From: reader => nameAddr(reader, true),
  To: reader => nameAddr(reader, true),
  Contact: reader => list(reader, true),
  Record_Route: reader => list(reader, false),
  Via(reader) {
    const [, protocol, transport, name = '', port] = reader.need(expressions.via);
    const { rport, ...rest } = params(reader);
    return {
      protocol,
      transport,
      ...hostOf(name),
      ...numbered(port),
      ...(rport && { rport: Number(rport) }),
      ...rest,
    };
  },
  Call_ID: reader => reader.need(expressions.callId)[1],
  Content_Length: reader => Number(reader.need(expressions.number)[1]),
  Max_Forwards: reader => Number(reader.need(expressions.number)[1]),
  Content_Type: reader => reader.need(expressions.mediaType)[1],
  CSeq(reader) {
    const [, value, method] = reader.need(expressions.cseq);
    return { value: Number(value), method };
  },
  Session_Expires(reader) {
    const [, expires] = reader.need(expressions.number);
    const refresher = params(reader).refresher?.toLowerCase();
    return { expires: Number(expires), ...(refresher && { refresher }) };
  },
};

/** The result of `rule` for the whole of `text`, or -1. */
export function parse(text: string, rule: string): unknown {
  const reader = new Reader(text);
  try {
    const result = Object.hasOwn(rules, rule) ? rules[rule]!(reader) : -1;
    return /\S/.test(text.slice(reader.at)) ? -1 : result;
  } catch {
    return -1;
  }
}
