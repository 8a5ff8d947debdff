// `npm run advisories`: the known vulnerabilities of the packages in the lockfile, as the registry reports them to npm.
// Exit codes: 0, there is none; 1, there is one or more; 2, not checked, because the registry has no advisories or is not
// reachable. Code 2 must never look like code 0.

import { spawnSync } from 'node:child_process';

interface Report {
  readonly message?: string;
  readonly error?: { readonly summary?: string; readonly code?: string };
  readonly vulnerabilities?: Readonly<Record<string, Vulnerability>>;
}

interface Vulnerability {
  readonly name: string;
  readonly severity: string;
  readonly range: string;
  /** Advisories, or names of the packages that depend on the vulnerable one. */
  readonly via: readonly (string | { readonly title: string; readonly url: string })[];
}

const { stdout, error } = spawnSync('npm', ['audit', '--json', ...process.argv.slice(2)], {
  encoding: 'utf8',
});
const report = read(stdout);
if (!report.vulnerabilities) {
  const why = error?.message ?? report.message ?? report.error?.summary ?? 'npm printed no readable report';
  console.error(`Not checked: the registry gave no advisories (${why}).`);
  process.exitCode = 2;
} else {
  const found = Object.values(report.vulnerabilities);
  for (const one of found) console.log(described(one));
  console.log(found.length === 0 ? 'No known vulnerabilities.' : `${found.length} packages are vulnerable.`);
  process.exitCode = found.length === 0 ? 0 : 1;
}

function read(text: string): Report {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return {};
  }
}

function described({ name, severity, range, via }: Vulnerability): string {
  const reasons = via.map(one => (typeof one === 'string' ? `through ${one}` : `${one.title}, ${one.url}`));
  return `${severity}: ${name} ${range}\n${reasons.map(reason => `  ${reason}`).join('\n')}`;
}
