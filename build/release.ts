// `npm run release -- [VERSION|major|minor|patch] [--dry-run]`: prepares a release of the repository in the current
// folder. Writes the package and its SBOM (CycloneDX, by `npm sbom`, which npm has since 10.2) into dist/release, commits
// and tags. It never publishes and never pushes: it prints the commands. A dry run changes no file and no tag.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { entriesOf, releasedChangelog, releaseVersion } from './release-texts.ts';

const FOLDER = 'dist/release';
const CHANGED = ['package.json', 'package-lock.json', 'CHANGELOG.md'];
/** A package without these is not built. */
const NEEDED = ['dist/gateway/main.js', 'dist/public/sip-call.js'];

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

function release(wanted: string | undefined, dryRun: boolean): void {
  const changes = run('git', 'status', '--porcelain');
  if (changes !== '') throw new Error(`the tree has changes: commit or remove them first\n${changes}`);
  const { name, version: current } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<
    string,
    string
  >;
  const released = run('git', 'tag', '--list', 'v*')
    .split('\n')
    .map(tag => tag.slice(1));
  const version = releaseVersion(current ?? '', wanted, released);
  const changelog = readFileSync('CHANGELOG.md', 'utf8');
  const dated = releasedChangelog(changelog, version, new Date().toISOString().slice(0, 10));
  const entries = entriesOf(changelog).match(/^- /gm)?.length ?? 0;
  console.log(`version    ${current} -> ${version}`);
  console.log(`changelog  ${entries} entries`);

  if (dryRun) {
    pack('--dry-run');
    const components = sbom().components?.length ?? 0;
    console.log(`sbom       ${components} components`);
    console.log(`A release would commit ${CHANGED.join(', ')} and tag v${version}. Nothing was changed.`);
  } else {
    try {
      run('npm', 'version', version, '--no-git-tag-version', '--allow-same-version', '--ignore-scripts');
      writeFileSync('CHANGELOG.md', dated);
      run('npm', 'run', '--silent', 'build');
      mkdirSync(FOLDER, { recursive: true });
      pack('--pack-destination', FOLDER);
      const bill = join(FOLDER, `${name}-${version}.cdx.json`);
      writeFileSync(bill, `${JSON.stringify(sbom(), null, 2)}\n`);
      console.log(`sbom       ${bill}`);
      run('git', 'commit', '--quiet', '--message', `Release ${version}`, '--', ...CHANGED);
    } catch (error) {
      run('git', 'checkout', '--quiet', '--', ...CHANGED);
      throw error;
    }
    run('git', 'tag', '--annotate', `v${version}`, '--message', `${name} ${version}`);
    console.log(`committed and tagged v${version}; not published`);
  }
  console.log('To publish:');
  console.log(`  git push --follow-tags`);
  console.log(`  npm publish ${FOLDER}/${name}-${version}.tgz`);
}

function pack(...options: readonly string[]): void {
  const [packed] = packages(run('npm', 'pack', '--json', '--ignore-scripts', ...options));
  if (!packed) throw new Error('npm pack reported no package');
  const paths = packed.files.map(file => file.path);
  const missing = NEEDED.filter(path => !paths.includes(path));
  if (missing.length > 0) throw new Error(`the package lacks ${missing.join(', ')}: run "npm run build"`);
  console.log(`package    ${paths.length} files, ${Math.round(packed.size / 1024)} kB`);
}

/** npm 11 and older report a list, npm 12 an object by name. */
function packages(report: string): readonly Packed[] {
  return Object.values(JSON.parse(report) as Record<string, Packed>);
}

/** What the package needs at run time, by the lockfile. */
function sbom(): { readonly components?: readonly unknown[] } {
  return JSON.parse(run('npm', 'sbom', '--sbom-format', 'cyclonedx', '--package-lock-only', '--omit', 'dev'));
}

/** @throws {Error} with what the program printed, when it fails */
function run(program: string, ...options: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, options, {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  if (status === 0) return stdout.trim();
  throw new Error(`${program} ${options.join(' ')} failed\n${error?.message ?? `${stdout}${stderr}`.trim()}`);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'dry-run': { type: 'boolean', default: false } },
});
try {
  release(positionals[0], values['dry-run']);
} catch (error) {
  console.error(`Not released: ${(error as Error).message}`);
  process.exitCode = 1;
}
