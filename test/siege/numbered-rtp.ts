// RTP packets with the number of their call and sequence: both ends can check that a packet arrived, once,
// and unchanged.

const HEADER = 12;
const NUMBER = 8;
const LENGTH = HEADER + 160;

export interface PacketNumber {
  readonly call: number;
  readonly sequence: number;
}

/** The size of 20 ms of G.711. */
export function numberedPacket(ssrc: number, { call, sequence }: PacketNumber): Buffer {
  const packet = Buffer.alloc(LENGTH, fill(call, sequence));
  packet[0] = 0x80;
  packet[1] = 0;
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE((sequence * 160) >>> 0, 4);
  packet.writeUInt32BE(ssrc, 8);
  packet.writeUInt32BE(call, HEADER);
  packet.writeUInt32BE(sequence, HEADER + 4);
  return packet;
}

/** Undefined when the packet is not one of these, or was changed in transit. */
export function readNumber(packet: Buffer): PacketNumber | undefined {
  if (packet.length !== LENGTH) return undefined;
  const call = packet.readUInt32BE(HEADER);
  const sequence = packet.readUInt32BE(HEADER + 4);
  const expected = fill(call, sequence);
  for (let at = HEADER + NUMBER; at < LENGTH; at++) if (packet[at] !== expected) return undefined;
  return { call, sequence };
}

function fill(call: number, sequence: number): number {
  return (call * 31 + sequence * 7) & 0xff;
}

/** Counts packets of one direction of one call; a repeated packet counts once. */
export class Arrivals {
  readonly #seen = new Set<number>();
  #highest = -1;
  count = 0;
  twice = 0;
  lastAt = performance.now();

  note(sequence: number): void {
    if (this.#seen.has(sequence)) {
      this.twice++;
      return;
    }
    this.#seen.add(sequence);
    this.count++;
    this.lastAt = performance.now();
    this.#highest = Math.max(this.#highest, sequence);
    // No packet is older than this on loopback.
    if (this.#seen.size > 4_096)
      for (const old of this.#seen) if (old < this.#highest - 2_048) this.#seen.delete(old);
  }
}
