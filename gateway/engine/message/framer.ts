// Splits a byte stream into messages by Content-Length (RFC 3261 18.3) and detects keep-alive pings (RFC 5626 3.5.1).
// The work is linear in the bytes, whatever the size of the chunks.

import { declaredLength } from './content-length.ts';
import { type MessageLimits, messageLimits } from './limits.ts';

export interface Framed {
  /** Complete messages in order. Each owns its bytes or shares them with the chunk that contained it. */
  readonly messages: Buffer[];
  /** Whether a double CRLF arrived between messages. It must be answered with one CRLF. */
  readonly pinged: boolean;
  /** Set if the stream can no longer be parsed. The connection must be closed. */
  readonly error?: string;
}

const CR = 0x0d;
const LF = 0x0a;
const BLANK_LINE = Buffer.from('\r\n\r\n');

export class StreamFramer {
  readonly #limits: MessageLimits;
  /** The bytes of an incomplete message. The buffer doubles when it grows, so appending is linear. */
  #held: Buffer = Buffer.alloc(0);
  #heldLength = 0;
  /** How many of the held bytes are known to contain no blank line. */
  #searched = 0;
  /** Length of the whole message, once its header section is complete. */
  #wanted: number | undefined;
  /** Whether the last input between messages was a single CRLF. */
  #blank = false;
  #broken: string | undefined;

  constructor(limits: MessageLimits = messageLimits) {
    this.#limits = limits;
  }

  /** Whether a message is incomplete. A peer that leaves it incomplete is stalling. */
  get partial(): boolean {
    return this.#heldLength > 0;
  }

  push(chunk: Buffer): Framed {
    const messages: Buffer[] = [];
    let pinged = false;
    let bytes = this.#gather(chunk);
    while (bytes.length > 0 && this.#broken === undefined) {
      if (this.#wanted === undefined && this.#searched === 0) {
        const [skipped, ping] = this.#skipBlankLines(bytes);
        pinged ||= ping;
        bytes = bytes.subarray(skipped);
        if (bytes.length === 0 || (bytes.length === 1 && bytes[0] === CR)) break;
      }
      this.#wanted ??= this.#findEnd(bytes);
      if (this.#wanted === undefined || this.#wanted > bytes.length) break;
      messages.push(bytes.subarray(0, this.#wanted));
      bytes = bytes.subarray(this.#wanted);
      this.#wanted = undefined;
      this.#searched = 0;
    }
    this.#hold(bytes);
    return this.#broken === undefined ? { messages, pinged } : { messages, pinged, error: this.#broken };
  }

  /** The held bytes and the chunk as one buffer; the chunk itself if nothing is held. */
  #gather(chunk: Buffer): Buffer {
    if (this.#heldLength === 0) return chunk;
    const length = this.#heldLength + chunk.length;
    if (length > this.#held.length) {
      const grown = Buffer.allocUnsafe(Math.max(length, this.#held.length * 2));
      this.#held.copy(grown, 0, 0, this.#heldLength);
      this.#held = grown;
    }
    chunk.copy(this.#held, this.#heldLength);
    this.#heldLength = length;
    return this.#held.subarray(0, length);
  }

  /** Keeps the remaining bytes. If they are at the start of the held buffer, they stay there. */
  #hold(rest: Buffer): void {
    if (rest.length === 0 || this.#broken !== undefined) {
      // Messages that were returned may share this buffer, so it is replaced and never overwritten.
      this.#held = Buffer.alloc(0);
      this.#heldLength = 0;
    } else if (rest.buffer !== this.#held.buffer || rest.byteOffset !== this.#held.byteOffset) {
      this.#held = Buffer.allocUnsafeSlow(Math.max(rest.length, 1024));
      this.#heldLength = rest.copy(this.#held);
    }
  }

  #skipBlankLines(bytes: Buffer): [skipped: number, pinged: boolean] {
    let at = 0;
    let pinged = false;
    while (bytes[at] === CR && bytes[at + 1] === LF) {
      if (this.#blank) pinged = true;
      this.#blank = !this.#blank;
      at += 2;
    }
    if (at < bytes.length && !(at + 1 === bytes.length && bytes[at] === CR)) this.#blank = false;
    return [at, pinged];
  }

  /** Length of the message that begins here. Undefined while its header section is incomplete. */
  #findEnd(bytes: Buffer): number | undefined {
    const blankLine = bytes.indexOf(BLANK_LINE, this.#searched);
    const headLength = blankLine === -1 ? bytes.length : blankLine + BLANK_LINE.length;
    if (headLength > this.#limits.headerBytes) return this.#break('Header section too large');
    if (blankLine === -1) {
      this.#searched = Math.max(bytes.length - (BLANK_LINE.length - 1), 0);
      return undefined;
    }
    const length = declaredLength(bytes.toString('latin1', 0, blankLine));
    // RFC 3261 20.14: "If a stream-based protocol is used as transport, the header field MUST be used."
    if (length === 'missing') return this.#break('Missing Content-Length');
    if (length === 'bad') return this.#break('Bad Content-Length');
    if (headLength + length > this.#limits.messageBytes) return this.#break('Message too large');
    return headLength + length;
  }

  #break(problem: string): undefined {
    this.#broken = problem;
    return undefined;
  }
}
