// The size of the widget for a page, in bytes.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { atMost, type Figure } from './figure.ts';

const folder = fileURLToPath(new URL('../../public', import.meta.url));

export function weigh(): Figure[] {
  const chunks = readdirSync(`${folder}/chunks`).filter(name => name.endsWith('.js'));
  return [
    weight('entry', readFileSync(`${folder}/sip-call.js`), 7),
    ...chunks.map(name => weight(`chunk ${name}`, readFileSync(`${folder}/chunks/${name}`))),
  ];
}

function weight(name: string, bytes: Buffer, aimKb = 0): Figure {
  const gzip = gzipSync(bytes, { level: 9 }).length;
  const sizes = [bytes.length, gzip, brotliCompressSync(bytes).length].map(size => (size / 1000).toFixed(1));
  const value = `raw ${sizes[0]} kB, gzip ${sizes[1]} kB, brotli ${sizes[2]} kB`;
  return aimKb > 0 ? { name, value, aim: `${atMost(gzip / 1000, aimKb, 'kB gzip')}` } : { name, value };
}
