// Parses a SIP message as an application writes it: no Via, any case, a Content-Length counted in characters. Fields
// that an application may not set are dropped here, and so is everything that could break a line.

import type { HeaderField, SipMessage } from '../message/message.ts';
import { parseMessage } from '../message/parse.ts';
import { maxFrameBytes } from './framing.ts';

/**
 * Only the gateway sets these. If an application sets them, they are dropped without an error, as in drachtio-server.
 */
const forbidden: ReadonlySet<string> = new Set(['Via', 'Route', 'RSeq', 'Record-Route', 'Content-Length']);

/** The engine writes these from the transaction or dialog. The application's values are read separately. */
const structural: ReadonlySet<string> = new Set(['From', 'To', 'Call-ID', 'CSeq', 'Max-Forwards']);

const limits = { messageBytes: maxFrameBytes, headerBytes: maxFrameBytes, headerFields: 512 };

export interface AppMessage {
  readonly message: SipMessage;
  /** The fields for the message that is sent, in the application's order. */
  readonly fields: [string, string][];
}

/** The message, or the reason why the application's message is refused. */
export function readAppMessage(text: Buffer): AppMessage | string {
  const message = parseMessage(text, { limits, ignoreContentLength: true });
  if (message.kind === 'failure') return `unable to parse message: ${message.reason}`;
  const fields: [string, string][] = [];
  for (const field of message.headers) {
    if (!forbidden.has(field.name) && !structural.has(field.name)) fields.push([spelled(field), field.value]);
  }
  return { message, fields };
}

/** drachtio writes a custom name with a capital after each hyphen, unless the name begins with X-. */
function spelled(field: HeaderField): string {
  const { name } = field;
  const first = name.charCodeAt(0);
  if (first >= 0x41 && first <= 0x5a) return name;
  if (/^x-/i.test(name)) return name;
  return name.replace(
    /(^|-)([a-z])/g,
    (_match, hyphen: string, letter: string) => hyphen + letter.toUpperCase(),
  );
}
