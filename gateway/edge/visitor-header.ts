// Writes the id of a visitor into the SIP requests of its WebSocket, and removes what the browser wrote there. Reads only
// as much of a frame as this needs: the first line, and the names of the headers (RFC 3261 7).

import { VISITOR_HEADER } from '../auth/visitor.ts';

const LF = 0x0a;
const CR = 0x0d;
const RESPONSE = 'SIP/2.0 ';
const NAME = VISITOR_HEADER.toLowerCase();

/** The frame with the header after its first line. Responses, and frames without a line, stay as they are. */
export function withVisitor(frame: Buffer, id: string): Buffer {
  const start = frame.findIndex(byte => byte !== CR && byte !== LF);
  const lineEnd = start === -1 ? -1 : frame.indexOf(LF, start);
  if (lineEnd === -1) return frame;
  if (frame.toString('latin1', start, start + RESPONSE.length).toUpperCase() === RESPONSE) return frame;
  const header = Buffer.from(`${VISITOR_HEADER}: ${id}\r\n`, 'latin1');
  return Buffer.concat([frame.subarray(0, lineEnd + 1), header, ...withoutHeader(frame, lineEnd + 1)]);
}

/** The rest of the frame, in parts, without the lines of the header and their continuations (RFC 3261 7.3.1). */
function withoutHeader(frame: Buffer, from: number): Buffer[] {
  const kept: Buffer[] = [];
  let keptFrom = from;
  let removing = false;
  for (let at = from; at < frame.length; ) {
    const lineEnd = frame.indexOf(LF, at);
    const next = lineEnd === -1 ? frame.length : lineEnd + 1;
    const first = frame[at];
    // The first empty line ends the headers.
    if (first === LF || first === CR) break;
    const continues = first === 0x20 || first === 0x09;
    const remove: boolean = continues ? removing : isOurs(frame, at, next);
    if (remove) {
      if (keptFrom < at) kept.push(frame.subarray(keptFrom, at));
      keptFrom = next;
    }
    removing = remove;
    at = next;
  }
  kept.push(frame.subarray(keptFrom));
  return kept;
}

/** Blanks before the colon are allowed, and the name is not case-sensitive (RFC 3261 7.3.1). */
function isOurs(frame: Buffer, at: number, end: number): boolean {
  if (frame.toString('latin1', at, at + NAME.length).toLowerCase() !== NAME) return false;
  return /^[ \t]*:/.test(frame.toString('latin1', at + NAME.length, end));
}
