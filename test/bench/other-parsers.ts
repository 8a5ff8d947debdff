// Other SIP parsers on the same bytes: those of JsSIP, SIP.js and drachtio-srf. Each reads a whole message as
// its own stack does (drachtio-srf's keeps every value as text, like the gateway's), and must return the same
// fields.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The fields that a stack needs of every message, read from each parser's own structure. */
export interface Needed {
  readonly start: string | number;
  /** Includes further Vias after a comma when the parser keeps them joined. */
  readonly via: string;
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly cseq: string;
  readonly contact: string;
  /** As text. */
  readonly body: string;
}

export interface MeasuredParser<Message = unknown> {
  readonly name: string;
  /** Throws when the bytes cannot be parsed. */
  read(bytes: Buffer): Message;
  needed(message: Message): Needed;
  /** The bytes of a parsed message; undefined when the parser has no writer. */
  write?(message: Message): Buffer;
}

interface BrowserMessage {
  readonly method: string;
  readonly body: string;
  getHeader(name: string): string;
}
/** JsSIP's name of the status, then SIP.js's. */
type ParsedStatus = { readonly status_code?: number; readonly statusCode?: number };
interface DrachtioMessage {
  readonly method?: string;
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface JsSipParser {
  parseMessage(text: string, ua: unknown): (BrowserMessage & ParsedStatus) | undefined;
}
interface DrachtioParser {
  parseSipMessage(text: string, lazily: boolean): DrachtioMessage | undefined;
  stringifySipMessage(message: DrachtioMessage): string;
}
interface SipJs {
  Parser: { parseMessage(text: string, logger: unknown): (BrowserMessage & ParsedStatus) | undefined };
}

export async function otherParsers(): Promise<MeasuredParser[]> {
  const jssip = require('jssip/lib/Parser.js') as JsSipParser;
  const drachtio = require('drachtio-srf/lib/sip-parser/parser.js') as DrachtioParser;
  const { Parser } = (await import('sip.js/lib/core/index.js' as string)) as SipJs;
  const silent = { log() {}, warn() {}, error() {}, debug() {} };
  const jsSipParser: MeasuredParser<BrowserMessage & ParsedStatus> = {
    name: 'JsSIP',
    read: bytes => understood(jssip.parseMessage(bytes.toString(), {})),
    needed: message => neededOf(message, message.status_code),
  };
  const sipJsParser: MeasuredParser<BrowserMessage & ParsedStatus> = {
    name: 'SIP.js',
    read: bytes => understood(Parser.parseMessage(bytes.toString(), silent)),
    needed: message => neededOf(message, message.statusCode),
  };
  const drachtioParser: MeasuredParser<DrachtioMessage> = {
    name: 'drachtio-srf',
    read: bytes => understood(drachtio.parseSipMessage(bytes.toString(), true)),
    needed: ({ method, status, headers, body }) => ({
      start: status ?? method!,
      via: headers.via!,
      from: headers.from!,
      to: headers.to!,
      callId: headers['call-id']!,
      cseq: headers.cseq!,
      contact: headers.contact!,
      body,
    }),
    write: message => Buffer.from(drachtio.stringifySipMessage(message)),
  };
  return [drachtioParser, jsSipParser, sipJsParser];
}

function neededOf(message: BrowserMessage, status: number | undefined): Needed {
  return {
    start: status ?? message.method,
    via: message.getHeader('via'),
    from: message.getHeader('from'),
    to: message.getHeader('to'),
    callId: message.getHeader('call-id'),
    cseq: message.getHeader('cseq'),
    contact: message.getHeader('contact'),
    body: message.body,
  };
}

function understood<Message>(message: Message | undefined): Message {
  if (!message) throw new Error('another parser cannot read the message');
  return message;
}
