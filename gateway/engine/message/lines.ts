// The lines of a message's head as they lie in its bytes (RFC 3261 7, 7.3.1): where each ends, what it is made of,
// and its text. Most of a message is printable ASCII, so that is passed over four bytes at a time.
// Must know nothing of what a line says.

const CR = 0x0d;
const LF = 0x0a;

/**
 * Text from the first so many bytes is cut from one string, which costs a fifth of decoding it anew, but lives as
 * long as any of its pieces: the Call-ID of a long call keeps no more than this, whatever was sent around it.
 */
const SHARED_BYTES = 1024;

export class Lines {
  readonly bytes: Buffer;
  /** Where the next line begins. */
  at = 0;
  /** Of the line just passed: where its CRLF is, and what was met before that. */
  end = 0;
  isAscii = true;
  /** Nothing but printable characters, HTAB and, where it is folded, CRLF. */
  isClean = true;
  isFolded = false;
  readonly #words: DataView;
  readonly #shared: string;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.#words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#shared = bytes.toString('latin1', 0, Math.min(bytes.length, SHARED_BYTES));
  }

  /** RFC 3261 7.5: "implementations processing SIP messages over stream-oriented transports MUST ignore any CRLF appearing before the start-line". */
  skipBlank(): void {
    while (this.bytes[this.at] === CR && this.bytes[this.at + 1] === LF) this.at += 2;
  }

  /** Moves past the next line with its folds (RFC 3261 7.3.1) and its CRLF. False when no CRLF follows. */
  next(mayFold: boolean): boolean {
    const bytes = this.bytes;
    const words = this.#words;
    const lastWord = bytes.length - 4;
    const start = this.at;
    this.isAscii = true;
    this.isClean = true;
    this.isFolded = false;
    for (let at = start; ; at++) {
      while (at <= lastWord && isPrintable(words.getInt32(at))) at += 4;
      if (at >= bytes.length) break;
      const byte = bytes[at]!;
      if (byte >= 0x20 && byte < 0x7f) continue;
      if (byte === CR && bytes[at + 1] === LF) {
        if (!mayFold || at === start || !isBlank(bytes[at + 2])) {
          this.end = at;
          this.at = at + 2;
          return true;
        }
        this.isFolded = true;
        at++;
      } else if (byte >= 0x80) this.isAscii = false;
      else if (byte !== 0x09) this.isClean = false;
    }
    this.at = bytes.length;
    return false;
  }

  /** A piece of the line just passed. */
  text(from: number, to: number): string {
    if (!this.isAscii) return this.bytes.toString('utf8', from, to);
    return to <= this.#shared.length ? this.#shared.slice(from, to) : this.bytes.toString('latin1', from, to);
  }
}

/** Whether all four bytes are 0x20 to 0x7e: the top bit of a byte shows in one of the three if it is not. */
function isPrintable(word: number): boolean {
  return ((word | (word - 0x20202020) | (word + 0x01010101)) & 0x80808080) === 0;
}

export function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09;
}

/** A blank, or a part of the line break in a fold. */
export function isSpace(byte: number | undefined): boolean {
  return isBlank(byte) || byte === CR || byte === LF;
}
