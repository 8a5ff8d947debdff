// The preview picture of a shared link (Open Graph, 1200 by 630): name, role, address, and the QR code.

import { fileURLToPath } from 'node:url';
import { renderAsync } from '@resvg/resvg-js';
import { type Markup, markup } from './markup.ts';
import { type CardPerson, type Links, readable } from './person.ts';
import { qrCode } from './qr.ts';
import type { CardWords } from './words.ts';

const WIDTH = 1200;
const HEIGHT = 630;
const MARGIN = 84;
const CODE = 264;
/** The width left of the QR code, in px. A name gets the largest size that fits. */
const COLUMN = WIDTH - 3 * MARGIN - CODE;
/** Width of a PT Serif letter relative to its size; an upper estimate. */
const LETTER = 0.56;

const fontFiles = ['400Regular/PTSerif_400Regular.ttf', '700Bold/PTSerif_700Bold.ttf'].map(file =>
  fileURLToPath(import.meta.resolve(`@expo-google-fonts/pt-serif/${file}`)),
);

/** A PNG. Drawn outside the main thread, which handles calls. */
export async function picture(person: CardPerson, links: Links, words: CardWords): Promise<Buffer> {
  const image = await renderAsync(String(drawing(person, links, words)), {
    // Names in scripts that PT Serif lacks use the fonts of the machine.
    font: { fontFiles, loadSystemFonts: true, defaultFontFamily: 'PT Serif' },
  });
  return image.asPng();
}

function drawing(person: CardPerson, links: Links, words: CardWords): Markup {
  const code = qrCode(links.call);
  const address = readable(person.address);
  const lines = wrapped(person.name);
  const size = Math.min(88, sizeFor(Math.max(...lines.map(line => line.length))));
  const nameTop = 268 - (lines.length - 1) * size * 0.55;
  const nameEnd = nameTop + (lines.length - 1) * size * 1.1;
  const addressSize = Math.min(40, sizeFor(address.length));
  return markup`<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" font-family="PT Serif">
<rect width="100%" height="100%" fill="#f7f6f2"/>
<rect width="14" height="100%" fill="#0b7a58"/>
<text x="${MARGIN}" y="112" font-size="30" fill="#56635d">${person.company}</text>
${lines.map((line, i) => markup`<text x="${MARGIN}" y="${nameTop + i * size * 1.1}" font-size="${size}" font-weight="700" fill="#17211d">${line}</text>`)}
<text x="${MARGIN}" y="${nameEnd + 62}" font-size="36" fill="#56635d">${shortened(person.title, 40)}</text>
<text x="${MARGIN}" y="${HEIGHT - 140}" font-size="${addressSize}" fill="#0b7a58">${address}</text>
<text x="${MARGIN}" y="${HEIGHT - 84}" font-size="28" fill="#56635d">${words.invitation}</text>
<svg x="${WIDTH - MARGIN - CODE}" y="${(HEIGHT - CODE) / 2}" width="${CODE}" height="${CODE}" viewBox="0 0 ${code.size} ${code.size}" shape-rendering="crispEdges">
<rect width="100%" height="100%" fill="#fff"/><path d="${code.path}" fill="#17211d"/></svg>
</svg>`;
}

/** In one line, or in two of about the same length. */
function wrapped(name: string): string[] {
  const short = shortened(name, 60);
  if (short.length <= 16 || !short.includes(' ')) return [short];
  const spaces = [...short.matchAll(/ /g)].map(({ index }) => index);
  const middle = spaces.reduce((best, at) =>
    Math.abs(at - short.length / 2) < Math.abs(best - short.length / 2) ? at : best,
  );
  return [short.slice(0, middle), short.slice(middle + 1)];
}

const sizeFor = (letters: number) => Math.floor(COLUMN / (letters * LETTER));

const shortened = (text: string, most: number) => {
  const letters = [...text];
  return letters.length > most ? `${letters.slice(0, most - 1).join('')}…` : text;
};
