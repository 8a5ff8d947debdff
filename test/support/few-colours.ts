// A PNG of at most 256 colours, a quarter of what one of all colours takes: for pictures that are kept. Surfaces keep
// their colours exactly; what is rare, as the edges of letters and shadows are, is rounded.

import { crc32, deflateSync } from 'node:zlib';
import type { PNG } from 'pngjs';

/** A colour that covers this part of a picture, and no less, is a surface. */
const SURFACE = 1 / 500;

/** An indexed PNG (PNG specification, 11.2.2 and 11.2.3) of a picture without transparency. */
export function fewColours({ width, height, data }: PNG): Buffer {
  const colours = Uint32Array.from({ length: width * height }, (_, i) => data.readUInt32BE(i * 4) >>> 8);
  const counts = new Map<number, number>();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  for (let step = 20; ; step += 4) {
    const palette = new Map<number, number>();
    const rows = Buffer.alloc((width + 1) * height);
    for (const [i, colour] of colours.entries()) {
      const kept = (counts.get(colour) ?? 0) < colours.length * SURFACE ? rounded(colour, step) : colour;
      const index = palette.get(kept) ?? palette.size;
      palette.set(kept, index);
      rows[i + Math.floor(i / width) + 1] = index;
    }
    if (palette.size <= 256) return file(width, height, [...palette.keys()], rows);
  }
}

/** Leaves a mark: two more than a multiple of four, in every channel. `step` is such a multiple. */
function rounded(colour: number, step: number): number {
  return [16, 8, 0].reduce((sum, shift) => {
    const channel = Math.min(252, Math.round(((colour >> shift) & 255) / step) * step);
    return sum | ((channel + 2) << shift);
  }, 0);
}

/** One byte for each pixel of a picture that was kept, 1 where its colour is not certain to be exact. */
export function uncertain({ width, height, data }: PNG): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, i) =>
    ((data.readUInt32BE(i * 4) >>> 8) & 0x030303) === 0x020202 ? 1 : 0,
  );
}

function file(width: number, height: number, palette: readonly number[], rows: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap(colour => [colour >> 16, (colour >> 8) & 255, colour & 255]))),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
