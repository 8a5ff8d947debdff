// A SIP message as an application writes it: no Via, any case, a Content-Length counted in characters.
// What an application may not decide is dropped here; what could break a line has no way in.

import type { HeaderField, SipMessage } from '../message/message.ts';
import { parseMessage } from '../message/parse.ts';
import { maxFrameBytes } from './framing.ts';

/** The gateway's own business; set by an application they are silently dropped, as the daemon does. */
const forbidden: ReadonlySet<string> = new Set(['Via', 'Route', 'RSeq', 'Record-Route', 'Content-Length']);

/** Written by the engine from transaction or dialog; what the application says of them is looked at apart. */
const structural: ReadonlySet<string> = new Set(['From', 'To', 'Call-ID', 'CSeq', 'Max-Forwards']);

const limits = { messageBytes: maxFrameBytes, headerBytes: maxFrameBytes, headerFields: 512 };

export interface AppMessage {
  readonly message: SipMessage;
  /** What goes into the message sent, in the application's order. */
  readonly fields: [string, string][];
}

/** The message, or the reason why the application cannot be obeyed. */
export function readAppMessage(text: Buffer): AppMessage | string {
  const message = parseMessage(text, { limits, ignoreContentLength: true });
  if (message.kind === 'failure') return `unable to parse message: ${message.reason}`;
  const fields: [string, string][] = [];
  for (const field of message.headers) {
    if (!forbidden.has(field.name) && !structural.has(field.name)) fields.push([spelled(field), field.value]);
  }
  return { message, fields };
}

/** drachtio capitalises a custom name after each hyphen, unless it begins with X-. */
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
