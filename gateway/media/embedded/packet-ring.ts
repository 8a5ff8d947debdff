// Buffers for packets on their way out. A ring, because the socket may keep one for a
// moment when the kernel's queue is full; by the time its turn comes again it is gone.

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

/** Longest packet that fits a slot once sealed. */
export const maxPacket = 2048;
