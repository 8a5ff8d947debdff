// Model to bytes (RFC 3261 7). All text on the wire passes through here. Text that could end a line early is a
// programming error or an injection, and causes an exception before anything is sent.

import { isToken } from './grammar.ts';
import { headerNamed } from './header-names.ts';
import type { SipMessage } from './message.ts';

/**
 * The message as bytes. Content-Length is always that of `body`. @throws TypeError for CR, LF or NUL in a value or
 * reason, blanks in a method or URI, or a name that is not a token.
 */
export function serialize(message: SipMessage): Buffer {
  const body = message.body;
  const head = `${startLine(message)}${fieldLines(message)}\r\nContent-Length: ${body.length}\r\n\r\n`;
  if (body.length === 0) return Buffer.from(head, 'utf8');
  const headBytes = Buffer.byteLength(head);
  const bytes = Buffer.allocUnsafe(headBytes + body.length);
  bytes.write(head, 0, headBytes, 'utf8');
  body.copy(bytes, headBytes);
  return bytes;
}

const ENDS_LINE = /[\r\n\0]/;

function startLine(message: SipMessage): string {
  if (message.kind === 'response') {
    const { status, reason } = message;
    if (ENDS_LINE.test(reason)) throw new TypeError('line break or NUL in a reason phrase');
    if (!Number.isInteger(status) || status < 100 || status > 699)
      throw new TypeError(`not a SIP status: ${status}`);
    return `SIP/2.0 ${status} ${reason}`;
  }
  const { method, uri } = message;
  if (!isToken(method)) throw new TypeError(`not a SIP method: ${JSON.stringify(method)}`);
  if (uri === '' || /[\s\0]/.test(uri)) throw new TypeError(`not a Request-URI: ${JSON.stringify(uri)}`);
  return `${method} ${uri} SIP/2.0`;
}

function fieldLines(message: SipMessage): string {
  let lines = '';
  let previous = '';
  for (const { name, value } of message.headers) {
    if (name === 'Content-Length') continue;
    if (ENDS_LINE.test(value))
      throw new TypeError(`line break or NUL in the value of ${JSON.stringify(name)}`);
    const known = headerNamed(name);
    if (known === undefined && !isToken(name))
      throw new TypeError(`not a header name: ${JSON.stringify(name)}`);
    // One line for `Allow: INVITE, ACK, BYE`: a line for each value would make a datagram too large.
    const joined = known?.joined === true && isPlain(value);
    if (joined && name === previous) lines += `, ${value}`;
    else lines += `\r\n${name}: ${value}`;
    previous = joined ? name : '';
  }
  return lines;
}

/** Whether the value opens no quote or bracket that a following comma could fall into. */
function isPlain(value: string): boolean {
  return value !== '' && !value.includes('"') && !value.includes('<');
}
