// The built widget: its folder, its version, and the integrity hash of each file.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** dist/public, beside the compiled gateway. */
export const publicFolder = fileURLToPath(new URL('../../public', import.meta.url));

/** @throws {Error} when the widget was not built. */
export function ensureBuilt(): void {
  if (!existsSync(`${publicFolder}/sip-call.js`)) {
    throw new Error('the widget is not built: run "npm run build" first');
  }
}

/** The version of the package and of the widget: `0.1.0`. */
export function widgetVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** The path of this version, whose files never change: `/v/0.1.0/`. */
export const pinnedPath = (version: string): string => `/v/${version}/`;

/** Subresource Integrity 3.5: `sha384-…` of a file of the widget, such as `sip-call.js`. */
export function integrityOf(file: string): string {
  const digest = createHash('sha384').update(readFileSync(`${publicFolder}/${file}`));
  return `sha384-${digest.digest('base64')}`;
}

/** The files that the entry loads later, as `chunks/….js`. */
export function chunks(): string[] {
  return readdirSync(`${publicFolder}/chunks`)
    .filter(name => name.endsWith('.js'))
    .map(name => `chunks/${name}`)
    .sort();
}
