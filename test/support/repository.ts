// Where the repository is, seen from the compiled test; what is not TypeScript is read from the source tree.

import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../../../', import.meta.url));

/** A file or folder of test/support/ as it stands in the source tree. */
export function supportFile(name: string): string {
  return `${repository}test/support/${name}`;
}

/** The TypeScript file that a compiled one came from; both are named from the repository's root. */
export function sourceOf(compiled: string): string {
  return `${repository}${compiled.replace(/\.js$/, '.ts')}`;
}
