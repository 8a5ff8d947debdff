// Which mirror of the Debian archive this host itself uses, read from its apt sources in either of their forms.
// The suites wanted (bullseye, forky) are then taken from the same mirror: CI may reach no other.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface AptSource {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  readonly signedBy: string;
}

/** URIs of the Debian archive, most likely first; none when the sources name none. */
export function debianMirrors(etc = '/etc/apt', codename = debianCodename()): string[] {
  const files = [join(etc, 'sources.list')];
  const parts = join(etc, 'sources.list.d');
  if (existsSync(parts)) files.push(...readdirSync(parts).map(name => join(parts, name)));
  const sources = files
    .filter(file => existsSync(file))
    .flatMap(file => {
      const text = readFileSync(file, 'utf8');
      if (file.endsWith('.sources')) return stanzas(text);
      return file.endsWith('.list') ? lines(text) : [];
    });
  const own = sources
    .filter(source => source.components.includes('main'))
    .filter(source => source.suites.some(suite => suite === codename || /^(stable|testing|sid)$/.test(suite)))
    .sort((one, other) => likelihood(other) - likelihood(one));
  return [...new Set(own.flatMap(source => source.uris).map(uri => uri.replace(/\/+$/, '')))];
}

/** Others sign with keys of their own, and call their suites bookworm too. */
function likelihood({ uris, signedBy }: AptSource): number {
  const debians = uris.some(uri => /^[^/]*\/\/[^/]*\bdebian\.org\//.test(uri)) ? 4 : 0;
  const keyring = signedBy.includes('debian-archive') ? 2 : 0;
  const path = uris.some(uri => /\/debian\/?$/.test(uri)) ? 1 : 0;
  return debians + keyring + path;
}

/** The deb822 form: stanzas of `Key: value`, continued by indented lines. */
export function stanzas(text: string): AptSource[] {
  const sources: AptSource[] = [];
  const body = text.replace(/^#.*\n?/gm, '');
  for (const stanza of body.split(/\n\s*\n/)) {
    const field = (key: string) =>
      stanza.match(new RegExp(`^${key}:((?:.*)(?:\\n[ \\t].*)*)`, 'im'))?.[1]?.trim() ?? '';
    const words = (key: string) => field(key).split(/\s+/).filter(Boolean);
    if (!words('Types').includes('deb') || /^(no|false|off|0)$/i.test(field('Enabled'))) continue;
    sources.push({
      uris: words('URIs'),
      suites: words('Suites'),
      components: words('Components'),
      signedBy: field('Signed-By'),
    });
  }
  return sources;
}

/** The one-line form: `deb [options] uri suite component...`. */
export function lines(text: string): AptSource[] {
  const sources: AptSource[] = [];
  for (const line of text.split('\n')) {
    const match = line.match(/^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s+([^#]*)/);
    if (!match) continue;
    const [, options = '', uri = '', suite = '', components = ''] = match;
    sources.push({
      uris: [uri],
      suites: [suite],
      components: components.split(/\s+/).filter(Boolean),
      signedBy: options.match(/signed-by=(\S+)/i)?.[1] ?? '',
    });
  }
  return sources;
}

/** Debian's code name of this host, such as bookworm; undefined off Debian. */
export function debianCodename(osRelease = '/etc/os-release'): string | undefined {
  if (!existsSync(osRelease)) return undefined;
  const text = readFileSync(osRelease, 'utf8');
  const value = (key: string) => text.match(new RegExp(`^${key}="?([^"\\n]*)"?$`, 'm'))?.[1];
  return value('ID') === 'debian' ? value('VERSION_CODENAME') : undefined;
}
