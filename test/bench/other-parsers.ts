// The parsers that others use, on the same bytes: JsSIP's, SIP.js's, drachtio-srf's. Each reads a whole message as
// its own stack does, and each writes one where it can write what it has read.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export interface OtherParser {
  readonly name: string;
  /** What it makes of a message; throws when it makes nothing. */
  read(bytes: Buffer): unknown;
  /** Bytes of what `read` made; undefined where it has no such thing. */
  readonly write?: (message: never) => Buffer;
}

interface JsSipParser {
  parseMessage(text: string, ua: unknown): unknown;
}
interface DrachtioParser {
  parseSipMessage(text: string, keepPayload: boolean): unknown;
  stringifySipMessage(message: unknown): string;
}
interface SipJs {
  Parser: { parseMessage(text: string, logger: unknown): unknown };
}

export async function otherParsers(): Promise<OtherParser[]> {
  const jssip = require('jssip/lib/Parser.js') as JsSipParser;
  const drachtio = require('drachtio-srf/lib/sip-parser/parser.js') as DrachtioParser;
  const { Parser } = (await import('sip.js/lib/core/index.js' as string)) as SipJs;
  const silent = { log() {}, warn() {}, error() {}, debug() {} };
  return [
    { name: 'JsSIP', read: bytes => understood(jssip.parseMessage(bytes.toString(), {})) },
    { name: 'SIP.js', read: bytes => understood(Parser.parseMessage(bytes.toString(), silent)) },
    {
      name: 'drachtio-srf',
      read: bytes => understood(drachtio.parseSipMessage(bytes.toString(), true)),
      write: message => Buffer.from(drachtio.stringifySipMessage(message)),
    },
  ];
}

function understood(message: unknown): unknown {
  if (!message) throw new Error('a parser of the comparison makes nothing of the message');
  return message;
}
