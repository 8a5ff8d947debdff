// The frames of the drachtio application protocol: `<N>#<payload>`, N the payload's length in bytes.
// Takes frames apart however the stream was cut, and never holds more than one frame's worth.

/** What an application may send in one frame, in bytes. drachtio-server 0.9.10 wedges beyond 12 kB. */
export const maxFrameBytes = 1024 * 1024;

const maxPrefixDigits = 7;
const HASH = 0x23;

export class FrameReader {
  #pending: Buffer | undefined;
  readonly #onFrame: (payload: Buffer) => void;
  readonly #limit: () => number;

  /** `limit`: how long the next frame may be. */
  constructor(onFrame: (payload: Buffer) => void, limit: () => number = () => maxFrameBytes) {
    this.#onFrame = onFrame;
    this.#limit = limit;
  }

  /** Returns why the stream can no longer be read, if so; the connection must then be closed. */
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

/** What goes before the SIP message of a frame: its length, its line of fields and the line's end. */
export function frameHead(fields: string, message: Buffer | undefined): string {
  const length = Buffer.byteLength(fields);
  return message === undefined ? `${length}#${fields}` : `${length + 2 + message.length}#${fields}\r\n`;
}
