// The pictures kept in test/pictures/: compared with what is seen now, and renewed by `npm run pictures`. It knows
// nothing of how a picture is taken.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import { fewColours, uncertain } from './few-colours.ts';
import { repository } from './repository.ts';

const folder = `${repository}test/pictures`;

/** Set, the pictures are taken anew instead of compared. */
export const renewing = process.env.SIP_CALL_TEST_RENEW !== undefined;

/** More than rounding does to a colour, and more than another processor's arithmetic does; 1 is from black to white. */
const THRESHOLD = { rounded: 0.07, exact: 0.01 };
/** A digit that changes has more differing pixels than these in a square of this side. */
const WINDOW = { side: 16, pixels: 6 };

/** How `seen` differs from the picture kept as `name`, in words; undefined when it does not. */
export function difference(name: string, seen: PNG): string | undefined {
  const kept = read(name);
  if (!kept) return 'none is kept';
  const { width, height } = kept;
  if (seen.width !== width || seen.height !== height)
    return `${seen.width} by ${seen.height} px, kept ${width} by ${height}`;
  const pixels = differing(kept, seen, 'rounded');
  if (pixels > WINDOW.pixels) return `${pixels} pixels differ in one place`;
  const shades = differing(kept, seen, 'exact');
  return shades > WINDOW.pixels ? `${shades} pixels differ a little in one place` : undefined;
}

/** The most differing pixels in any one window; drawn into `output` when there is one. */
function differing(kept: PNG, seen: PNG, colours: 'rounded' | 'exact', output?: PNG): number {
  return pixelmatch(kept.data, seen.data, output?.data, kept.width, kept.height, {
    threshold: THRESHOLD[colours],
    windowSize: WINDOW.side,
    ...(colours === 'exact' && { ignoreMask: uncertain(kept) }),
  });
}

let evidence: string | undefined;

/** Leaves what is seen, and where it differs, in a folder outside the repository, and tells which. */
export function leaveEvidence(name: string, seen: PNG): string {
  evidence ??= mkdtempSync(join(tmpdir(), 'sip-call-pictures-'));
  const place = (what: string) => join(evidence ?? '', `${name.replaceAll('/', ' ')}.${what}.png`);
  writeFileSync(place('seen'), PNG.sync.write(seen));
  const kept = read(name);
  if (!kept) return evidence;
  writeFileSync(place('kept'), PNG.sync.write(kept));
  if (kept.width !== seen.width || kept.height !== seen.height) return evidence;
  const output = new PNG({ width: kept.width, height: kept.height });
  if (differing(kept, seen, 'rounded', output) <= WINDOW.pixels) differing(kept, seen, 'exact', output);
  writeFileSync(place('difference'), PNG.sync.write(output));
  return evidence;
}

/** Keeps these as the set's pictures, and no others; one that has not changed is left as it is. */
export function keep(set: string, pictures: ReadonlyMap<string, PNG>): void {
  mkdirSync(`${folder}/${set}`, { recursive: true });
  for (const name of keptNames(set)) if (!pictures.has(name)) rmSync(`${folder}/${set}/${name}.png`);
  for (const [name, picture] of pictures) {
    if (difference(`${set}/${name}`, picture))
      writeFileSync(`${folder}/${set}/${name}.png`, fewColours(picture));
  }
}

/** Names within a set. */
export function keptNames(set: string): string[] {
  return existsSync(`${folder}/${set}`)
    ? readdirSync(`${folder}/${set}`).map(file => file.replace(/\.png$/, ''))
    : [];
}

const browserFile = `${folder}/taken-by.txt`;

/** The browser that took them, as `Chromium 156.0.8078.108`. */
export function takenBy(): string {
  return existsSync(browserFile) ? readFileSync(browserFile, 'utf8').trim() : '';
}

export function noteTakenBy(browser: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(browserFile, `${browser}\n`);
}

function read(name: string): PNG | undefined {
  try {
    return PNG.sync.read(readFileSync(`${folder}/${name}.png`));
  } catch {
    return undefined;
  }
}
