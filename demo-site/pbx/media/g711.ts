// G.711: converts 16-bit samples to bytes and back, by table. Must not depend on packets.

export type Law = 'PCMU' | 'PCMA';

/** Samples per second. */
export const sampleRate = 8_000;
/** Samples of one packet: 20 ms. */
export const frameSamples = 160;

export function decodeG711(law: Law, bytes: Uint8Array): Int16Array {
  return Int16Array.from(bytes, byte => linear[law][byte]!);
}

export function encodeG711(law: Law, samples: Int16Array): Buffer {
  const table = coded[law];
  const bytes = Buffer.allocUnsafe(samples.length);
  for (let index = 0; index < samples.length; index++) bytes[index] = table[samples[index]! & 0xffff]!;
  return bytes;
}

function expandMu(byte: number): number {
  const value = ~byte & 0xff;
  const magnitude = (((value & 0x0f) << 3) + 0x84) << ((value & 0x70) >> 4);
  return value & 0x80 ? 0x84 - magnitude : magnitude - 0x84;
}

function expandA(byte: number): number {
  const value = byte ^ 0x55;
  const exponent = (value & 0x70) >> 4;
  const mantissa = ((value & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return value & 0x80 ? magnitude : -magnitude;
}

const linear: Record<Law, Int16Array> = {
  PCMU: Int16Array.from({ length: 256 }, (_, byte) => expandMu(byte)),
  PCMA: Int16Array.from({ length: 256 }, (_, byte) => expandA(byte)),
};

/** The code with the nearest value, for each of the 65,536 samples (indexed by their unsigned form). */
function nearestCodes(values: Int16Array): Uint8Array {
  const sorted = Array.from(values, (value, code) => ({ value, code })).sort((x, y) => x.value - y.value);
  const table = new Uint8Array(65_536);
  let at = 0;
  for (let sample = -32_768; sample < 32_768; sample++) {
    const distance = (index: number) => Math.abs((sorted[index]?.value ?? Number.POSITIVE_INFINITY) - sample);
    while (at + 1 < sorted.length && distance(at + 1) <= distance(at)) at++;
    table[sample & 0xffff] = sorted[at]!.code;
  }
  return table;
}

const coded: Record<Law, Uint8Array> = {
  PCMU: nearestCodes(linear.PCMU),
  PCMA: nearestCodes(linear.PCMA),
};
