// Folders that live as long as the test process. Short names: sockets inside them have paths of 108 bytes at most.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders: string[] = [];
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export function privateFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `sc-${name}-`));
  folders.push(folder);
  return folder;
}
