// The lines of a message's head in its bytes (RFC 3261 7, 7.3.1): the end of each, its kind of characters, and its
// text. Most of a message is printable ASCII, so four bytes are checked at a time. Must not depend on the meaning of a
// line.

const CR = 0x0d;
const LF = 0x0a;

/**
 * Text from the first 1024 bytes is cut from one shared string. This takes a fifth of the time of decoding it again,
 * but the string stays in memory as long as any part of it: the Call-ID of a long call keeps at most 1024 bytes.
 */
const SHARED_BYTES = 1024;

export class Lines {
  readonly bytes: Buffer;
  /** Start of the next line. */
  at = 0;
  /** Of the last line: the position of its CRLF, and what was found before it. */
  end = 0;
  isAscii = true;
  /** Only printable characters, HTAB and, in folds, CRLF. */
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

  /** Moves past the next line with its folds (RFC 3261 7.3.1) and its CRLF. False if there is no CRLF. */
  next(mayFold: boolean): boolean {
    const bytes = this.bytes;
    const words = this.#words;
    const lastFour = bytes.length - 4;
    const start = this.at;
    this.isAscii = true;
    this.isClean = true;
    this.isFolded = false;
    for (let at = start; ; at++) {
      while (at <= lastFour && isPrintable(words.getInt32(at))) at += 4;
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

  /** A part of the last line. */
  text(from: number, to: number): string {
    if (!this.isAscii) return this.bytes.toString('utf8', from, to);
    return to <= this.#shared.length ? this.#shared.slice(from, to) : this.bytes.toString('latin1', from, to);
  }
}

/** Whether all four bytes are 0x20 to 0x7e: otherwise the top bit of a byte is set in one of the three terms. */
function isPrintable(word: number): boolean {
  return ((word | (word - 0x20202020) | (word + 0x01010101)) & 0x80808080) === 0;
}

export function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09;
}

/** Whether the byte is a blank or part of the line break in a fold. */
export function isSpace(byte: number | undefined): boolean {
  return isBlank(byte) || byte === CR || byte === LF;
}
