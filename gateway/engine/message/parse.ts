// Bytes to model (RFC 3261 7): one datagram, WebSocket frame or framed stream message. Linear in its input; never
// throws. Depends on which headers are lists or single, but not on the grammar of any header: sanity.ts and the readers
// of a value check it.

import { parseContentLength } from './content-length.ts';
import { isToken, trimBlanks } from './grammar.ts';
import { headerAt } from './header-names.ts';
import { HeaderList } from './headers.ts';
import { type MessageLimits, messageLimits } from './limits.ts';
import { isBlank, isSpace, Lines } from './lines.ts';
import { splitList } from './list-values.ts';
import { type HeaderField, NO_BODY, type ParseFailure, type SipMessage, type SipRequest } from './message.ts';
import { replaceQuotedControls } from './quoted-controls.ts';
import { parseStartLine, type RequestLine, type StatusLine } from './start-line.ts';

export interface ParseOptions {
  readonly limits?: MessageLimits;
  /** The body is everything after the blank line, whatever Content-Length says. drachtio's clients count characters. */
  readonly ignoreContentLength?: boolean;
}

const USUAL: ParseOptions = {};

/** The message, or the reason why the bytes are not a message. `body` shares memory with `bytes`. */
export function parseMessage(bytes: Buffer, options = USUAL): SipMessage | ParseFailure {
  const limits = options.limits ?? messageLimits;
  // RFC 3261 18.3 has no rule for a peer whose message is too large. 513 is for those that can be answered.
  if (bytes.length > limits.messageBytes)
    return { kind: 'failure', status: 513, reason: 'Message Too Large' };
  return new MessageParser(bytes, limits, options.ignoreContentLength === true).parse();
}

class MessageParser {
  readonly #lines: Lines;
  readonly #limits: MessageLimits;
  readonly #ignoreContentLength: boolean;
  readonly #fields: HeaderField[] = [];
  /** The first problem. Further ones add nothing to a 400. */
  #problem: string | undefined;
  #contentLength: string | undefined;
  #isResponse = false;

  constructor(bytes: Buffer, limits: MessageLimits, ignoreContentLength: boolean) {
    this.#lines = new Lines(bytes);
    this.#limits = limits;
    this.#ignoreContentLength = ignoreContentLength;
  }

  parse(): SipMessage | ParseFailure {
    const start = this.#readStartLine();
    if (start === undefined) return { kind: 'failure', status: 400, reason: 'Bad Start Line' };
    this.#isResponse = start.kind === 'response';
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

  #readStartLine(): RequestLine | StatusLine | undefined {
    const lines = this.#lines;
    lines.skipBlank();
    const from = lines.at;
    return lines.next(false) && lines.isClean ? parseStartLine(lines.text(from, lines.end)) : undefined;
  }

  #readFields(): void {
    const lines = this.#lines;
    for (;;) {
      const from = lines.at;
      if (!lines.next(true)) {
        this.#fail('Missing Blank Line');
        return;
      }
      if (lines.end === from) return;
      this.#readField(from);
    }
  }

  #readField(from: number): void {
    const { bytes, end } = this.#lines;
    let colon = from;
    while (colon < end && bytes[colon] !== 0x3a) colon++;
    // RFC 3261 7.3.1: blanks may precede the colon. Nothing else may (header smuggling).
    let nameEnd = colon;
    while (nameEnd > from && isBlank(bytes[nameEnd - 1])) nameEnd--;
    const known = headerAt(bytes, from, nameEnd);
    const name = known?.name ?? this.#lines.text(from, nameEnd);
    if (colon === end || (known === undefined && !isToken(name))) {
      this.#failIn(name, 'Bad Header Field');
      return;
    }
    const value = this.#readValue(colon + 1);
    if (value === undefined) {
      this.#failIn(name, 'Control Character In Header');
      return;
    }
    if (known?.occurs === 'list') this.#addList(name, value, known.joined);
    else if (name === 'Content-Length') this.#addContentLength(value);
    else if (known?.occurs === 'single' && this.#has(name)) this.#failIn(name, `Multiple ${name} Headers`);
    else this.#add(name, value);
  }

  /** The value after the colon. Undefined if it contains a forbidden control character. */
  #readValue(afterColon: number): string | undefined {
    const lines = this.#lines;
    const { bytes } = lines;
    let start = afterColon;
    let end = lines.end;
    while (start < end && isSpace(bytes[start])) start++;
    while (end > start && isSpace(bytes[end - 1])) end--;
    const text = lines.isFolded ? unfold(lines.text(start, end)) : lines.text(start, end);
    return lines.isClean ? text : replaceQuotedControls(text);
  }

  #addList(name: string, value: string, tokens: boolean): void {
    if (!value.includes(',')) {
      this.#add(name, value);
      return;
    }
    // Each element becomes a separate field.
    const values = splitList(value, this.#limits.headerFields);
    if (values === undefined) {
      this.#failIn(name, `Bad ${name}`);
      return;
    }
    for (const element of values) {
      if (element !== '') this.#add(name, element);
      // An extra comma in `Allow` is harmless. In `Via` or `Contact` it makes the message untrustworthy.
      else if (!tokens) this.#failIn(name, `Bad ${name}`);
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

  /** RFC 3261 18.3: bytes beyond Content-Length are discarded. Fewer bytes than declared are an error. */
  #readBody(): Buffer {
    const { bytes, at } = this.#lines;
    const available = bytes.length - at;
    let length = available;
    if (this.#contentLength !== undefined && !this.#ignoreContentLength) {
      length = parseContentLength(this.#contentLength) ?? Number.POSITIVE_INFINITY;
      if (length > available) {
        this.#fail('Bad Content-Length');
        length = available;
      }
    }
    return length === 0 ? NO_BODY : bytes.subarray(at, at + length);
  }

  /**
   * A problem in one line. In a response only that line is dropped, unless the response cannot be assigned without it.
   * A response cannot be answered with an error, and dropping a whole 2xx would lose an answered call.
   */
  #failIn(name: string, problem: string): void {
    if (!this.#isResponse || NEEDED_TO_ANSWER.includes(name)) this.#fail(problem);
  }

  #fail(problem: string): void {
    this.#problem ??= problem;
  }
}

/** A fold is a line break with the blanks around it, and means one SP. */
function unfold(text: string): string {
  return text
    .split('\r\n')
    .map(line => trimBlanks(line))
    .filter(line => line !== '')
    .join(' ');
}

/** A response can be addressed only with these fields (RFC 3261 8.2.6.2). */
const NEEDED_TO_ANSWER = ['Via', 'From', 'To', 'Call-ID', 'CSeq'];

function failure(status: number, reason: string, request: SipRequest): ParseFailure {
  const answerable = request.method !== 'ACK' && NEEDED_TO_ANSWER.every(name => request.headers.has(name));
  return answerable
    ? { kind: 'failure', status, reason, partial: request }
    : { kind: 'failure', status, reason };
}
