// The imports of the product's files, read by their text: `import`, `export … from` and `import()`.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { repository } from '../../support/repository.ts';

export interface Import {
  readonly from: string;
  /** A file of the repository, or the name of a package as it is written. */
  readonly to: string;
  readonly isPackage: boolean;
  readonly typesOnly: boolean;
  /** `import()`: fetched later, or never. */
  readonly isDynamic: boolean;
}

const statement =
  /^(?:import|export) (?<types>type )?(?:(?<names>[\w*{][^;'"]*?) from )?'(?<static>[^']+)'|\bimport\('(?<dynamic>[^']+)'\)/gm;

/** The sources under `folders`, without declarations of other packages. */
export function sourcesIn(folders: readonly string[]): readonly string[] {
  return folders.flatMap(folder =>
    readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
      .filter(file => file.endsWith('.ts') && !file.endsWith('.d.ts'))
      .map(file => `${folder}/${file}`)
      .sort(),
  );
}

export function importsOf(files: readonly string[]): readonly Import[] {
  return files.flatMap(file => importsIn(file, readFileSync(join(repository, file), 'utf8')));
}

export function importsIn(file: string, text: string): readonly Import[] {
  return [...text.matchAll(statement)].map(({ groups = {} }) => {
    const { types, names, static: written, dynamic } = groups;
    const path = written ?? dynamic ?? '';
    const isPackage = !path.startsWith('.');
    return {
      from: file,
      to: isPackage ? path : normalize(join(dirname(file), path)),
      isPackage,
      typesOnly: types !== undefined || (names !== undefined && allTypes(names)),
      isDynamic: dynamic !== undefined,
    };
  });
}

/** `{ type A, type B }`. */
function allTypes(names: string): boolean {
  const inner = /^\{(.*)\}$/s.exec(names.trim())?.[1];
  const each = inner?.split(',').map(name => name.trim());
  return each?.every(name => name === '' || name.startsWith('type ')) ?? false;
}

/** Circles of files that import each other's values when they are loaded. */
export function circlesIn(imports: readonly Import[]): readonly (readonly string[])[] {
  const next = new Map<string, string[]>();
  for (const { from, to, isPackage, typesOnly, isDynamic } of imports) {
    if (!(isPackage || typesOnly || isDynamic)) next.set(from, [...(next.get(from) ?? []), to]);
  }
  const done = new Set<string>();
  const circles: string[][] = [];
  const visit = (file: string, way: readonly string[]) => {
    if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file]);
    if (done.has(file)) return;
    done.add(file);
    for (const to of next.get(file) ?? []) visit(to, [...way, file]);
  };
  for (const file of next.keys()) visit(file, []);
  return circles;
}
