// Folders that live as long as the test process. Short names: sockets inside them have paths of 108 bytes at most.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function privateFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `sc-${name}-`));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
