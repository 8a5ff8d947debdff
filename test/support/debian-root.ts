// Programs of other Debian releases, unpacked beside the system by debian-root.sh into a cached folder of ours.
// Knows where they lie and how they run through their own loader; parts.ts decides when they are fetched.

import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { debianMirrors } from './debian-mirror.ts';
import { run } from './peer-process.ts';
import { supportFile } from './repository.ts';

/** What is unpacked: the suite, and which of its packages. */
const roots = {
  // The last Debian release with Asterisk 16, thus with chan_sip; opus is a package of its own there.
  'asterisk-16': {
    suite: 'bullseye',
    packages: ['asterisk', 'asterisk-core-sounds-en-gsm', 'asterisk-opus'],
  },
  'asterisk-22': { suite: 'forky', packages: ['asterisk', 'asterisk-core-sounds-en-gsm'] },
  // The one of this release is older than what we ask for (docs/operations.md).
  rtpengine: { suite: 'forky', packages: ['rtpengine-daemon'] },
  // A name server that reads zone files. Its package would start one on this host.
  bind: { suite: 'forky', packages: ['bind9'] },
} as const;

export type RootName = keyof typeof roots;
export const rootNames = Object.keys(roots) as RootName[];

/** `~/.cache/sip-call`, or what SIP_CALL_TEST_CACHE says. */
export function cacheFolder(): string {
  const { SIP_CALL_TEST_CACHE, XDG_CACHE_HOME } = process.env;
  return SIP_CALL_TEST_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'sip-call');
}

export function debianRoot(name: RootName): string {
  return join(cacheFolder(), name);
}

export function isUnpacked(name: RootName): boolean {
  return existsSync(join(debianRoot(name), '.complete'));
}

/**
 * Fetches and unpacks one; at once when it is there. Tries the host's own mirrors, then the one that
 * SIP_CALL_TEST_MIRROR names: old releases leave the mirrors in the end.
 */
export async function unpack(name: RootName): Promise<void> {
  if (isUnpacked(name)) return;
  const { suite, packages } = roots[name];
  const { SIP_CALL_TEST_MIRROR } = process.env;
  const mirrors = [...debianMirrors(), ...(SIP_CALL_TEST_MIRROR ? [SIP_CALL_TEST_MIRROR] : [])];
  const failures =
    mirrors.length > 0 ? [] : ["no mirror of the Debian archive is among the host's apt sources"];
  for (const mirror of mirrors) {
    try {
      const args = [supportFile('debian-root.sh'), mirror, suite, debianRoot(name), ...packages];
      await run('bash', args, { within: 20 * 60_000 });
      return;
    } catch (error) {
      failures.push(`${mirror}: ${error instanceof Error ? error.message : error}`);
    }
  }
  throw new Error(`${name} cannot be unpacked from Debian ${suite}:\n${failures.join('\n')}`);
}

/** The root's own dynamic loader and its library folders, so that nothing of the host's is loaded. */
export function loaderOf(root: string): { loader: string; libraries: string } {
  const library = join(root, 'usr/lib');
  const triplet = readdirSync(library).find(name => /-linux-gnu(?:\w+)?$/.test(name));
  if (!triplet) throw new Error(`${root} holds no libraries`);
  const folder = join(library, triplet);
  const link = readdirSync(folder).find(name => /^ld-linux.*\.so\.\d+$/.test(name));
  // The link may be absolute, and would then lead out of the root: ld-2.31.so beside it is what it means.
  const real = link && realpathSync(join(folder, link));
  const versioned = readdirSync(folder).find(name => /^ld-2\.\d+\.so$/.test(name));
  const loader = real?.startsWith(realpathSync(root)) ? real : versioned && join(folder, versioned);
  if (!loader) throw new Error(`${root} holds no dynamic loader`);
  return { loader, libraries: `${folder}:${library}` };
}

/** The folder below `folder` that holds the file `name`. */
export function findBelow(folder: string, name: string): string {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.name === name) return entry.parentPath;
  }
  throw new Error(`${name} is not below ${folder}`);
}
