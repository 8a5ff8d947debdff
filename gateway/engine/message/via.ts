// Via (RFC 3261 20.42, RFC 3581): the path of a response.

import { isToken, isWhitespace, skipWhitespace, trimBlanks } from './grammar.ts';
import { formatHostPort, parseHostPort } from './host-port.ts';
import { formatParams, parseParams } from './params.ts';

export interface Via {
  /** Upper case: `UDP`, `TCP`, `TLS`, `WS`, `WSS`, or an unknown one. */
  transport: string;
  /** Lower case; IPv6 without brackets. */
  host: string;
  port?: number;
  /** branch, received, rport ('' until filled in), maddr, ttl and others; names lower case. */
  params: Map<string, string>;
}

/** One Via value. Undefined if it is malformed or not of SIP/2.0. */
export function parseVia(value: string): Via | undefined {
  const protocolEnd = value.startsWith('SIP/2.0/') ? 8 : endOfProtocol(value);
  if (protocolEnd === -1) return undefined;
  let transportEnd = protocolEnd;
  while (transportEnd < value.length && !isWhitespace(value.charCodeAt(transportEnd))) transportEnd++;
  const transport = value.slice(protocolEnd, transportEnd).toUpperCase();
  if (!isToken(transport)) return undefined;

  const sentByStart = skipWhitespace(value, transportEnd);
  const semicolon = value.indexOf(';', sentByStart);
  const sentByEnd = semicolon === -1 ? value.length : semicolon;
  const sentBy = parseHostPort(withoutSpaces(value.slice(sentByStart, sentByEnd)));
  if (sentBy === undefined) return undefined;
  const params = parseParams(value, sentByEnd);
  if (params === undefined) return undefined;
  const { host, port } = sentBy;
  return port === undefined ? { transport, host, params } : { transport, host, port, params };
}

export function formatVia(via: Via): string {
  return `SIP/2.0/${via.transport} ${formatHostPort(via.host, via.port)}${formatParams(via.params)}`;
}

/** Start of the transport in `SIP / 2.0 / UDP` with blanks around the slashes, or -1. */
function endOfProtocol(value: string): number {
  return /^SIP[ \t]*\/[ \t]*2\.0[ \t]*\/[ \t]*/i.exec(value)?.[0].length ?? -1;
}

/** RFC 3261 25.1 COLON allows blanks on both sides: `host : 5060`. */
function withoutSpaces(sentBy: string): string {
  if (!sentBy.includes(' ') && !sentBy.includes('\t')) return sentBy;
  return sentBy
    .split(':')
    .map(part => trimBlanks(part))
    .join(':');
}
