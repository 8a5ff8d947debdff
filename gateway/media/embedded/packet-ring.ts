// Buffers for outgoing packets. A ring, because the socket may hold a buffer for a moment when the kernel's
// queue is full. The socket has released the buffer before the ring returns to it.

const slots = 256;
const slotBytes = 2304;

export class PacketRing {
  readonly #slots = Array.from({ length: slots }, () => Buffer.alloc(slotBytes));
  #next = 0;

  take(): Buffer {
    this.#next = (this.#next + 1) % slots;
    return this.#slots[this.#next]!;
  }
}

/** Longest packet that fits into a slot after encryption. */
export const maxPacket = 2048;
