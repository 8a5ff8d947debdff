// A QR code as SVG. One path, so that it is sharp on paper and small in bytes.

import { encode } from 'uqr';
import { type Markup, markup } from './markup.ts';

/** Modules of quiet zone around it (ISO/IEC 18004 requires four). */
const QUIET = 4;

export interface QrCode {
  /** Modules from edge to edge, with the quiet zone. */
  readonly size: number;
  /** Path data of the dark modules, on a grid of one unit per module. */
  readonly path: string;
}

export function qrCode(content: string): QrCode {
  const { data, size } = encode(content, { ecc: 'M', border: QUIET });
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return { size, path };
}

/** Black on white in any theme, because cameras expect it. `title` names the target. */
export function qrPicture(content: string, title: string): Markup {
  const { size, path } = qrCode(content);
  return markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges" role="img">
<title>${title}</title><rect width="${size}" height="${size}" fill="#fff"/><path d="${path}" fill="#000"/></svg>
`;
}
