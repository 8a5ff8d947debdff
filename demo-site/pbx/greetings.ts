// The recorded announcements, read once and kept as samples. greetings/README.md says how they were made.

import { readFileSync } from 'node:fs';
import { decodeG711 } from './media/g711.ts';

export type Announcement = 'director' | 'alex' | '101' | 'bad-user';

const loaded = new Map<Announcement, Int16Array>();

export function announcement(name: Announcement): Int16Array {
  let samples = loaded.get(name);
  if (!samples) {
    // Compiled code is three folders below the repository's root, in dist/. The recordings are not copied there.
    const file = new URL(`../../../demo-site/pbx/greetings/${name}.ulaw`, import.meta.url);
    samples = decodeG711('PCMU', readFileSync(file));
    loaded.set(name, samples);
  }
  return samples;
}
