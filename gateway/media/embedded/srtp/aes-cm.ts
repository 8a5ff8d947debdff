// AES in counter mode (RFC 3711 4.1.1) over one AES-ECB object that is kept as long as the key: creating a
// cipher for each packet costs more than encrypting the packet. The same operation encrypts and decrypts.

import { type Cipher, createCipheriv } from 'node:crypto';

/** The longest payload of one call; a longer one does not fit a datagram that is accepted. */
export const maxPayload = 2048;

export class AesCounterMode {
  readonly #ecb: Cipher;
  readonly #salt: Buffer;
  readonly #blocks = Buffer.alloc(maxPayload);

  constructor(key: Buffer, salt: Buffer) {
    this.#ecb = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
    this.#salt = salt;
  }

  /**
   * Writes `from[start, end)` XOR keystream to `to` at `at`. The packet index is
   * `high` * 2^16 + `low` (RFC 3711 4.1.1: ROC and SEQ, or the SRTCP index split in two).
   */
  apply(
    from: Uint8Array,
    start: number,
    end: number,
    to: Uint8Array,
    at: number,
    ssrc: number,
    high: number,
    low: number,
  ): void {
    const length = end - start;
    if (length <= 0) return;
    const blocks = this.#blocks;
    const salt = this.#salt;
    const size = (length + 15) & ~15;
    blocks[0] = salt[0]!;
    blocks[1] = salt[1]!;
    blocks[2] = salt[2]!;
    blocks[3] = salt[3]!;
    blocks[4] = salt[4]! ^ (ssrc >>> 24);
    blocks[5] = salt[5]! ^ (ssrc >>> 16);
    blocks[6] = salt[6]! ^ (ssrc >>> 8);
    blocks[7] = salt[7]! ^ ssrc;
    blocks[8] = salt[8]! ^ (high >>> 24);
    blocks[9] = salt[9]! ^ (high >>> 16);
    blocks[10] = salt[10]! ^ (high >>> 8);
    blocks[11] = salt[11]! ^ high;
    blocks[12] = salt[12]! ^ (low >>> 8);
    blocks[13] = salt[13]! ^ low;
    blocks[14] = 0;
    blocks[15] = 0;
    for (let block = 16, counter = 1; block < size; block += 16, counter++) {
      blocks.copyWithin(block, 0, 14);
      blocks[block + 14] = counter >>> 8;
      blocks[block + 15] = counter;
    }
    const stream = this.#ecb.update(blocks.subarray(0, size));
    for (let i = 0; i < length; i++) to[at + i] = from[start + i]! ^ stream[i]!;
  }
}
