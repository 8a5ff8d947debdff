// The frames of the drachtio application protocol: `<N>#<payload>`, N is the payload's length in bytes. Splits a stream
// into frames, whatever the size of its chunks, and never holds more than one frame.

/** Limit of one frame from an application, in bytes. drachtio-server 0.9.10 hangs beyond 12 kB. */
export const maxFrameBytes = 1024 * 1024;

const maxPrefixDigits = 7;
const HASH = 0x23;

export class FrameReader {
  #pending: Buffer | undefined;
  readonly #onFrame: (payload: Buffer) => void;
  readonly #limit: () => number;

  /** `limit` returns the maximum length of the next frame. */
  constructor(onFrame: (payload: Buffer) => void, limit: () => number = () => maxFrameBytes) {
    this.#onFrame = onFrame;
    this.#limit = limit;
  }

  /** Returns the reason if the stream can no longer be parsed. The connection must then be closed. */
  push(chunk: Buffer): string | undefined {
    const bytes = this.#pending === undefined ? chunk : Buffer.concat([this.#pending, chunk]);
    this.#pending = undefined;
    let at = 0;
    while (at < bytes.length) {
      const hash = bytes.indexOf(HASH, at);
      const prefixEnd = hash === -1 ? bytes.length : hash;
      if (prefixEnd - at > maxPrefixDigits) return 'frame without a length';
      const length = decimal(bytes, at, prefixEnd);
      if (length === undefined) return 'frame without a length';
      if (length > this.#limit()) return `frame of ${length} bytes`;
      const end = hash + 1 + length;
      if (hash === -1 || end > bytes.length) break;
      if (hash === at) return 'frame without a length';
      this.#onFrame(bytes.subarray(hash + 1, end));
      at = end;
    }
    if (at < bytes.length) this.#pending = bytes.subarray(at);
    return undefined;
  }
}

function decimal(bytes: Buffer, from: number, to: number): number | undefined {
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = bytes[i]! - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

/** The part of a frame before its SIP message: the length, the line of fields and the line end. */
export function frameHead(fields: string, message: Buffer | undefined): string {
  const length = Buffer.byteLength(fields);
  return message === undefined ? `${length}#${fields}` : `${length + 2 + message.length}#${fields}\r\n`;
}
