// What a release changes in the text of the version and of the changelog. No files, no processes.

export type Level = 'major' | 'minor' | 'patch';

const VERSION = /^(\d+)\.(\d+)\.(\d+)$/;
const UNRELEASED = '## Unreleased\n';

/** The version to release. `wanted` is a version or the part to raise; without it the current version is released.
 * @throws {Error} when the version cannot be released */
export function releaseVersion(
  current: string,
  wanted: string | undefined,
  released: readonly string[],
): string {
  const version = raised(current, wanted);
  if (!VERSION.test(version))
    throw new Error(`${version} is not a version: expected 1.2.3, major, minor or patch`);
  if (released.includes(version)) {
    throw new Error(`${version} is released already: name the next version, or major, minor or patch`);
  }
  const newest = released
    .filter(one => VERSION.test(one))
    .sort(compare)
    .at(-1);
  if (newest !== undefined && compare(version, newest) < 0) {
    throw new Error(`${version} is lower than ${newest}, which is released`);
  }
  return version;
}

function raised(current: string, wanted: string | undefined): string {
  const [major = 0, minor = 0, patch = 0] = numbers(current);
  if (wanted === 'major') return `${major + 1}.0.0`;
  if (wanted === 'minor') return `${major}.${minor + 1}.0`;
  if (wanted === 'patch') return `${major}.${minor}.${patch + 1}`;
  return wanted ?? current;
}

function compare(one: string, other: string): number {
  const [left, right] = [numbers(one), numbers(other)];
  const differing = left.findIndex((value, index) => value !== right[index]);
  return differing < 0 ? 0 : (left[differing] ?? 0) - (right[differing] ?? 0);
}

function numbers(version: string): readonly number[] {
  return VERSION.exec(version)?.slice(1).map(Number) ?? [];
}

/** The changelog with the unreleased entries under a heading of the version; the unreleased section is empty.
 * @throws {Error} when there is nothing to release */
export function releasedChangelog(changelog: string, version: string, date: string): string {
  if (!changelog.includes(UNRELEASED)) throw new Error('CHANGELOG.md has no heading "## Unreleased"');
  if (entriesOf(changelog) === '') throw new Error('CHANGELOG.md has no entry under "## Unreleased"');
  return changelog.replace(UNRELEASED, `${UNRELEASED}\n## ${version} (${date})\n`);
}

/** The entries under the unreleased heading. */
export function entriesOf(changelog: string): string {
  return changelog.split(UNRELEASED, 2)[1]?.split(/^## /m, 1)[0]?.trim() ?? '';
}
