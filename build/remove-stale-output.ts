// Removes compiled files whose source no longer exists. tsc leaves them in dist/: an import of a removed module would
// still resolve, and `npm pack` would publish it. Runs after tsc, in the repository's root.

import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The folders that tsconfig.json includes. */
const FOLDERS = ['build', 'contract', 'widget', 'gateway', 'demo-site', 'test'];
const COMPILED = /\.(?:js|js\.map|d\.ts)$/;

for (const folder of FOLDERS) {
  const output = join('dist', folder);
  if (!existsSync(output)) continue;
  for (const name of readdirSync(output, { recursive: true, encoding: 'utf8' })) {
    const source = join(folder, name.replace(COMPILED, '.ts'));
    if (COMPILED.test(name) && !existsSync(source)) rmSync(join(output, name));
  }
}
