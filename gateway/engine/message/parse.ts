// Bytes to model (RFC 3261 7): one datagram, WebSocket frame or framed stream message. Linear in
// its input and never throws. Knows which headers are lists and which are single, but no header's
// grammar: what the values mean is checked by sanity.ts and by whoever needs them.

import { parseContentLength } from './content-length.ts';
import { TOKEN, trimBlanks } from './grammar.ts';
import { headerNamed } from './header-names.ts';
import { HeaderList } from './headers.ts';
import { type MessageLimits, messageLimits } from './limits.ts';
import { splitList } from './list-values.ts';
import type { HeaderField, ParseFailure, SipMessage, SipRequest } from './message.ts';
import { replaceQuotedControls } from './quoted-controls.ts';
import { parseStartLine, type RequestLine, type StatusLine } from './start-line.ts';

export interface ParseOptions {
  readonly limits?: MessageLimits;
  /** The body is all that follows the blank line, whatever Content-Length says (drachtio's clients count characters). */
  readonly ignoreContentLength?: boolean;
}

/** The message, or why it is none. `body` shares memory with `bytes`. */
export function parseMessage(bytes: Buffer, options: ParseOptions = {}): SipMessage | ParseFailure {
  const limits = options.limits ?? messageLimits;
  // RFC 3261 18.3 has nothing to say to a peer whose message does not fit; 513 is for those who can be answered.
  if (bytes.length > limits.messageBytes)
    return { kind: 'failure', status: 513, reason: 'Message Too Large' };
  return new MessageParser(bytes, limits, options.ignoreContentLength === true).parse();
}

const CR = 0x0d;
const LF = 0x0a;

class MessageParser {
  readonly #bytes: Buffer;
  readonly #limits: MessageLimits;
  readonly #ignoreContentLength: boolean;
  readonly #fields: HeaderField[] = [];
  /** The first thing wrong; later ones add nothing to a 400. */
  #problem: string | undefined;
  #contentLength: string | undefined;
  #at = 0;
  #lineEnd = 0;
  #lineIsAscii = true;
  #lineIsClean = true;

  constructor(bytes: Buffer, limits: MessageLimits, ignoreContentLength: boolean) {
    this.#bytes = bytes;
    this.#limits = limits;
    this.#ignoreContentLength = ignoreContentLength;
  }

  parse(): SipMessage | ParseFailure {
    this.#skipBlankLines();
    const start = this.#readStartLine();
    if (start === undefined) return { kind: 'failure', status: 400, reason: 'Bad Start Line' };
    this.#readFields();
    const body = this.#readBody();
    const headers = HeaderList.adopt(this.#fields);
    if (start.kind === 'response') {
      if (this.#problem !== undefined) return { kind: 'failure', status: 400, reason: this.#problem };
      return { kind: 'response', status: start.status, reason: start.reason, headers, body };
    }
    const request: SipRequest = { kind: 'request', method: start.method, uri: start.uri, headers, body };
    if (start.refusal !== undefined) return failure(start.refusal.status, start.refusal.reason, request);
    return this.#problem === undefined ? request : failure(400, this.#problem, request);
  }

  /** RFC 3261 7.5: "implementations processing SIP messages over stream-oriented transports MUST ignore any CRLF appearing before the start-line". */
  #skipBlankLines(): void {
    while (this.#bytes[this.#at] === CR && this.#bytes[this.#at + 1] === LF) this.#at += 2;
  }

  #readStartLine(): RequestLine | StatusLine | undefined {
    const from = this.#at;
    if (!this.#nextLine(false) || !this.#lineIsClean) return undefined;
    return parseStartLine(this.#text(from, this.#lineEnd));
  }

  #readFields(): void {
    for (;;) {
      const from = this.#at;
      if (!this.#nextLine(true)) {
        this.#fail('Missing Blank Line');
        return;
      }
      if (this.#lineEnd === from) return;
      this.#readField(from);
    }
  }

  #readField(from: number): void {
    const bytes = this.#bytes;
    const end = this.#lineEnd;
    let colon = from;
    while (colon < end && bytes[colon] !== 0x3a) colon++;
    // RFC 3261 7.3.1: blanks may stand before the colon; nothing else may (header smuggling).
    let nameEnd = colon;
    while (nameEnd > from && isBlank(bytes[nameEnd - 1])) nameEnd--;
    // Read once and cut: where no character of the name has two bytes, and none may, places agree.
    const line = this.#text(from, end);
    const text = line.slice(0, nameEnd - from);
    const known = headerNamed(text);
    if (colon === end || (known === undefined && !TOKEN.test(text))) {
      this.#fail('Bad Header Field');
      return;
    }
    const name = known?.name ?? text;
    const value = this.#value(line, colon + 1 - from);
    if (value === undefined) {
      this.#fail('Control Character In Header');
      return;
    }
    if (known?.occurs === 'list') this.#addList(name, value, known.joined);
    else if (name === 'Content-Length') this.#addContentLength(value);
    else if (known?.occurs === 'single' && this.#has(name)) this.#fail(`Multiple ${name} Headers`);
    else this.#add(name, value);
  }

  #addList(name: string, value: string, tokens: boolean): void {
    if (!value.includes(',')) {
      this.#add(name, value);
      return;
    }
    const values = splitList(value);
    if (values === undefined) {
      this.#fail(`Bad ${name}`);
      return;
    }
    for (const element of values) {
      if (element !== '') this.#add(name, element);
      // A comma too many in `Allow` harms nobody; in `Via` or `Contact` it is a message one cannot trust.
      else if (!tokens) this.#fail(`Bad ${name}`);
    }
  }

  #addContentLength(value: string): void {
    if (this.#contentLength === undefined) this.#add('Content-Length', value);
    else if (this.#contentLength !== value) this.#fail('Conflicting Content-Length');
    this.#contentLength ??= value;
  }

  #has(name: string): boolean {
    for (const field of this.#fields) if (field.name === name) return true;
    return false;
  }

  #add(name: string, value: string): void {
    if (this.#fields.length < this.#limits.headerFields) this.#fields.push({ name, value });
    else this.#fail('Too Many Headers');
  }

  /** RFC 3261 18.3: bytes beyond Content-Length are discarded; fewer than it says is an error. */
  #readBody(): Buffer {
    const available = this.#bytes.length - this.#at;
    let length = available;
    if (this.#contentLength !== undefined && !this.#ignoreContentLength) {
      length = parseContentLength(this.#contentLength) ?? Number.POSITIVE_INFINITY;
      if (length > available) {
        this.#fail('Bad Content-Length');
        length = available;
      }
    }
    return this.#bytes.subarray(this.#at, this.#at + length);
  }

  /**
   * Moves past the next line with its folds (RFC 3261 7.3.1) and its CRLF, noting its end and what it
   * is made of. False when no CRLF follows.
   */
  #nextLine(mayFold: boolean): boolean {
    const bytes = this.#bytes;
    let at = this.#at;
    let ascii = true;
    let clean = true;
    for (; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte >= 0x20 && byte < 0x7f) continue;
      if (byte === CR && bytes[at + 1] === LF) {
        if (mayFold && at > this.#at && isBlank(bytes[at + 2])) {
          at++;
          continue;
        }
        this.#lineEnd = at;
        this.#lineIsAscii = ascii;
        this.#lineIsClean = clean;
        this.#at = at + 2;
        return true;
      }
      if (byte >= 0x80) ascii = false;
      else if (byte !== 0x09) clean = false;
    }
    this.#at = at;
    return false;
  }

  /** Undefined when a control character stands where none may. */
  #value(line: string, from: number): string | undefined {
    let start = from;
    let end = line.length;
    while (start < end && isSpace(line.charCodeAt(start))) start++;
    while (end > start && isSpace(line.charCodeAt(end - 1))) end--;
    let text = line.slice(start, end);
    // A fold is a line break and the blanks about it, and means one SP.
    if (text.includes('\r\n')) {
      text = text
        .split('\r\n')
        .map(trimBlanks)
        .filter(line => line !== '')
        .join(' ');
    }
    return this.#lineIsClean ? text : replaceQuotedControls(text);
  }

  #text(from: number, to: number): string {
    return this.#bytes.toString(this.#lineIsAscii ? 'latin1' : 'utf8', from, to);
  }

  #fail(problem: string): void {
    this.#problem ??= problem;
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === CR || byte === LF;
}

/** A response can be addressed only with these (RFC 3261 8.2.6.2). */
const NEEDED_TO_ANSWER = ['Via', 'From', 'To', 'Call-ID', 'CSeq'];

function failure(status: number, reason: string, request: SipRequest): ParseFailure {
  const answerable = request.method !== 'ACK' && NEEDED_TO_ANSWER.every(name => request.headers.has(name));
  return answerable
    ? { kind: 'failure', status, reason, partial: request }
    : { kind: 'failure', status, reason };
}
