// Reads DTLS records and handshake fragments (RFC 6347 4.1, 4.2.2) and orders a client's flights: each
// message whole, once, and in sequence. werift needs this order: a lost, repeated or reordered datagram would
// break its transcript.

const contentHandshake = 22;
const recordHeader = 13;
/** Bytes before the body of a handshake message. */
export const messageHeader = 12;
/** A browser's certificate chain is one certificate of under 1 KB. */
const maxMessage = 8192;
/** How far ahead of the expected message fragments are kept. */
const maxAhead = 4;

export interface HandshakeMessage {
  readonly type: number;
  readonly seq: number;
  readonly body: Buffer;
}

export interface DtlsRecord {
  readonly type: number;
  readonly epoch: number;
  /** Includes the header. */
  readonly bytes: Buffer;
  readonly body: Buffer;
}

/** The records of a datagram; null when the datagram does not consist of whole DTLS 1.x records. */
export function readRecords(datagram: Buffer): DtlsRecord[] | null {
  const records: DtlsRecord[] = [];
  let at = 0;
  while (at < datagram.length) {
    if (at + recordHeader > datagram.length || datagram[at + 1] !== 0xfe) return null;
    const end = at + recordHeader + datagram.readUInt16BE(at + 11);
    if (end > datagram.length) return null;
    records.push({
      type: datagram[at]!,
      epoch: datagram.readUInt16BE(at + 3),
      bytes: datagram.subarray(at, end),
      body: datagram.subarray(at + recordHeader, end),
    });
    at = end;
  }
  return records;
}

/** A reassembled message as one record of epoch 0. */
export function recordOf(message: HandshakeMessage): Buffer {
  const size = messageHeader + message.body.length;
  const bytes = Buffer.alloc(recordHeader + size);
  bytes[0] = contentHandshake;
  bytes.writeUInt16BE(0xfefd, 1);
  bytes.writeUInt16BE(message.seq, 9);
  bytes.writeUInt16BE(size, 11);
  bytes[recordHeader] = message.type;
  bytes.writeUIntBE(message.body.length, recordHeader + 1, 3);
  bytes.writeUInt16BE(message.seq, recordHeader + 4);
  bytes.writeUIntBE(message.body.length, recordHeader + 9, 3);
  message.body.copy(bytes, recordHeader + messageHeader);
  return bytes;
}

interface Partial {
  readonly type: number;
  readonly body: Buffer;
  /** One flag a byte: messages are small and a handshake has five of them. */
  readonly have: Uint8Array;
  missing: number;
}

export class FlightOrder {
  readonly #partial = new Map<number, Partial>();
  #next = 0;

  /** Sequence number of the next message. */
  get next(): number {
    return this.#next;
  }

  /**
   * Adds the fragments of a record body. Returns false when the body is malformed. Repetitions are not an
   * error.
   */
  add(body: Buffer): boolean {
    let at = 0;
    while (at < body.length) {
      if (at + messageHeader > body.length) return false;
      const length = body.readUIntBE(at + 1, 3);
      const offset = body.readUIntBE(at + 6, 3);
      const size = body.readUIntBE(at + 9, 3);
      const end = at + messageHeader + size;
      if (end > body.length || offset + size > length || length > maxMessage) return false;
      const seq = body.readUInt16BE(at + 4);
      if (seq >= this.#next && seq < this.#next + maxAhead) {
        this.#keep(seq, body[at]!, length, offset, body.subarray(at + messageHeader, end));
      }
      at = end;
    }
    return true;
  }

  /** The next message in sequence when it is whole. The caller calls {@link advance} to move past it. */
  peek(): HandshakeMessage | null {
    const partial = this.#partial.get(this.#next);
    if (partial === undefined || partial.missing > 0) return null;
    return { type: partial.type, seq: this.#next, body: partial.body };
  }

  advance(): void {
    this.#partial.delete(this.#next);
    this.#next++;
  }

  /** Removes the message that {@link peek} returned, so that it can arrive again. */
  refuse(): void {
    this.#partial.delete(this.#next);
  }

  #keep(seq: number, type: number, length: number, offset: number, fragment: Buffer): void {
    let partial = this.#partial.get(seq);
    // A fragment that contradicts earlier fragments replaces them, because a forged fragment must not block
    // the client's.
    if (partial === undefined || partial.type !== type || partial.body.length !== length) {
      partial = { type, body: Buffer.alloc(length), have: new Uint8Array(length), missing: length };
      this.#partial.set(seq, partial);
    }
    for (let i = 0; i < fragment.length; i++) {
      if (partial.have[offset + i] === 1) continue;
      partial.have[offset + i] = 1;
      partial.body[offset + i] = fragment[i]!;
      partial.missing--;
    }
  }
}
